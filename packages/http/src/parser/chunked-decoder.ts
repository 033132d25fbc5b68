// The strict decoder of the chunked transfer coding with trailers (RFC 9112 section 7.1). Pulled by the connection:
// each `decode` reads up to the end of one piece of data, so that data is handed on without copying.

import { characterClasses, hexValue, QUOTED, TOKEN } from './characters.ts';
import { copyOf } from './copy-of.ts';
import { FieldLineParser, type FieldLimits } from './field-line-parser.ts';
import { ParseFailure } from './parse-failure.ts';

/** Limits of a chunked body. */
export interface ChunkLimits extends FieldLimits {
  /** Bytes of chunk extensions in one message; more is answered 400. */
  readonly chunkExtensionBytes: number;
}

const SIZE_START = 0;
const SIZE = 1;
const SIZE_LF = 2;
const SPACE_BEFORE_SEMICOLON = 3;
const EXTENSION_START = 4;
const EXTENSION_NAME = 5;
const EXTENSION_VALUE_START = 6;
const EXTENSION_TOKEN = 7;
const EXTENSION_QUOTED = 8;
const EXTENSION_ESCAPE = 9;
const EXTENSION_END = 10;
const SPACE_AFTER_NAME = 11;
const DATA = 12;
const DATA_CR = 13;
const DATA_LF = 14;
const TRAILERS = 15;
const DONE = 16;

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;
/** Hexadecimal digits of a chunk size: 48 bits, well inside the safe integers. */
const maxSizeDigits = 12;

export class ChunkedDecoder {
  readonly #limits: ChunkLimits;
  readonly #trailerParser: FieldLineParser;
  readonly #maxBodyBytes: number;
  #state = SIZE_START;
  #digits = 0;
  #remaining = 0;
  #extensionBytes = 0;
  #bodyBytes = 0;
  // Bytes of an incomplete trailer section; empty while it fits one piece.
  #held = new Uint8Array(0);

  /** The data found by the last `decode`: `bytes[dataStart..dataEnd)`. */
  dataStart = 0;
  dataEnd = 0;
  /** The trailer section with its line ends but without the final empty line, one character per byte. */
  trailers = '';
  failure: ParseFailure | undefined = undefined;

  constructor(limits: ChunkLimits, maxBodyBytes: number) {
    this.#limits = limits;
    this.#maxBodyBytes = maxBodyBytes;
    this.#trailerParser = new FieldLineParser(limits);
    this.#trailerParser.reset(true);
  }

  /** The body and its trailers have been read. */
  get isDone(): boolean {
    return this.#state === DONE;
  }

