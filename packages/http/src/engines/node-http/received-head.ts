// The head of a request that node:http has parsed, read once more by our own parser: so both engines refuse the same heads, and
// the pipeline sees the same fields.

import type { IncomingMessage } from 'node:http';
import type { HeadReader } from '../../parser/head-reader.ts';
import { ParseFailure } from '../../parser/parse-failure.ts';
import { ParsedHead } from '../../server/parsed-head.ts';

export function receivedHead(request: IncomingMessage, reader: HeadReader): ParsedHead | ParseFailure {
  const { method, url, httpVersion, rawHeaders } = request;
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let index = 0; index < rawHeaders.length; index += 2)
    text += `${rawHeaders[index]}: ${rawHeaders[index + 1]}\r\n`;
  const bytes = Buffer.from(`${text}\r\n`, 'latin1');
  reader.reset();
  try {
    if (reader.read(bytes, 0, bytes.length) === bytes.length) return new ParsedHead(reader);
    return reader.parser.failure ?? new ParseFailure(400, 'The head of the request is not valid.');
  } finally {
    reader.reset();
  }
}

/** Field lines of the trailers. */
export function receivedTrailers(request: IncomingMessage): string {
  let text = '';
  for (let index = 0; index < request.rawTrailers.length; index += 2) {
    text += `${request.rawTrailers[index]}: ${request.rawTrailers[index + 1]}\r\n`;
  }
  return text;
}
