// Field lines up to the empty line behind them (RFC 9112 section 5): the headers of a request, or the trailers of a chunked body.
// Read byte by byte without backtracking, over as many pieces as they come in. Keeps no bytes: every offset is relative to the
// `base` given to `parse`.

import { characterClasses, FIELD_VALUE, TOKEN } from './characters.ts';
import { FieldSemantics } from './field-semantics.ts';
import { ParseFailure } from './parse-failure.ts';

/** Limits of a section of field lines. */
export interface FieldLimits {
  /** Bytes of all field lines with their line ends; more is answered 431. Also the limit of trailers. */
  readonly headerBytes: number;
  /** Number of field lines; more is answered 431. Also the limit of trailers. */
  readonly headerCount: number;
}

const FIELD_START = 0;
const FIELD_NAME = 1;
const VALUE_START = 2;
const VALUE = 3;
const VALUE_LF = 4;
const END_LF = 5;

const SP = 0x20;
const HTAB = 0x09;
const CR = 0x0d;
const LF = 0x0a;
const COLON = 0x3a;

export class FieldLineParser {
  readonly #limits: FieldLimits;
  #state = FIELD_START;
  #fieldCount = 0;
  #nameStart = 0;
  #nameEnd = 0;
  #valueStart = 0;

  /** Where the field lines begin. */
  start = 0;
  /** Offset of the next byte to look at; behind the empty line once that was read. */
  position = 0;
  readonly fields = new FieldSemantics();
  failure: ParseFailure | undefined = undefined;

  constructor(limits: FieldLimits) {
    this.#limits = limits;
  }

  /** Prepares for the next section. @param inTrailers Whether it is one of trailers. */
  reset(inTrailers: boolean): void {
    this.#state = FIELD_START;
    this.#fieldCount = 0;
    this.start = 0;
    this.position = 0;
    this.failure = undefined;
    this.fields.reset();
    this.fields.inTrailers = inTrailers;
  }

  /** The lines begin at the offset `start`. */
  begin(start: number): void {
    this.start = start;
    this.position = start;
  }

  /** Reads on in `bytes[base..end)`. @returns whether the lines are complete; when not, more bytes are needed or `failure` is set. */
  parse(bytes: Uint8Array, base: number, end: number): boolean {
    const classes = characterClasses;
    const limit = base + this.start + this.#limits.headerBytes;
    const stop = limit < end ? limit : end;
    let at = base + this.position;
    let state = this.#state;
    while (at < end) {
      switch (state) {
        case FIELD_START: {
          const byte = bytes[at]!;
          if (byte === CR) {
            at++;
            state = END_LF;
            break;
          }
          if (byte === SP || byte === HTAB) {
            return this.#refuse(400, 'A header line begins with white space; folded header lines are not accepted.');
          }
          if (++this.#fieldCount > this.#limits.headerCount) {
            return this.#refuse(431, `There are more than ${this.#limits.headerCount} header lines.`);
          }
          this.#nameStart = at - base;
          state = FIELD_NAME;
          break;
        }
        case FIELD_NAME: {
          while (at < stop && (classes[bytes[at]!]! & TOKEN) !== 0) at++;
          if (at === end) break;
          if (at >= limit) return this.#refuseLength();
          if (bytes[at] !== COLON || at - base === this.#nameStart) {
            return this.#refuse(400, 'A header line must be a name, a colon right after it, and a value.');
          }
          this.#nameEnd = at - base;
          at++;
          state = VALUE_START;
          break;
        }
        case VALUE_START: {
          while (at < stop && (bytes[at] === SP || bytes[at] === HTAB)) at++;
          if (at === end) break;
          if (at >= limit) return this.#refuseLength();
          this.#valueStart = at - base;
          state = VALUE;
          break;
        }
        case VALUE: {
          // Four at a time: values are long, and one branch for all four is enough.
          while (at + 4 <= stop && (fourClasses(bytes, at) & FIELD_VALUE) !== 0) at += 4;
          while (at < stop && (classes[bytes[at]!]! & FIELD_VALUE) !== 0) at++;
          if (at === end) break;
          // The line feed counts as well.
          if (at + 1 >= limit) return this.#refuseLength();
          if (bytes[at] !== CR) {
            return this.#refuse(400, 'A header value contains a control character or a bare line feed.');
          }
          this.failure = this.#take(bytes, base, at);
          if (this.failure !== undefined) return false;
          at++;
          state = VALUE_LF;
          break;
        }
        case VALUE_LF: {
          if (bytes[at] !== LF) return this.#refuse(400, 'A carriage return is not followed by a line feed.');
          at++;
          state = FIELD_START;
          break;
        }
        default: {
          if (bytes[at] !== LF) return this.#refuse(400, 'A carriage return is not followed by a line feed.');
          this.position = at + 1 - base;
          return true;
        }
      }
    }
    this.#state = state;
    this.position = at - base;
    return false;
  }

  // One complete line, whose value may still have white space behind it.
  #take(bytes: Uint8Array, base: number, end: number): ParseFailure | undefined {
    const valueStart = base + this.#valueStart;
    let valueEnd = end;
    while (valueEnd > valueStart && (bytes[valueEnd - 1] === SP || bytes[valueEnd - 1] === HTAB)) valueEnd--;
    return this.fields.add(bytes, base, this.#nameStart, this.#nameEnd, this.#valueStart, valueEnd - base);
  }

  #refuse(status: number, detail: string): false {
    this.failure = new ParseFailure(status, detail);
    return false;
  }

  #refuseLength(): false {
    return this.#refuse(431, `The header lines are longer than ${this.#limits.headerBytes} bytes in all.`);
  }
}

// The classes that the next four bytes have in common.
function fourClasses(bytes: Uint8Array, at: number): number {
  const classes = characterClasses;
  return classes[bytes[at]!]! & classes[bytes[at + 1]!]! & classes[bytes[at + 2]!]! & classes[bytes[at + 3]!]!;
}
