// What the field lines of one head mean for its framing and its connection: Host, Content-Length, Transfer-Encoding,
// Connection, Expect. Fed line by line by the head parser; remembers where Content-Type, Accept and Upgrade stand.

import { latin1 } from './characters.ts';
import { isHost } from './host-name.ts';
import { ParseFailure } from './parse-failure.ts';

const HOST = bytesOf('host');
const ACCEPT = bytesOf('accept');
const EXPECT = bytesOf('expect');
const UPGRADE = bytesOf('upgrade');
const CONNECTION = bytesOf('connection');
const CONTENT_TYPE = bytesOf('content-type');
const CONTENT_LENGTH = bytesOf('content-length');
const TRANSFER_ENCODING = bytesOf('transfer-encoding');

/** Fields that decide framing, routing or authentication must not come in trailers (RFC 9110 section 6.5.1). */
export const forbiddenInTrailers: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export class FieldSemantics {
  inTrailers = false;
  /** -1 when absent. */
  contentLength = -1;
  isChunked = false;
  /** What the Connection options and the version say together. Set by `finish`. */
  keepAlive = true;
  wantsUpgrade = false;
  expectsContinue = false;
  /** Offsets of the value, or -1 when the field is absent. */
  contentTypeStart = -1;
  contentTypeEnd = -1;
  hostStart = -1;
  hostEnd = -1;
  upgradeStart = -1;
  upgradeEnd = -1;
  acceptStart = -1;
  acceptEnd = -1;
  /** Accept comes more than once; the offsets are those of the last one. */
  hasSeveralAccepts = false;

  #sawClose = false;
  #sawKeepAlive = false;
  #sawTransferEncoding = false;
  #sawOtherCoding = false;

  reset(): void {
    this.inTrailers = false;
    this.contentLength = -1;
    this.isChunked = false;
    this.keepAlive = true;
    this.wantsUpgrade = false;
    this.expectsContinue = false;
    this.contentTypeStart = -1;
    this.hostStart = -1;
    this.upgradeStart = -1;
    this.acceptStart = -1;
    this.hasSeveralAccepts = false;
    this.#sawClose = false;
    this.#sawKeepAlive = false;
    this.#sawTransferEncoding = false;
    this.#sawOtherCoding = false;
  }

  /** Takes one complete field line; the offsets are relative to `base`. */
  add(
    bytes: Uint8Array,
    base: number,
    nameStart: number,
    nameEnd: number,
    valueStart: number,
    valueEnd: number,
  ): ParseFailure | undefined {
    if (this.inTrailers) return refuseTrailer(bytes, base + nameStart, base + nameEnd);
    const name = base + nameStart;
    switch (nameEnd - nameStart) {
      case 4:
        if (isName(bytes, name, HOST)) return this.#addHost(bytes, base, valueStart, valueEnd);
        break;
      case 6:
        if (isName(bytes, name, EXPECT)) return this.#addExpect(bytes, base + valueStart, base + valueEnd);
        if (isName(bytes, name, ACCEPT)) {
          this.hasSeveralAccepts = this.acceptStart !== -1;
          this.acceptStart = valueStart;
          this.acceptEnd = valueEnd;
        }
        break;
      case 7:
        if (isName(bytes, name, UPGRADE)) {
          this.upgradeStart = valueStart;
          this.upgradeEnd = valueEnd;
        }
        break;
      case 10:
        if (isName(bytes, name, CONNECTION)) this.#addConnection(bytes, base + valueStart, base + valueEnd);
        break;
      case 12:
        if (isName(bytes, name, CONTENT_TYPE)) return this.#addContentType(valueStart, valueEnd);
        break;
      case 14:
        if (isName(bytes, name, CONTENT_LENGTH)) return this.#addLength(bytes, base + valueStart, base + valueEnd);
        break;
      case 17:
        if (isName(bytes, name, TRANSFER_ENCODING)) {
          return this.#addTransferEncoding(bytes, base + valueStart, base + valueEnd);
        }
        break;
      default:
        break;
    }
    return undefined;
  }

  /** Called at the end of the head: the rules that need all field lines. */
  finish(minorVersion: number): ParseFailure | undefined {
    if (this.inTrailers) return undefined;
    if (minorVersion === 1 && this.hostStart === -1) {
      return new ParseFailure(400, 'An HTTP/1.1 request must have a Host header.');
    }
    if (this.#sawTransferEncoding) {
      if (this.contentLength !== -1) {
        return new ParseFailure(400, 'Content-Length and Transfer-Encoding must not come together.');
      }
      if (minorVersion === 0) return new ParseFailure(400, 'Transfer-Encoding is not part of HTTP/1.0.');
      if (!this.isChunked) return new ParseFailure(400, 'The final transfer coding of a request must be chunked.');
      if (this.#sawOtherCoding) {
        return new ParseFailure(501, 'Transfer codings other than chunked are not implemented here.');
      }
    }
    this.keepAlive = minorVersion === 1 ? !this.#sawClose : this.#sawKeepAlive && !this.#sawClose;
    if (minorVersion === 0) {
      // RFC 9110 sections 7.8 and 10.1.1: Upgrade and Expect of an HTTP/1.0 request are ignored.
      this.wantsUpgrade = false;
      this.expectsContinue = false;
    }
    return undefined;
  }

  #addHost(bytes: Uint8Array, base: number, start: number, end: number): ParseFailure | undefined {
    if (this.hostStart !== -1) return new ParseFailure(400, 'There is more than one Host header.');
    if (!isHost(bytes, base + start, base + end)) {
      return new ParseFailure(400, 'The Host header is not a host name with an optional port.');
    }
    this.hostStart = start;
    this.hostEnd = end;
    return undefined;
  }

  #addExpect(bytes: Uint8Array, start: number, end: number): ParseFailure | undefined {
    if (latin1(bytes, start, end).toLowerCase() !== '100-continue') {
      return new ParseFailure(417, 'The only expectation met here is 100-continue.');
    }
    this.expectsContinue = true;
    return undefined;
  }

  #addContentType(start: number, end: number): ParseFailure | undefined {
    if (this.contentTypeStart !== -1) return new ParseFailure(400, 'There is more than one Content-Type header.');
    this.contentTypeStart = start;
    this.contentTypeEnd = end;
    return undefined;
  }

  #addLength(bytes: Uint8Array, start: number, end: number): ParseFailure | undefined {
    if (this.contentLength !== -1) return new ParseFailure(400, 'There is more than one Content-Length header.');
    if (start === end) return new ParseFailure(400, 'The Content-Length header is empty.');
    if (hasTabBehind(bytes, end)) return new ParseFailure(400, 'A tab stands behind the value of Content-Length.');
    let length = 0;
    for (let at = start; at < end; at++) {
      const digit = bytes[at]! - 0x30;
      if (digit < 0 || digit > 9) return new ParseFailure(400, 'Content-Length must consist of digits only.');
      // Saturates: what is beyond the safe integers is beyond every body limit as well.
      length = Math.min(length * 10 + digit, Number.MAX_SAFE_INTEGER);
    }
    this.contentLength = length;
    return undefined;
  }

  #addTransferEncoding(bytes: Uint8Array, start: number, end: number): ParseFailure | undefined {
    this.#sawTransferEncoding = true;
    if (hasTabBehind(bytes, end)) return new ParseFailure(400, 'A tab stands behind the value of Transfer-Encoding.');
    for (const coding of latin1(bytes, start, end).toLowerCase().split(',')) {
      if (this.isChunked) return new ParseFailure(400, 'chunked must be the last transfer coding and come only once.');
      if (trimWhitespace(coding) === 'chunked') this.isChunked = true;
      else this.#sawOtherCoding = true;
    }
    return undefined;
  }

  #addConnection(bytes: Uint8Array, start: number, end: number): void {
    for (const option of latin1(bytes, start, end).toLowerCase().split(',')) {
      const name = trimWhitespace(option);
      if (name === 'close') this.#sawClose = true;
      else if (name === 'keep-alive') this.#sawKeepAlive = true;
      else if (name === 'upgrade') this.wantsUpgrade = true;
    }
  }
}

function refuseTrailer(bytes: Uint8Array, start: number, end: number): ParseFailure | undefined {
  const name = latin1(bytes, start, end).toLowerCase();
  return forbiddenInTrailers.has(name) ? new ParseFailure(400, `${name} must not come in trailers.`) : undefined;
}

// Legal white space, but parsers differ about it (node:http refuses it), and framing must be read alike by everybody on the way.
function hasTabBehind(bytes: Uint8Array, end: number): boolean {
  let at = end;
  while (bytes[at] === 0x20) at++;
  return bytes[at] === 0x09;
}

function isName(bytes: Uint8Array, start: number, name: Uint8Array): boolean {
  for (let index = 0; index < name.length; index++) {
    if ((bytes[start + index]! | 0x20) !== name[index]) return false;
  }
  return true;
}

// Only the white space of HTTP: String.trim would also remove what is not white space there.
function trimWhitespace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhitespace(text.charCodeAt(start))) start++;
  while (end > start && isWhitespace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isWhitespace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
