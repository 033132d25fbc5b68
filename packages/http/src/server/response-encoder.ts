// Turns responses into bytes: prebuilt heads with a cached Date, the message written right behind, its length filled in.
// Everything a handler gave is checked here, so that no header can split a response; errors are thrown before anything is sent.

import type { MessageCodec } from '@ichor/core';
import type { HeaderValues } from '../contract/headers.ts';
import { reasonPhrase } from '../contract/http-status.ts';
import { headerPairs, type HttpResponse } from '../contract/response.ts';
import { httpError } from '../errors/catalogue.ts';
import { isFieldValue, isToken } from '../parser/characters.ts';
import { forbiddenInTrailers } from '../parser/field-semantics.ts';
import type { DateCache } from './date-cache.ts';
import type { OutputBuffer } from './output-buffer.ts';

/** How the connection wants a head written. */
export interface HeadStyle {
  /** Text of the Connection header line with its line end, or empty. */
  readonly connection: string;
  /** Whether the body is left out (HEAD). */
  readonly withoutBody: boolean;
}

interface HeadTemplate {
  readonly bytes: Buffer;
  readonly statusLineLength: number;
  readonly dateOffset: number;
  dateVersion: number;
}

const hasContentType = /^content-type:/im;
const maxTemplates = 256;
const lengthPrefix = 'Content-Length: ';
/** Room an output buffer must have for a head with headers of its own, and for one without. */
export const headRoomBytes = 7680;
export const plainHeadRoomBytes = 1024;
/** Up to this length bytes are copied behind their head, so that both leave in one piece. */
const inlineBodyBytes = 8192;

/** Header fields that are the host's to send. */
const reserved: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export class ResponseEncoder {
  readonly #date: DateCache;
  readonly #server: string;
  // By status, then content type. Both are few in any program; beyond `maxTemplates` heads are built one by one.
  readonly #templates: (Map<string, HeadTemplate> | undefined)[] = [];
  #templateCount = 0;
  /** Bytes of the body that the last `appendWhole` sends. */
  bodyBytes = 0;
  // Digits of the last Content-Length: the next body is written where it fits if it has as many.
  #digits = 2;

  constructor(date: DateCache, server: string | undefined) {
    this.#date = date;
    this.#server = server === undefined ? '' : `Server: ${server}\r\n`;
  }

  // Appends everything up to and with `Content-Length: `. What varies stands right behind the status line.
  #appendHead(
    output: OutputBuffer,
    status: number,
    contentType: string,
    headers: HeaderValues | undefined,
    connection: string,
  ): void {
    const fields = headers === undefined ? '' : headerLines(headers, true);
    // A content type among the headers of the response is the one that is meant.
    const template = this.#template(status, contentType !== '' && hasContentType.test(fields) ? '' : contentType);
    const { bytes } = template;
    if (template.dateVersion !== this.#date.version) {
      bytes.write(this.#date.text, template.dateOffset, 'latin1');
      template.dateVersion = this.#date.version;
    }
    if (headers === undefined && connection === '') {
      output.bytes.set(bytes, output.length);
      output.length += bytes.length;
      return;
    }
    const lines = fields + connection;
    const { statusLineLength } = template;
    output.length += bytes.copy(output.bytes, output.length, 0, statusLineLength);
    output.appendLatin1(lines);
    output.length += bytes.copy(output.bytes, output.length, statusLineLength);
  }

  /**
   * Appends a whole response whose body is known as bytes, text or message.
   * @returns the body when it was too long to be appended, to be sent behind the head.
   * @throws ICHOR_HTTP_HEADER_INVALID, or the error of the codec; `output` is then as before.
   */
  appendWhole(
    output: OutputBuffer,
    response: HttpResponse,
    codec: MessageCodec<unknown> | undefined,
    style: HeadStyle,
  ): Uint8Array | undefined {
    const start = output.length;
    try {
      return this.#appendWhole(output, response, codec, style);
    } catch (error) {
      output.length = start;
      throw error;
    }
  }

  #appendWhole(
    output: OutputBuffer,
    response: HttpResponse,
    codec: MessageCodec<unknown> | undefined,
    style: HeadStyle,
  ): Uint8Array | undefined {
    const { status, content } = response;
    this.bodyBytes = 0;
    const contentType = codec === undefined ? (response.contentType ?? '') : codec.contentType;
    this.#appendHead(output, status, contentType, response.headers, style.connection);
    if (content.kind === 'empty') {
      // RFC 9110 section 8.6: no Content-Length in 204, and for 304 it would have to be that of the full answer.
      if (status !== 204 && status !== 304) {
        output.appendLatin1('0\r\n\r\n');
      } else {
        output.length -= lengthPrefix.length;
        output.appendLatin1('\r\n');
      }
      return undefined;
    }
    const digits = this.#digits;
    const bodyStart = output.length + digits + 4;
    let bodyEnd = -1;
    let apart: Uint8Array | undefined;
    switch (content.kind) {
      case 'message':
        bodyEnd = codec!.serializeInto(content.value, output.bytes, bodyStart);
        if (bodyEnd === -1) apart = codec!.serialize(content.value);
        break;
      case 'text':
        if (content.text.length * 3 <= output.room - digits - 4) {
          bodyEnd = bodyStart + output.bytes.write(content.text, bodyStart, 'utf8');
        } else {
          apart = Buffer.from(content.text, 'utf8');
        }
        break;
      case 'bytes':
        if (content.bytes.length <= inlineBodyBytes && content.bytes.length <= output.room - digits - 4) {
          output.bytes.set(content.bytes, bodyStart);
          bodyEnd = bodyStart + content.bytes.length;
        } else {
          apart = content.bytes;
        }
        break;
      default:
        throw new TypeError('A streamed body cannot be encoded as a whole.');
    }
    if (apart !== undefined) {
      output.appendLatin1(`${apart.length}\r\n\r\n`);
      if (style.withoutBody) return undefined;
      this.bodyBytes = apart.length;
      return apart;
    }
    this.#putLength(output, bodyStart, bodyEnd, style.withoutBody);
    return undefined;
  }

  // Writes the length and the empty line before the body, moving the body when its length has another number of digits.
  #putLength(output: OutputBuffer, bodyStart: number, bodyEnd: number, withoutBody: boolean): void {
    const length = bodyEnd - bodyStart;
    const digits = digitsOf(length);
    let start = bodyStart;
    if (digits !== this.#digits) {
      start += digits - this.#digits;
      output.bytes.copyWithin(start, bodyStart, bodyEnd);
      this.#digits = digits;
    }
    const bytes = output.bytes;
    let at = start - 1;
    bytes[at--] = 0x0a;
    bytes[at--] = 0x0d;
    bytes[at--] = 0x0a;
    bytes[at--] = 0x0d;
    for (let rest = length, digit = 0; digit < digits; digit++) {
      bytes[at--] = 0x30 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    output.length = withoutBody ? start : start + length;
    if (!withoutBody) this.bodyBytes = length;
  }

  /** Appends the head of a streamed response. @param framing Its Content-Length or Transfer-Encoding line, or empty. */
  appendStreamHead(output: OutputBuffer, response: HttpResponse, framing: string, style: HeadStyle): void {
    const start = output.length;
    try {
      this.#appendHead(output, response.status, response.contentType ?? '', response.headers, style.connection);
      output.length -= lengthPrefix.length;
      output.appendLatin1(`${framing}\r\n`);
    } catch (error) {
      output.length = start;
      throw error;
    }
  }

  #template(status: number, contentType: string): HeadTemplate {
    const byType = (this.#templates[status] ??= new Map());
    const known = byType.get(contentType);
    if (known !== undefined) return known;
    assertContentType(contentType);
    const typeLine = contentType === '' ? '' : `Content-Type: ${contentType}\r\n`;
    const statusLine = `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`;
    const before = `${statusLine}${typeLine}${this.#server}Date: `;
    const template: HeadTemplate = {
      bytes: Buffer.from(`${before}${this.#date.text}\r\n${lengthPrefix}`, 'latin1'),
      statusLineLength: statusLine.length,
      dateOffset: before.length,
      dateVersion: this.#date.version,
    };
    if (this.#templateCount < maxTemplates) {
      this.#templateCount++;
      byType.set(contentType, template);
    }
    return template;
  }
}

