// The strict, resumable parser of request heads and trailers: RFC 9112 sections 2 to 6, read byte by byte without backtracking.
// Fed by the connection; keeps no bytes itself. Every offset it reports is relative to the `base` of the bytes given, which
// must hold the whole head so far. What is ambiguous is refused, and the outcome depends on the bytes alone, never on their splits.

import { characterClasses, FIELD_VALUE, HEX, latin1, PATH, QUERY, TOKEN } from './characters.ts';
import { FieldSemantics } from './field-semantics.ts';
import { ParseFailure } from './parse-failure.ts';
import { httpMethods, isHttpMethod, type HttpMethod } from '../contract/http-method.ts';

/** Limits of a head. */
export interface HeadLimits {
  /** Bytes of the request line without its line end; longer is answered 414. */
  readonly requestLineBytes: number;
  /** Bytes of all field lines with their line ends; more is answered 431. Also the limit of trailers. */
  readonly headerBytes: number;
  /** Number of field lines; more is answered 431. Also the limit of trailers. */
  readonly headerCount: number;
}

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
const FIELD_START = 10;
const FIELD_NAME = 11;
const VALUE_START = 12;
const VALUE = 13;
const VALUE_LF = 14;
const END_LF = 15;

const SP = 0x20;
const HTAB = 0x09;
const CR = 0x0d;
const LF = 0x0a;

const maxMethodBytes = Math.max(...httpMethods.map((method) => method.length));
const versionPrefix = [0x48, 0x54, 0x54, 0x50, 0x2f];

export class HeadParser {
  readonly #limits: HeadLimits;
  #state = START;
  // Offset of the next byte to look at, relative to the base.
  #position = 0;
  #lineStart = 0;
  #fieldsStart = 0;
  #fieldCount = 0;
  #nameStart = 0;
  #nameEnd = 0;
  #valueStart = 0;
  #hexLeft = 0;
  #afterHex = TARGET_PATH;
  #sawBlankLine = false;

  method: HttpMethod = 'GET';
  targetStart = 0;
  targetEnd = 0;
  /** Offset of the `?`, or -1. Only for targets that begin with a slash. */
  queryStart = -1;
  /** 0 for HTTP/1.0, 1 for HTTP/1.1. */
  minorVersion = 1;
  /** Where the field lines begin. */
  fieldsStart = 0;
  readonly fields = new FieldSemantics();
  /** Set once the message is refused. */
  failure: ParseFailure | undefined = undefined;

  constructor(limits: HeadLimits) {
    this.#limits = limits;
  }

  /** Prepares for the next request head. */
  reset(): void {
    this.#state = START;
    this.#position = 0;
    this.#sawBlankLine = false;
    this.queryStart = -1;
    this.failure = undefined;
    this.fields.reset();
  }

  /** Prepares for a trailer section instead of a head. */
  resetForTrailers(): void {
    this.reset();
    this.#state = FIELD_START;
    this.#fieldsStart = 0;
    this.fieldsStart = 0;
    this.#fieldCount = 0;
    this.fields.inTrailers = true;
  }

  /** Nothing but an empty line has been read of the current head. */
  get isUntouched(): boolean {
    return this.#state <= START_LF;
  }

  /** Offset behind what was read, relative to the base. */
  get position(): number {
    return this.#position;
  }

