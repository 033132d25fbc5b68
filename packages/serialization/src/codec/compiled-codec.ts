// The codec of a message in one format: generated code where allowed, closures for everything else and for every error.

import { mayGenerateCode } from '../codegen/code-generation.ts';
import { installGeneratedText } from '../codegen/generate-text.ts';
import type { CodecPolicy } from '../schema/limits.ts';
import type { SchemaNode } from '../schema/node.ts';
import { checkRange, checkTarget, tooLarge } from './arguments.ts';
import { writeOut } from './output.ts';
import { fail, Reader, type Read } from './reader.ts';
import type { Serializer } from './serializer.ts';
import { Writer, type Write } from './writer.ts';

/** Both ways of reading or writing one node. */
export interface Compiled<F> {
  /** Composed closures: complete, and exact in their errors. */
  readonly closure: F;
  /** Generates code that does the same faster, and may throw anything where the closure throws the right error. */
  readonly generate: () => F;
}

/** What makes a format: JSON, MessagePack, or MessagePack by position. */
export interface Format {
  readonly contentType: string;
  compileReader(node: SchemaNode): Compiled<Read>;
  compileWriter(node: SchemaNode): Compiled<Write>;
  /** Position behind what may follow a value without a meaning, such as white space. */
  skipTail(r: Reader, b: Uint8Array, p: number): number;
}

export class CompiledCodec<T> implements Serializer<T> {
  readonly contentType: string;
  readonly #name: string;
  readonly #node: SchemaNode;
  readonly #policy: CodecPolicy;
  readonly #format: Format;
  readonly #generate: boolean;
  #readers: Compiled<Read> | undefined;
  #writers: Compiled<Write> | undefined;
  #read: Read | undefined;
  #write: Write | undefined;
  // Taken while in use: a schema or getter may call this very codec.
  #reader: Reader | undefined;
  #writer: Writer | undefined;
  #lastSize = 0;
  readonly #writeAt = (value: T, buffer: Uint8Array, p: number): number => this.#writeChecked(value, buffer, p);

  constructor(format: Format, name: string, node: SchemaNode, policy: CodecPolicy, codeGeneration: 'auto' | 'never') {
    this.contentType = format.contentType;
    this.#format = format;
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
    const r = this.#reader ?? new Reader(this.#name, this.#policy);
    this.#reader = undefined;
    r.end = end;
    r.depth = 0;
    let value: unknown;
    try {
      value = (this.#read ??= this.#compileRead())(r, bytes, start);
      if (r.pos !== end) this.#checkTail(r, bytes);
    } catch (error) {
      if (!this.#generate) throw error;
      // By closures alone, which know the path of an error.
      r.depth = 0;
      value = this.#closures().closure(r, bytes, start);
      this.#checkTail(r, bytes);
    }
    this.#reader = r;
    return value as T;
  }

  /** Nothing may follow the value, except one NUL where that is allowed: C programs send it. */
  #checkTail(r: Reader, b: Uint8Array): void {
    let p = this.#format.skipTail(r, b, r.pos);
    if (p < r.end && b[p] === 0 && this.#policy.trailingNul) p++;
    if (p >= r.end) return;
    const hint = b[p] === 0 && p + 1 === r.end ? 'Set trailingNul to allow one NUL byte.' : undefined;
    const received = r.end - p === 1 ? 'one more byte' : `${r.end - p} more bytes`;
    fail(r, 'ICHOR_SERIALIZATION_TRAILING', p, 'the end of the input', received, hint);
  }

  #writeChecked(value: T, buffer: Uint8Array, p: number): number {
    const w = this.#writer ?? new Writer(this.#name, this.#policy);
    this.#writer = undefined;
    w.depth = 0;
    let end: number;
    try {
      end = (this.#write ??= this.#compileWrite())(w, value, buffer, p);
    } catch (error) {
      if (!this.#generate) throw error;
      w.depth = 0;
      end = this.#writeClosures().closure(w, value, buffer, p);
    }
    if (end - p > this.#policy.maxBytes) throw tooLarge(this.#name, end - p, this.#policy.maxBytes);
    this.#writer = w;
    return end;
  }

  #closures(): Compiled<Read> {
    return (this.#readers ??= this.#format.compileReader(this.#node));
  }

  #writeClosures(): Compiled<Write> {
    return (this.#writers ??= this.#format.compileWriter(this.#node));
  }

  #compileRead(): Read {
    if (!this.#generate) return this.#closures().closure;
    installGeneratedText();
    return this.#closures().generate();
  }

  #compileWrite(): Write {
    return this.#generate ? this.#writeClosures().generate() : this.#writeClosures().closure;
  }
}
