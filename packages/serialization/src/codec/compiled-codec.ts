// The codec of a message in one format: generated code where allowed, closures for everything else and for every error.

import { mayGenerateCode } from '../codegen/code-generation.ts';
import { installGeneratedText } from '../codegen/generate-text.ts';
import type { CodecPolicy } from '../schema/limits.ts';
import type { SchemaNode } from '../schema/node.ts';
import { checkRange, checkTarget, tooLarge } from './arguments.ts';
import { memoryAt, useScratch, writeOut, type Output } from './output.ts';
import { fail, noView, Reader, type Read } from './reader.ts';
import type { Serializer } from './serializer.ts';
import { overflow, Writer, type Write } from './writer.ts';

/** Both ways of reading or writing one node. */
export interface Compiled<F> {
  /** Composed closures: complete, and exact in their errors. */
  readonly closure: F;
  /** Generates code that does the same faster, and may throw anything where the closure throws the right error. */
  readonly generate: () => F;
}

export interface CompiledReader extends Compiled<Read> {
  /** The same for long inputs; needs the reader's view of them. */
  readonly generateForView: () => Read;
}

/** What makes a format: JSON, MessagePack, or MessagePack by position. */
export interface Format {
  readonly contentType: string;
  compileReader(node: SchemaNode): CompiledReader;
  /** Bytes from which on a view of the input pays. */
  readonly minViewBytes: number;
  compileWriter(node: SchemaNode): Compiled<Write>;
  /** Position behind what may follow a value without a meaning, such as white space. */
  skipTail(r: Reader, b: Uint8Array, p: number): number;
}

export class CompiledCodec<T> implements Serializer<T>, Output<T> {
  readonly contentType: string;
  readonly maxBytes: number;
  readonly #name: string;
  readonly #node: SchemaNode;
  readonly #policy: CodecPolicy;
  readonly #format: Format;
  readonly #generate: boolean;
  #readers: CompiledReader | undefined;
  #writers: Compiled<Write> | undefined;
  /** Compiles itself when it is called first. */
  #read: Read = (r, b, p) => (this.#read = this.#compileRead('generate'))(r, b, p);
  #readByView: Read = (r, b, p) => (this.#readByView = this.#compileRead('generateForView'))(r, b, p);
  #write: Write = (w, v, b, p) => (this.#write = this.#compileWrite())(w, v, b, p);
  readonly #reader: Reader;
  readonly #writer: Writer;
  /** Closures make no use of a view. */
  readonly #minViewBytes: number;
  #lastSize = 0;

  constructor(format: Format, name: string, node: SchemaNode, policy: CodecPolicy, codeGeneration: 'auto' | 'never') {
    this.contentType = format.contentType;
    this.maxBytes = policy.maxBytes;
    this.#format = format;
    this.#name = name;
    this.#node = node;
    this.#policy = policy;
    this.#generate = codeGeneration === 'auto' && mayGenerateCode();
    this.#minViewBytes = this.#generate ? format.minViewBytes : Infinity;
    this.#reader = new Reader(name, policy);
    this.#writer = new Writer(name, policy);
  }

  serialize(value: T): Uint8Array {
    const bytes = writeOut(this, value, this.#lastSize);
    this.#lastSize = bytes.length;
    return bytes;
  }

  serializeInto(value: T, buffer: Uint8Array, offset: number): number {
    checkTarget(this.#name, buffer, offset);
    const { bytes, view } = memoryAt(buffer);
    const end = this.writeAt(value, bytes, view, offset);
    // Whose memory it is expects it to go when he lets it go.
    if (!this.#writer.busy) this.#writer.view = noView;
    return end >= 0 ? end : this.#writeTightly(value, buffer, offset);
  }

  /** Writers ask for the room that they may need at most, so that it may fit all the same. */
  #writeTightly(value: T, buffer: Uint8Array, offset: number): number {
    return useScratch(this, value, buffer.length - offset, (bytes, size) => {
      if (offset + size > buffer.length) return -1;
      buffer.set(bytes.subarray(0, size), offset);
      return offset + size;
    });
  }

  deserialize(bytes: Uint8Array, start = 0, end: number = bytes.length): T {
    // The usual call, for all bytes there are, needs no other check.
    if (!(bytes instanceof Uint8Array) || start !== 0 || end !== bytes.length || end > this.#policy.maxBytes) {
      checkRange(this.#name, bytes, start, end, this.#policy.maxBytes);
    }
    const r = this.#reader.busy ? new Reader(this.#name, this.#policy) : this.#reader;
    r.busy = true;
    r.end = end;
    r.depth = 0;
    try {
      let value: unknown;
      if (end - start < this.#minViewBytes) value = this.#read(r, bytes, start);
      else {
        r.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        value = this.#readByView(r, bytes, start);
        r.view = noView;
      }
      if (r.pos !== end) this.#checkTail(r, bytes);
      r.busy = false;
      return value as T;
    } catch (error) {
      r.busy = false;
      r.view = noView;
      if (!this.#generate) throw error;
      return this.#readAgain(bytes, start, end);
    }
  }

  /** Reads by closures alone, which know the path of an error. */
  #readAgain(bytes: Uint8Array, start: number, end: number): T {
    const r = new Reader(this.#name, this.#policy);
    r.end = end;
    const value = this.#closures().closure(r, bytes, start);
    this.#checkTail(r, bytes);
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

  writeAt(value: T, bytes: Uint8Array, view: DataView, p: number): number {
    const w = this.#writer.busy ? new Writer(this.#name, this.#policy) : this.#writer;
    w.busy = true;
    if (w.view !== view) w.view = view;
    w.depth = 0;
    let end: number;
    try {
      end = this.#write(w, value, bytes, p);
    } catch (error) {
      w.busy = false;
      end = this.#writeAgain(error, value, bytes, view, p);
    }
    w.busy = false;
    if (end - p > this.#policy.maxBytes) throw tooLarge(this.#name, `${end - p} bytes`, this.#policy.maxBytes);
    return end;
  }

  /** After an error. Closures know what is wrong, and where. */
  #writeAgain(error: unknown, value: T, bytes: Uint8Array, view: DataView, p: number): number {
    if (error === overflow) return -1;
    if (!this.#generate) throw error;
    const w = new Writer(this.#name, this.#policy);
    w.view = view;
    try {
      return this.#writeClosures().closure(w, value, bytes, p);
    } catch (reason) {
      if (reason === overflow) return -1;
      throw reason;
    }
  }

  failSize(): never {
    throw tooLarge(this.#name, `more than ${this.maxBytes} bytes`, this.maxBytes);
  }

  #closures(): CompiledReader {
    return (this.#readers ??= this.#format.compileReader(this.#node));
  }

  #writeClosures(): Compiled<Write> {
    return (this.#writers ??= this.#format.compileWriter(this.#node));
  }

  #compileRead(way: 'generate' | 'generateForView'): Read {
    if (!this.#generate) return this.#closures().closure;
    installGeneratedText();
    return this.#closures()[way]();
  }

  #compileWrite(): Write {
    return this.#generate ? this.#writeClosures().generate() : this.#writeClosures().closure;
  }
}