  /**
   * Reads on in `bytes[base..end)`, where `base` is the first byte of this head.
   * @returns true when the head is complete (`position` is then behind it); false when more bytes are needed or `failure` is set.
   */
  parse(bytes: Uint8Array, base: number, end: number): boolean {
    const classes = characterClasses;
    let at = base + this.#position;
    for (;;) {
      if (at >= end && this.#state !== START) return this.#pause(base, at);
      switch (this.#state) {
        case START: {
          if (at >= end) return this.#pause(base, at);
          // One empty line before the request line is skipped (RFC 9112 section 2.2).
          if (bytes[at] === CR && !this.#sawBlankLine) {
            this.#sawBlankLine = true;
            this.#state = START_LF;
            at++;
            break;
          }
          this.#lineStart = at - base;
          this.#state = METHOD;
          break;
        }
        case START_LF: {
          if (bytes[at] !== LF) return this.#refuse(400, 'A carriage return is not followed by a line feed.');
          at++;
          this.#state = START;
          break;
        }
        case METHOD: {
          const start = base + this.#lineStart;
          while (at < end && (classes[bytes[at]!]! & TOKEN) !== 0 && at - start <= maxMethodBytes) at++;
          if (at - start > maxMethodBytes) return this.#refuse(501, 'The method is longer than any this server knows.');
          if (at === end) return this.#pause(base, at);
          if (bytes[at] !== SP || at === start) {
            return this.#refuse(400, 'The request line must begin with a method followed by one space.');
          }
          if (!this.#takeMethod(bytes, start, at)) return false;
          at++;
          this.targetStart = at - base;
          this.#state = TARGET_START;
          break;
        }
        case TARGET_START: {
          this.#state = bytes[at] === 0x2f ? TARGET_PATH : TARGET_OTHER;
          break;
        }
        case TARGET_PATH:
        case TARGET_QUERY:
        case TARGET_OTHER: {
          const limit = base + this.#lineStart + this.#limits.requestLineBytes;
          const stop = limit < end ? limit : end;
          const mask = this.#state === TARGET_PATH ? PATH : QUERY;
          while (at < stop && (classes[bytes[at]!]! & mask) !== 0) at++;
          if (at === end) return this.#pause(base, at);
          if (at >= limit) return this.#refuseLongLine();
          const byte = bytes[at]!;
          if (byte === SP) {
            this.targetEnd = at - base;
            if (this.targetEnd === this.targetStart) return this.#refuse(400, 'The request target is empty.');
            this.#valueStart = at + 1 - base;
            this.#state = VERSION;
          } else if (byte === 0x3f) {
            this.queryStart = at - base;
            this.#state = TARGET_QUERY;
          } else if (byte === 0x25) {
            this.#afterHex = this.#state;
            this.#hexLeft = 2;
            this.#state = TARGET_HEX;
          } else {
            return this.#refuse(400, 'The request target contains a character that RFC 3986 does not allow there.');
          }
          at++;
          break;
        }
        case TARGET_HEX: {
          if (at - base - this.#lineStart >= this.#limits.requestLineBytes) return this.#refuseLongLine();
          if ((classes[bytes[at]!]! & HEX) === 0) {
            return this.#refuse(400, 'A percent sign in the request target is not followed by two hexadecimal digits.');
          }
          at++;
          if (--this.#hexLeft === 0) this.#state = this.#afterHex;
          break;
        }
        case VERSION: {
          const start = base + this.#valueStart;
          const limit = base + this.#lineStart + this.#limits.requestLineBytes;
          for (; at < end && at - start < 8; at++) {
            if (at >= limit) return this.#refuseLongLine();
            if (!isVersionByte(bytes[at]!, at - start)) {
              return this.#refuse(400, 'The request line must end with HTTP/1.1 or HTTP/1.0 after one space.');
            }
          }
          if (at === end) return this.#pause(base, at);
          if (bytes[at] !== CR) {
            return this.#refuse(400, 'The request line must end with CR LF right after the version.');
          }
          if (bytes[at - 3] !== 0x31 || bytes[at - 1]! > 0x31) {
            return this.#refuse(505, 'Only HTTP/1.1 and HTTP/1.0 are spoken here.');
          }
          this.minorVersion = bytes[at - 1]! - 0x30;
          at++;
          this.#state = LINE_LF;
          break;
        }
        case LINE_LF: {
          if (bytes[at] !== LF) return this.#refuse(400, 'A carriage return is not followed by a line feed.');
          at++;
          this.#fieldsStart = at - base;
          this.fieldsStart = this.#fieldsStart;
          this.#fieldCount = 0;
          this.#state = FIELD_START;
          break;
        }
        case FIELD_START: {
          const byte = bytes[at]!;
          if (byte === CR) {
            at++;
            this.#state = END_LF;
            break;
          }
          if (byte === SP || byte === HTAB) {
            return this.#refuse(400, 'A header line begins with white space; folded header lines are not accepted.');
          }
          if (++this.#fieldCount > this.#limits.headerCount) {
            return this.#refuse(431, `There are more than ${this.#limits.headerCount} header lines.`);
          }
          this.#nameStart = at - base;
          this.#state = FIELD_NAME;
          break;
        }
        case FIELD_NAME: {
          const limit = base + this.#fieldsStart + this.#limits.headerBytes;
          const stop = limit < end ? limit : end;
          while (at < stop && (classes[bytes[at]!]! & TOKEN) !== 0) at++;
          if (at === end) return this.#pause(base, at);
          if (at >= limit) return this.#refuseLongFields();
          if (bytes[at] !== 0x3a || at - base === this.#nameStart) {
            return this.#refuse(400, 'A header line must be a name, a colon right after it, and a value.');
          }
          this.#nameEnd = at - base;
          at++;
          this.#state = VALUE_START;
          break;
        }
        case VALUE_START: {
          const limit = base + this.#fieldsStart + this.#limits.headerBytes;
          const stop = limit < end ? limit : end;
          while (at < stop && (bytes[at] === SP || bytes[at] === HTAB)) at++;
          if (at === end) return this.#pause(base, at);
          if (at >= limit) return this.#refuseLongFields();
          this.#valueStart = at - base;
          this.#state = VALUE;
          break;
        }
        case VALUE: {
          const limit = base + this.#fieldsStart + this.#limits.headerBytes;
          const stop = limit < end ? limit : end;
          while (at < stop && (classes[bytes[at]!]! & FIELD_VALUE) !== 0) at++;
          if (at === end) return this.#pause(base, at);
          // The line feed counts as well.
          if (at + 1 >= limit) return this.#refuseLongFields();
          if (bytes[at] !== CR) {
            return this.#refuse(400, 'A header value contains a control character or a bare line feed.');
          }
          let valueEnd = at;
          const valueStart = base + this.#valueStart;
          while (valueEnd > valueStart && (bytes[valueEnd - 1] === SP || bytes[valueEnd - 1] === HTAB)) valueEnd--;
          const failure = this.fields.add(
            bytes,
            base,
            this.#nameStart,
            this.#nameEnd,
            this.#valueStart,
            valueEnd - base,
          );
          if (failure !== undefined) {
            this.failure = failure;
            return false;
          }
          at++;
          this.#state = VALUE_LF;
          break;
        }
        case VALUE_LF: {
          if (bytes[at] !== LF) return this.#refuse(400, 'A carriage return is not followed by a line feed.');
          at++;
          this.#state = FIELD_START;
          break;
        }
        default: {
          if (bytes[at] !== LF) return this.#refuse(400, 'A carriage return is not followed by a line feed.');
          this.#position = at + 1 - base;
          this.failure = this.fields.finish(this.minorVersion);
          return this.failure === undefined;
        }
      }
    }
  }

  #pause(base: number, at: number): false {
    this.#position = at - base;
    return false;
  }

  #refuse(status: number, detail: string): false {
    this.failure = new ParseFailure(status, detail);
    return false;
  }

  #refuseLongLine(): false {
    return this.#refuse(414, `The request line is longer than ${this.#limits.requestLineBytes} bytes.`);
  }

  #refuseLongFields(): false {
    return this.#refuse(431, `The header lines are longer than ${this.#limits.headerBytes} bytes in all.`);
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
