// The first line of a request (RFC 9112 section 3), read byte by byte without backtracking, over as many pieces as it comes in.
// Keeps no bytes: every offset is relative to the `base` given to `parse`, where the head begins. Used by HeadParser.

import { characterClasses, HEX, latin1, PATH, QUERY, TOKEN } from './characters.ts';
import { ParseFailure } from './parse-failure.ts';
import { httpMethods, isHttpMethod, type HttpMethod } from '../contract/http-method.ts';

const START = 0;
const START_LF = 1;
const METHOD = 2;
const TARGET_START = 3;
const TARGET_PATH = 4;
const TARGET_QUERY = 5;
const TARGET_OTHER = 6;
const TARGET_HEX = 7;
const VERSION = 8;
const LINE_LF = 9;

const SP = 0x20;
const CR = 0x0d;
const LF = 0x0a;

const maxMethodBytes = Math.max(...httpMethods.map((method) => method.length));
const versionPrefix = [0x48, 0x54, 0x54, 0x50, 0x2f];

export class RequestLineParser {
  readonly #maxBytes: number;
  #state = START;
  #lineStart = 0;
  #versionStart = 0;
  #hexLeft = 0;
  #afterHex = TARGET_PATH;
  #sawBlankLine = false;

  /** Offset of the next byte to look at; behind the line once it is complete. */
  position = 0;
  method: HttpMethod = 'GET';
  targetStart = 0;
  targetEnd = 0;
  /** Offset of the `?`, or -1. Only for targets that begin with a slash. */
  queryStart = -1;
  /** 0 for HTTP/1.0, 1 for HTTP/1.1. */
  minorVersion = 1;
  failure: ParseFailure | undefined = undefined;

  /** @param maxBytes Bytes of the line without its line end. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  reset(): void {
    this.#state = START;
    this.#sawBlankLine = false;
    this.position = 0;
    this.queryStart = -1;
    this.failure = undefined;
  }

  /** Nothing but an empty line has been read. */
  get isUntouched(): boolean {
    return this.#state <= START_LF;
  }

  /** Reads on in `bytes[base..end)`. @returns whether the line is complete; when not, more bytes are needed or `failure` is set. */
  parse(bytes: Uint8Array, base: number, end: number): boolean {
    const classes = characterClasses;
    let at = base + this.position;
    let state = this.#state;
    while (at < end) {
      switch (state) {
        case START: {
          // One empty line before the request line is skipped (RFC 9112 section 2.2).
          if (bytes[at] === CR && !this.#sawBlankLine) {
            this.#sawBlankLine = true;
            state = START_LF;
            at++;
            break;
          }
          this.#lineStart = at - base;
          state = METHOD;
          break;
        }
        case START_LF: {
          if (bytes[at] !== LF) return this.#refuse(400, 'A carriage return is not followed by a line feed.');
          at++;
          state = START;
          break;
        }
        case METHOD: {
          const start = base + this.#lineStart;
          while (at < end && (classes[bytes[at]!]! & TOKEN) !== 0 && at - start <= maxMethodBytes) at++;
          if (at - start > maxMethodBytes) return this.#refuse(501, 'The method is longer than any this server knows.');
          if (at === end) break;
          if (bytes[at] !== SP || at === start) {
            return this.#refuse(400, 'The request line must begin with a method followed by one space.');
          }
          if (!this.#takeMethod(bytes, start, at)) return false;
          at++;
          this.targetStart = at - base;
          state = TARGET_START;
          break;
        }
        case TARGET_START: {
          state = bytes[at] === 0x2f ? TARGET_PATH : TARGET_OTHER;
          break;
        }
        case TARGET_PATH:
        case TARGET_QUERY:
        case TARGET_OTHER: {
          const limit = base + this.#lineStart + this.#maxBytes;
          const stop = limit < end ? limit : end;
          const mask = state === TARGET_PATH ? PATH : QUERY;
          while (at < stop && (classes[bytes[at]!]! & mask) !== 0) at++;
          if (at === end) break;
          if (at >= limit) return this.#refuseLength();
          const byte = bytes[at]!;
          if (byte === SP) {
            this.targetEnd = at - base;
            if (this.targetEnd === this.targetStart) return this.#refuse(400, 'The request target is empty.');
            this.#versionStart = at + 1 - base;
            state = VERSION;
          } else if (byte === 0x3f) {
            this.queryStart = at - base;
            state = TARGET_QUERY;
          } else if (byte === 0x25) {
            this.#afterHex = state;
            this.#hexLeft = 2;
            state = TARGET_HEX;
          } else {
            return this.#refuse(400, 'The request target contains a character that RFC 3986 does not allow there.');
          }
          at++;
          break;
        }
        case TARGET_HEX: {
          if (at - base - this.#lineStart >= this.#maxBytes) return this.#refuseLength();
          if ((classes[bytes[at]!]! & HEX) === 0) {
            return this.#refuse(400, 'A percent sign in the request target is not followed by two hexadecimal digits.');
          }
          at++;
          if (--this.#hexLeft === 0) state = this.#afterHex;
          break;
        }
        case VERSION: {
          const start = base + this.#versionStart;
          const limit = base + this.#lineStart + this.#maxBytes;
          for (; at < end && at - start < 8; at++) {
            if (at >= limit) return this.#refuseLength();
            if (!isVersionByte(bytes[at]!, at - start)) {
              return this.#refuse(400, 'The request line must end with HTTP/1.1 or HTTP/1.0 after one space.');
            }
          }
          if (at === end) break;
          if (bytes[at] !== CR) {
            return this.#refuse(400, 'The request line must end with CR LF right after the version.');
          }
          if (bytes[at - 3] !== 0x31 || bytes[at - 1]! > 0x31) {
            return this.#refuse(505, 'Only HTTP/1.1 and HTTP/1.0 are spoken here.');
          }
          this.minorVersion = bytes[at - 1]! - 0x30;
          at++;
          state = LINE_LF;
          break;
        }
        default: {
          if (bytes[at] !== LF) return this.#refuse(400, 'A carriage return is not followed by a line feed.');
          this.#state = state;
          this.position = at + 1 - base;
          return true;
        }
      }
    }
    this.#state = state;
    this.position = at - base;
    return false;
  }

  #refuse(status: number, detail: string): false {
    this.failure = new ParseFailure(status, detail);
    return false;
  }

  #refuseLength(): false {
    return this.#refuse(414, `The request line is longer than ${this.#maxBytes} bytes.`);
  }

  // The two most frequent methods are told apart by their bytes; the others go through a string.
  #takeMethod(bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    if (length === 3 && bytes[start] === 0x47 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x54) {
      this.method = 'GET';
      return true;
    }
    if (
      length === 4 &&
      bytes[start] === 0x50 &&
      bytes[start + 1] === 0x4f &&
      bytes[start + 2] === 0x53 &&
      bytes[start + 3] === 0x54
    ) {
      this.method = 'POST';
      return true;
    }
    const text = latin1(bytes, start, end);
    if (!isHttpMethod(text))
      return this.#refuse(501, `The method ${text} is not known here. Methods are case-sensitive.`);
    this.method = text;
    return true;
  }
}

function isVersionByte(byte: number, index: number): boolean {
  if (index < 5) return byte === versionPrefix[index];
  if (index === 6) return byte === 0x2e;
  return byte >= 0x30 && byte <= 0x39;
}
