// Objects of MessagePack by composed closures: maps with any order of keys and every policy, or arrays by position.
// Generated readers begin an object themselves and hand it over here as soon as it is not in canonical form.

import { failDuplicate, failUnknown, finishObject, type MakeObject } from '../codec/object-parts.ts';
import type { Read, Reader } from '../codec/reader.ts';
import type { ObjectNode } from '../schema/node.ts';
import { setOwn } from '../schema/value-checks.ts';
import { KeyTable } from '../text/key-table.ts';
import { readKey, readPackAny, skipPack } from './read-any.ts';
import { need, openPackMap, stringLength } from './read-head.ts';

/** The members of one kind of object, sent as a map. Generated code brings readers and a maker of its own. */
export class PackObjectReader {
  readonly node: ObjectNode;
  readonly #make: MakeObject | undefined;
  readonly #none: readonly undefined[];
  readonly #keys: KeyTable;
  readonly #reads: readonly Read[];

  constructor(node: ObjectNode, reads: readonly Read[], make?: MakeObject) {
    this.node = node;
    this.#make = make;
    this.#none = node.fields.map(() => undefined);
    this.#keys = new KeyTable(node.fields.map((field) => field.key));
    this.#reads = reads;
  }

  /** Reads the whole map that begins at `p`. */
  read(r: Reader, b: Uint8Array, p: number): Record<string, unknown> {
    const count = openPackMap(r, b, p, r.maxElements);
    return this.resume(r, b, count, 0, this.#none.slice());
  }

  /**
   * Reads `count` more entries from `r.pos` on. `values` holds the fields read so far in place of their index, the field
   * `guess` probably comes next. The map was entered.
   */
  resume(r: Reader, b: Uint8Array, count: number, guess: number, values: unknown[]): Record<string, unknown> {
    const reject = r.policy.duplicateKeys === 'reject';
    let extra: Record<string, unknown> | undefined;
    for (; count > 0; count--) {
      const at = r.pos;
      const index = this.#key(r, b, at, guess);
      if (index < 0) {
        extra = this.#unknown(r, b, at, extra);
        continue;
      }
      const key = this.node.fields[index]!.key;
      r.path[r.depth - 1] = key;
      if (reject && values[index] !== undefined) failDuplicate(r, at, key);
      values[index] = this.#reads[index]!(r, b, r.pos);
      guess = index + 1;
    }
    r.depth--;
    return finishObject(r, r.pos, this.node.fields, values, extra, this.#make);
  }

  /** Index of the key at `p`, with `pos` behind it; −1 when it is none of the fields. */
  find(r: Reader, b: Uint8Array, p: number): number {
    return this.#key(r, b, p, this.#reads.length);
  }

  /** Index of the key at `p`, or −1 with `pos` still at it. */
  #key(r: Reader, b: Uint8Array, p: number, guess: number): number {
    const length = stringLength(r, b, p);
    if (length >= 0) {
      const start = r.pos;
      need(r, start, length);
      const end = start + length;
      r.pos = end;
      if (guess < this.#reads.length && this.#keys.matches(guess, b, start, end)) return guess;
      const index = this.#keys.find(b, start, end);
      if (index >= 0) return index;
    }
    r.pos = p;
    return -1;
  }

  #unknown(
    r: Reader,
    b: Uint8Array,
    p: number,
    extra: Record<string, unknown> | undefined,
  ): Record<string, unknown> | undefined {
    const policy = this.node.unknownKeys;
    if (policy === 'strip') {
      r.path[r.depth - 1] = '*';
      skipPack(r, b, p);
      skipPack(r, b, r.pos);
      return extra;
    }
    const key = readKey(r, b, p);
    if (policy === 'reject') failUnknown(r, p, key);
    const kept = extra ?? {};
    if (r.policy.duplicateKeys === 'reject' && Object.hasOwn(kept, key)) failDuplicate(r, p, key);
    setOwn(kept, key, readPackAny(r, b, r.pos));
    return kept;
  }
}
