// Objects of JSON text by composed closures: any order of keys, any white space, every policy.
// Generated readers begin an object themselves and hand it over here as soon as it is not in canonical form.

import type { ObjectNode } from '../schema/node.ts';
import { setOwn } from '../schema/value-checks.ts';
import { KeyTable } from '../text/key-table.ts';
import { failDuplicate, failUnknown, finishObject, type MakeObject } from '../codec/object-parts.ts';
import { fail, type Read, type Reader } from '../codec/reader.ts';
import { nextKey, openObject, passColon, readAny, skipAny } from './read-any.ts';
import { failAt } from './json-text.ts';
import { isPlainByte, readKeyText } from './read-string.ts';

/** A value that no JSON text gives: the field was not read yet. */
const absent = undefined;

/** The members of one kind of object. Generated code brings readers and a maker of its own. */
export class ObjectReader {
  readonly node: ObjectNode;
  readonly #make: MakeObject | undefined;
  readonly #none: readonly undefined[];
  readonly #keys: KeyTable;
  readonly #names: readonly string[];
  readonly #reads: readonly Read[];

  constructor(node: ObjectNode, reads: readonly Read[], make?: MakeObject) {
    this.node = node;
    this.#make = make;
    this.#none = node.fields.map(() => undefined);
    this.#names = node.fields.map((field) => field.key);
    this.#keys = new KeyTable(this.#names);
    this.#reads = reads;
  }

  /** Reads the whole object that begins at `p`. */
  read(r: Reader, b: Uint8Array, p: number): Record<string, unknown> {
    return this.#members(r, b, openObject(r, b, p), 0, this.#none.slice(), 0);
  }

  /**
   * Goes on with an object that was entered at `p`, behind `values`, the fields read so far in place of their index, and
   * `unknown` other keys; the field `guess` probably comes next. When there are none of either, `p` is where it begins.
   */
  resume(
    r: Reader,
    b: Uint8Array,
    p: number,
    guess: number,
    values: unknown[],
    unknown: number,
  ): Record<string, unknown> {
    if (guess === 0 && unknown === 0) {
      r.depth--;
      return this.read(r, b, p);
    }
    r.pos = p;
    return this.#members(r, b, nextKey(r, b), guess, values, unknown);
  }

  /** Index of the key at `p`, or −1; leaves `r.pos` at its value. */
  find(r: Reader, b: Uint8Array, p: number): number {
    if (p >= r.end || b[p] !== 34) failAt(r, b, p, 'a key in double quotes');
    const index = this.#key(r, b, p, this.#names.length);
    r.pos = passColon(r, b);
    return index;
  }

  #members(
    r: Reader,
    b: Uint8Array,
    next: number,
    guess: number,
    values: unknown[],
    count: number,
  ): Record<string, unknown> {
    const reject = r.policy.duplicateKeys === 'reject';
    const reads = this.#reads;
    const names = this.#names;
    // Generated code is run again by closures where a path is needed.
    const keepsPath = this.#make === undefined;
    let extra: Record<string, unknown> | undefined;
    while (next >= 0) {
      const index = this.#key(r, b, next, guess);
      if (index < 0) {
        if (++count > r.maxElements) failTooMany(r, next);
        extra = this.#unknown(r, b, next, extra);
      } else {
        if (keepsPath) r.path[r.depth - 1] = names[index]!;
        if (values[index] !== absent && reject) failDuplicate(r, next, names[index]!);
        let p = r.pos;
        if (p + 1 < r.end && b[p] === 58 && b[p + 1]! > 32) p++;
        else p = passColon(r, b);
        values[index] = reads[index]!(r, b, p);
        guess = index + 1;
      }
      const p = r.pos;
      next = p + 1 < r.end && b[p] === 44 && b[p + 1] === 34 ? p + 1 : nextKey(r, b);
    }
    return finishObject(r, r.pos - 1, this.node.fields, values, extra, this.#make);
  }

  /** Index of the key at `p`, or −1; leaves `r.pos` behind the key. Tries the one that comes next in order first. */
  #key(r: Reader, b: Uint8Array, p: number, guess: number): number {
    const start = p + 1;
    let end = start;
    while (end < r.end && isPlainByte(b[end]!)) end++;
    if (end < r.end && b[end] === 34) {
      r.pos = end + 1;
      if (guess < this.#names.length && this.#keys.matches(guess, b, start, end)) return guess;
      return this.#keys.find(b, start, end);
    }
    return this.#names.indexOf(readKeyText(r, b, p));
  }

  #unknown(
    r: Reader,
    b: Uint8Array,
    p: number,
    extra: Record<string, unknown> | undefined,
  ): Record<string, unknown> | undefined {
    const policy = this.node.unknownKeys;
    if (policy === 'strip') {
      // The key is not decoded: an error inside gets the path of the object, its offset tells the rest.
      r.path[r.depth - 1] = '*';
      skipAny(r, b, passColon(r, b));
      return extra;
    }
    const key = readKeyText(r, b, p);
    r.path[r.depth - 1] = key;
    if (policy === 'reject') failUnknown(r, p, key);
    const kept = extra ?? {};
    if (r.policy.duplicateKeys === 'reject' && Object.hasOwn(kept, key)) failDuplicate(r, p, key);
    setOwn(kept, key, readAny(r, b, passColon(r, b)));
    return kept;
  }
}

function failTooMany(r: Reader, p: number): never {
  r.depth--;
  return fail(r, 'ICHOR_SERIALIZATION_LIMIT', p, `at most ${r.maxElements} keys`, 'more');
}
