// The strict, resumable parser of request heads: RFC 9112 sections 2 to 6. Fed by the connection; keeps no bytes itself. Every
// offset it reports is relative to the `base` of the bytes given, which must hold the whole head so far. What is ambiguous is
// refused, and the outcome depends on the bytes alone, never on their splits.

import { FieldLineParser, type FieldLimits } from './field-line-parser.ts';
import type { FieldSemantics } from './field-semantics.ts';
import type { ParseFailure } from './parse-failure.ts';
import { RequestLineParser } from './request-line-parser.ts';

/** Limits of a head. */
export interface HeadLimits extends FieldLimits {
  /** Bytes of the request line without its line end; longer is answered 414. */
  readonly requestLineBytes: number;
}

export class HeadParser {
  readonly line: RequestLineParser;
  readonly #lines: FieldLineParser;
  readonly fields: FieldSemantics;
  #isInFields = false;
  /** Set once the head is refused. */
  failure: ParseFailure | undefined = undefined;

  constructor(limits: HeadLimits) {
    this.line = new RequestLineParser(limits.requestLineBytes);
    this.#lines = new FieldLineParser(limits);
    this.fields = this.#lines.fields;
  }

  /** Prepares for the next head. */
  reset(): void {
    this.line.reset();
    this.#lines.reset(false);
    this.#isInFields = false;
    this.failure = undefined;
  }

  /** Nothing but an empty line has been read of the current head. */
  get isUntouched(): boolean {
    return this.line.isUntouched;
  }

  /** Where the field lines begin. */
  get fieldsStart(): number {
    return this.#lines.start;
  }

  /** Offset behind the head that is complete. */
  get position(): number {
    return this.#lines.position;
  }

  /**
   * Reads on in `bytes[base..end)`, where `base` is the first byte of this head.
   * @returns true when the head is complete (`position` is then behind it); false when more bytes are needed or `failure` is set.
   */
  parse(bytes: Uint8Array, base: number, end: number): boolean {
    const { line } = this;
    const lines = this.#lines;
    if (!this.#isInFields) {
      if (!line.parse(bytes, base, end)) {
        this.failure = line.failure;
        return false;
      }
      this.#isInFields = true;
      lines.begin(line.position);
    }
    const isComplete = lines.parse(bytes, base, end);
    this.failure = isComplete ? this.fields.finish(line.minorVersion) : lines.failure;
    return isComplete && this.failure === undefined;
  }
}