/** Longest head that is accepted from a handler, so that it fits an output buffer with everything else. */
const maxHeaderText = 6144;

/**
 * The field lines for the headers or trailers of a response.
 * @param allowsUpgrade Whether Upgrade may be among them; it is then named in Connection too (RFC 9110 section 7.8).
 * @throws ICHOR_HTTP_HEADER_INVALID
 */
export function headerLines(headers: HeaderValues, allowsUpgrade = false): string {
  let lines = '';
  for (const [name, value] of headerPairs(headers)) {
    if (typeof name !== 'string' || !isToken(name)) throw invalidHeader(name, value, 'name');
    if (typeof value !== 'string' || !isFieldValue(value)) throw invalidHeader(name, value, 'value');
    if (allowsUpgrade && name.toLowerCase() === 'upgrade') lines += 'Connection: Upgrade\r\n';
    else if (reserved.has(name.toLowerCase())) {
      throw httpError(
        'ICHOR_HTTP_HEADER_INVALID',
        `A response was given the header ${name}, which the host sends itself. Leave it out.`,
      );
    }
    lines += `${name}: ${value}\r\n`;
  }
  if (lines.length > maxHeaderText) {
    throw httpError(
      'ICHOR_HTTP_HEADER_INVALID',
      `The headers of a response are ${lines.length} bytes long; at most ${maxHeaderText} are sent, which is what clients accept safely.`,
    );
  }
  return lines;
}

/**
 * The field lines for the trailers of a response.
 * @throws ICHOR_HTTP_HEADER_INVALID, also for fields that decide framing, routing or authentication (RFC 9110 section 6.5.1).
 */
export function trailerLines(trailers: HeaderValues): string {
  for (const [name] of headerPairs(trailers)) {
    if (!forbiddenInTrailers.has(String(name).toLowerCase())) continue;
    throw httpError(
      'ICHOR_HTTP_HEADER_INVALID',
      `A response was given the trailer ${name}, which must not come behind the body. Send it among the headers.`,
    );
  }
  return headerLines(trailers);
}

/** @throws ICHOR_HTTP_HEADER_INVALID */
export function assertContentType(contentType: string): void {
  if (contentType !== '' && (!isFieldValue(contentType) || contentType.length > 256))
    throw invalidHeader('Content-Type', contentType, 'value');
}

function invalidHeader(name: unknown, value: unknown, part: 'name' | 'value'): Error {
  const allowed =
    part === 'name'
      ? "letters, digits and !#$%&'*+-.^_`|~"
      : 'text without control characters, without characters above U+00FF, and without a space at either end';
  const received = JSON.stringify(part === 'name' ? name : value) ?? typeof value;
  return httpError(
    'ICHOR_HTTP_HEADER_INVALID',
    `A response was given the header ${JSON.stringify(name)} with the ${part} ${received.slice(0, 200)}. Allowed: ${allowed}.`,
  );
}

function digitsOf(length: number): number {
  let digits = 1;
  for (let limit = 10; length >= limit; limit *= 10) digits++;
  return digits;
}