  /**
   * Reads on in `bytes[start..end)` until one piece of data was found, the body is complete, or the bytes are used up.
   * @returns the offset behind what was read; meaningless once `failure` is set.
   */
  decode(bytes: Uint8Array, start: number, end: number): number {
    this.dataStart = 0;
    this.dataEnd = 0;
    let at = start;
    while (at < end && this.failure === undefined) {
      if (this.#state === DATA) {
        const take = Math.min(this.#remaining, end - at);
        this.dataStart = at;
        this.dataEnd = at + take;
        this.#remaining -= take;
        if (this.#remaining === 0) this.#state = DATA_CR;
        return at + take;
      }
      if (this.#state === TRAILERS) return this.#readTrailers(bytes, at, end);
      if (this.#state === DONE) return at;
      this.#readFraming(bytes[at]!);
      at++;
    }
    return at;
  }

  // One byte outside the data.
  #readFraming(byte: number): void {
    if (this.#state >= SPACE_BEFORE_SEMICOLON && this.#state <= SPACE_AFTER_NAME) return this.#readExtension(byte);
    switch (this.#state) {
      case SIZE_START:
      case SIZE: {
        const digit = hexValue(byte);
        if (digit !== -1) {
          if (++this.#digits > maxSizeDigits) return this.#refuse(400, 'A chunk size has too many digits.');
          this.#remaining = this.#remaining * 16 + digit;
          this.#state = SIZE;
          return;
        }
        if (this.#state === SIZE_START) return this.#refuse(400, 'A chunk must begin with its size in hexadecimal.');
        if (byte === CR) return this.#endSize();
        if (byte === SEMICOLON) return this.#enterExtension(EXTENSION_START);
        if (isSpace(byte)) return this.#enterExtension(SPACE_BEFORE_SEMICOLON);
        return this.#refuse(400, 'A chunk size is followed by something that is neither an extension nor CR LF.');
      }
      case SIZE_LF:
        if (byte !== LF) return this.#refuseBareReturn();
        this.#state = this.#remaining === 0 ? TRAILERS : DATA;
        return;
      case DATA_CR:
        if (byte !== CR) return this.#refuse(400, 'Chunk data is not followed by CR LF.');
        this.#state = DATA_LF;
        return;
      default:
        if (byte !== LF) return this.#refuse(400, 'Chunk data is not followed by CR LF.');
        this.#digits = 0;
        this.#state = SIZE_START;
    }
  }

  // chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
  #readExtension(byte: number): void {
    if (byte !== CR && ++this.#extensionBytes > this.#limits.chunkExtensionBytes) {
      return this.#refuse(
        400,
        `The chunk extensions are longer than ${this.#limits.chunkExtensionBytes} bytes in all.`,
      );
    }
    const isToken = (characterClasses[byte]! & TOKEN) !== 0;
    switch (this.#state) {
      case SPACE_BEFORE_SEMICOLON:
        if (isSpace(byte)) return;
        if (byte === SEMICOLON) return this.#enter(EXTENSION_START);
        break;
      case EXTENSION_START:
        if (isSpace(byte)) return;
        if (isToken) return this.#enter(EXTENSION_NAME);
        break;
      case EXTENSION_NAME:
        if (isToken) return;
        if (isSpace(byte)) return this.#enter(SPACE_AFTER_NAME);
        if (byte === 0x3d) return this.#enter(EXTENSION_VALUE_START);
        if (byte === SEMICOLON) return this.#enter(EXTENSION_START);
        if (byte === CR) return this.#endSize();
        break;
      case SPACE_AFTER_NAME:
        if (isSpace(byte)) return;
        if (byte === 0x3d) return this.#enter(EXTENSION_VALUE_START);
        if (byte === SEMICOLON) return this.#enter(EXTENSION_START);
        break;
      case EXTENSION_VALUE_START:
        if (isSpace(byte)) return;
        if (byte === 0x22) return this.#enter(EXTENSION_QUOTED);
        if (isToken) return this.#enter(EXTENSION_TOKEN);
        break;
      case EXTENSION_TOKEN:
        if (isToken) return;
        return this.#endExtension(byte);
      case EXTENSION_QUOTED:
        if (byte === 0x22) return this.#enter(EXTENSION_END);
        if (byte === 0x5c) return this.#enter(EXTENSION_ESCAPE);
        if ((characterClasses[byte]! & QUOTED) !== 0) return;
        break;
      case EXTENSION_ESCAPE:
        if ((characterClasses[byte]! & QUOTED) !== 0 || byte === 0x22 || byte === 0x5c) {
          return this.#enter(EXTENSION_QUOTED);
        }
        break;
      default:
        return this.#endExtension(byte);
    }
    this.#refuse(400, 'A chunk extension is malformed.');
  }

  #endExtension(byte: number): void {
    if (byte === CR) return this.#endSize();
    if (byte === SEMICOLON) return this.#enter(EXTENSION_START);
    if (isSpace(byte)) return this.#enter(SPACE_BEFORE_SEMICOLON);
    this.#refuse(400, 'A chunk extension is malformed.');
  }

  #enterExtension(state: number): void {
    this.#extensionBytes++;
    this.#state = state;
  }

  #enter(state: number): void {
    this.#state = state;
  }

  #endSize(): void {
    this.#bodyBytes += this.#remaining;
    if (this.#bodyBytes > this.#maxBodyBytes) {
      return this.#refuse(413, `The body is longer than ${this.#maxBodyBytes} bytes.`);
    }
    this.#state = SIZE_LF;
  }

  #readTrailers(bytes: Uint8Array, start: number, end: number): number {
    const held = this.#held.length;
    let source = bytes;
    let base = start;
    let stop = end;
    if (held > 0) {
      source = new Uint8Array(held + end - start);
      source.set(this.#held);
      source.set(bytes.subarray(start, end), held);
      base = 0;
      stop = source.length;
    }
    if (this.#trailerParser.parse(source, base, stop)) {
      const behind = base + this.#trailerParser.position;
      for (let at = base; at < behind - 2; at++) this.trailers += String.fromCharCode(source[at]!);
      this.#held = new Uint8Array(0);
      this.#state = DONE;
      return start + this.#trailerParser.position - held;
    }
    this.failure = this.#trailerParser.failure;
    this.#held = copyOf(source, base, stop);
    return end;
  }

  #refuse(status: number, detail: string): void {
    this.failure = new ParseFailure(status, detail);
  }

  #refuseBareReturn(): void {
    this.#refuse(400, 'A carriage return is not followed by a line feed.');
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09;
}
