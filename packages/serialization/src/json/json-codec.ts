// The compiled JSON codec of a message: generated code where allowed, closures for everything else and for every error.

import { mayGenerateCode } from '../codegen/code-generation.ts';
import { checkRange, checkTarget, tooLarge } from '../codec/arguments.ts';
import { writeOut } from '../codec/output.ts';
import type { Serializer } from '../codec/serializer.ts';
import type { CodecPolicy } from '../schema/limits.ts';
import type { SchemaNode } from '../schema/node.ts';
import { fail, JsonReader, skipSpace, type JsonRead } from './json-reader.ts';
import { generateJsonReader } from './generate-reader.ts';
import { generateJsonWriter } from './generate-writer.ts';
import { JsonWriter, type JsonWrite } from './json-writer.ts';
import { JsonReaders } from './read-closures.ts';
import { JsonWriters } from './write-closures.ts';

export class JsonCodec<T> implements Serializer<T> {
  readonly contentType = 'application/json';
  readonly #name: string;
  readonly #node: SchemaNode;
  readonly #policy: CodecPolicy;
  readonly #generate: boolean;
  readonly #readers = new JsonReaders();
  readonly #writers = new JsonWriters();
  #read: JsonRead | undefined;
  #write: JsonWrite | undefined;
  // Taken while in use: a schema or getter may call this very codec.
  #reader: JsonReader | undefined;
  #writer: JsonWriter | undefined;
  #lastSize = 0;
  readonly #writeAt = (value: T, buffer: Uint8Array, p: number): number => this.#writeChecked(value, buffer, p);

  constructor(name: string, node: SchemaNode, policy: CodecPolicy, codeGeneration: 'auto' | 'never') {
    this.#name = name;
    this.#node = node;
    this.#policy = policy;
    this.#generate = codeGeneration === 'auto' && mayGenerateCode();
  }

  serialize(value: T): Uint8Array {
    const bytes = writeOut(this.#writeAt, value, this.#lastSize);
    this.#lastSize = bytes.length;
    return bytes;
  }

  serializeInto(value: T, buffer: Uint8Array, offset: number): number {
    checkTarget(this.#name, buffer, offset);
    const end = this.#writeChecked(value, buffer, offset);
    return end > buffer.length ? -1 : end;
  }

  deserialize(bytes: Uint8Array, start = 0, end: number = bytes.length): T {
    checkRange(this.#name, bytes, start, end, this.#policy.maxBytes);
    const r = this.#reader ?? new JsonReader(this.#name, this.#policy);
    this.#reader = undefined;
    r.end = end;
    r.depth = 0;
    let value: unknown;
    try {
      value = (this.#read ??= this.#compileRead())(r, bytes, start);
      if (r.pos !== end) this.#endOf(r, bytes);
    } catch (error) {
      if (!this.#generate) throw error;
      value = this.#readAgain(r, bytes, start);
    }
    this.#reader = r;
    return value as T;
  }

  /** By closures alone: knows the path of an error. */
  #readAgain(r: JsonReader, bytes: Uint8Array, start: number): unknown {
    r.depth = 0;
    const value = this.#readers.read(this.#node)(r, bytes, start);
    this.#endOf(r, bytes);
    return value;
  }

  /** Only white space may follow, and one NUL where that is allowed (C programs send it). */
  #endOf(r: JsonReader, b: Uint8Array): void {
    let p = skipSpace(r, b, r.pos);
    if (p < r.end && b[p] === 0 && this.#policy.trailingNul) p++;
    if (p < r.end) {
      const hint = b[p] === 0 && p + 1 === r.end ? 'Set trailingNul to allow one NUL byte.' : undefined;
      fail(r, 'ICHOR_SERIALIZATION_TRAILING', p, 'the end of the input', `${r.end - p} more bytes`, hint);
    }
  }

  #writeChecked(value: T, buffer: Uint8Array, p: number): number {
    const w = this.#writer ?? new JsonWriter(this.#name, this.#policy);
    this.#writer = undefined;
    w.depth = 0;
    let end: number;
    try {
      end = (this.#write ??= this.#compileWrite())(w, value, buffer, p);
    } catch (error) {
      if (!this.#generate) throw error;
      w.depth = 0;
      end = this.#writers.write(this.#node)(w, value, buffer, p);
    }
    if (end - p > this.#policy.maxBytes) throw tooLarge(this.#name, end - p, this.#policy.maxBytes);
    this.#writer = w;
    return end;
  }

  #compileRead(): JsonRead {
    return this.#generate ? generateJsonReader(this.#node, this.#readers) : this.#readers.read(this.#node);
  }

  #compileWrite(): JsonWrite {
    return this.#generate ? generateJsonWriter(this.#node, this.#writers) : this.#writers.write(this.#node);
  }
}
