// What the parser found in one head, kept as one text and its offsets: parts are cut out when somebody asks for them.

import type { HttpMethod } from '../contract/http-method.ts';
import type { HeadReader } from '../parser/head-reader.ts';
import { parseOtherTarget } from '../parser/request-target.ts';
import type { RequestHead } from './exchange.ts';

export class ParsedHead implements RequestHead {
  // From the first character of the target to the end of the field lines.
  readonly #text: string;
  readonly #fieldsAt: number;
  readonly #hostAt: number;
  readonly #hostEnd: number;
  readonly #acceptAt: number;
  readonly #acceptEnd: number;
  readonly #authority: string | undefined;
  readonly target: string;
  readonly path: string;
  readonly method: HttpMethod;
  readonly queryText: string;
  readonly pathAndQuery: string;
  readonly contentType: string | undefined;
  readonly upgrade: string | undefined;
  readonly minorVersion: number;
  readonly keepAlive: boolean;
  readonly bodyLength: number;
  readonly expectsContinue: boolean;
  readonly hasSeveralAccepts: boolean;
  /** The target is of a form that is not valid for the method. */
  readonly isInvalid: boolean;

  /** Takes over everything from a reader that has just completed a head. */
  constructor(reader: HeadReader) {
    const { parser, base } = reader;
    const { fields, line } = parser;
    const { targetStart } = line;
    const text = latin1Text(reader.bytes, base + targetStart, base + parser.position - 2);
    const target = text.slice(0, line.targetEnd - targetStart);
    this.#text = text;
    this.#fieldsAt = parser.fieldsStart - targetStart;
    this.#hostAt = fields.hostStart - targetStart;
    this.#hostEnd = fields.hostStart === -1 ? -1 : fields.hostEnd - targetStart;
    this.#acceptAt = fields.acceptStart === -1 ? -1 : fields.acceptStart - targetStart;
    this.#acceptEnd = fields.acceptEnd - targetStart;
    this.hasSeveralAccepts = fields.hasSeveralAccepts;
    this.target = target;
    this.method = line.method;
    let isInvalid = false;
    if (text.charCodeAt(0) === 0x2f) {
      const query = line.queryStart;
      this.path = query === -1 ? target : target.slice(0, query - targetStart);
      this.queryText = query === -1 ? '' : target.slice(query - targetStart + 1);
      this.pathAndQuery = target;
      this.#authority = undefined;
    } else {
      const parsed = parseOtherTarget(target, line.method);
      isInvalid = parsed === undefined;
      this.path = parsed?.path ?? '';
      this.queryText = parsed?.query ?? '';
      this.pathAndQuery = this.queryText === '' ? this.path : `${this.path}?${this.queryText}`;
      this.#authority = parsed?.authority;
    }
    this.isInvalid = isInvalid;
    this.contentType =
      fields.contentTypeStart === -1
        ? undefined
        : contentTypeIn(text, fields.contentTypeStart - targetStart, fields.contentTypeEnd - targetStart);
    this.upgrade =
      fields.wantsUpgrade && fields.upgradeStart !== -1
        ? text.slice(fields.upgradeStart - targetStart, fields.upgradeEnd - targetStart)
        : undefined;
    this.minorVersion = line.minorVersion;
    this.keepAlive = fields.keepAlive;
    this.bodyLength = fields.isChunked ? -1 : Math.max(0, fields.contentLength);
    this.expectsContinue = fields.expectsContinue;
  }

  get fieldsText(): string {
    return this.#text.slice(this.#fieldsAt);
  }

  get accept(): string | undefined {
    return this.#acceptAt === -1 ? undefined : this.#text.slice(this.#acceptAt, this.#acceptEnd);
  }

  get host(): string | undefined {
    if (this.#authority !== undefined) return this.#authority;
    return this.#hostEnd === -1 ? undefined : this.#text.slice(this.#hostAt, this.#hostEnd);
  }
}

// Most requests have the content type of the one before: the same text again costs nothing to make.
let lastContentType = '';

function contentTypeIn(text: string, start: number, end: number): string {
  if (end - start === lastContentType.length && text.startsWith(lastContentType, start)) return lastContentType;
  return (lastContentType = asName(text.slice(start, end)));
}

// Engines keep each property name once, so comparing it with the names in a program is comparing two addresses.
function asName(text: string): string {
  return Object.keys({ [text]: true })[0]!;
}

function latin1Text(bytes: Uint8Array, start: number, end: number): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString('latin1', start, end);
}
