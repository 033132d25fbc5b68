// Drives the parsers over a byte stream cut into pieces, as a connection does, and notes everything they report.

import { ChunkedDecoder } from '../../src/parser/chunked-decoder.ts';
import { latin1 } from '../../src/parser/characters.ts';
import { HeadReader } from '../../src/parser/head-reader.ts';
import { parseOtherTarget } from '../../src/parser/request-target.ts';
import type { HttpMethod } from '../../src/contract/http-method.ts';
import type { ParseFailure } from '../../src/parser/parse-failure.ts';

export const limits = { requestLineBytes: 8192, headerBytes: 16_384, headerCount: 100, chunkExtensionBytes: 1024 };

export interface ParsedMessage {
  method: string;
  target: string;
  version: string;
  headers: string;
  keepAlive: boolean;
  expectsContinue: boolean;
  body: string;
  trailers: string;
}

export interface ParsedStream {
  messages: ParsedMessage[];
  /** Status and reason when the stream was refused. */
  refused: string | undefined;
  /** The stream ended inside a message. */
  incomplete: boolean;
}

export function parseStream(pieces: readonly Uint8Array[], given = limits, maxBodyBytes = 1_048_576): ParsedStream {
  const reader = new HeadReader(given);
  const result: ParsedStream = { messages: [], refused: undefined, incomplete: false };
  let message: ParsedMessage | undefined;
  let remaining = 0;
  let decoder: ChunkedDecoder | undefined;
  const refuse = (failure: ParseFailure): ParsedStream => {
    result.refused = `${failure.status} ${failure.detail}`;
    return result;
  };
  const complete = (): void => {
    result.messages.push(message!);
    message = undefined;
    decoder = undefined;
    reader.reset();
  };
  for (const piece of pieces) {
    let at = 0;
    while (at < piece.length) {
      if (message === undefined) {
        const behind = reader.read(piece, at, piece.length);
        if (reader.parser.failure !== undefined) return refuse(reader.parser.failure);
        if (behind === -1) break;
        at = behind;
        const { parser, bytes, base } = reader;
        message = {
          method: parser.line.method,
          target: latin1(bytes, base + parser.line.targetStart, base + parser.line.targetEnd),
          version: `1.${parser.line.minorVersion}`,
          headers: latin1(bytes, base + parser.fieldsStart, base + parser.position),
          keepAlive: parser.fields.keepAlive,
          expectsContinue: parser.fields.expectsContinue,
          body: '',
          trailers: '',
        };
        const { target, method } = message;
        if (!target.startsWith('/') && parseOtherTarget(target, method as HttpMethod) === undefined) {
          return refuse({ status: 400, detail: 'The request target is not valid for this method.' });
        }
        if (parser.fields.isChunked) decoder = new ChunkedDecoder(given, maxBodyBytes);
        remaining = Math.max(0, parser.fields.contentLength);
        if (decoder === undefined && remaining === 0) complete();
      } else if (decoder === undefined) {
        const take = Math.min(remaining, piece.length - at);
        message.body += latin1(piece, at, at + take);
        at += take;
        remaining -= take;
        if (remaining === 0) complete();
      } else {
        at = decoder.decode(piece, at, piece.length);
        if (decoder.failure !== undefined) return refuse(decoder.failure);
        message.body += latin1(piece, decoder.dataStart, decoder.dataEnd);
        if (decoder.isDone) {
          message.trailers = decoder.trailers;
          complete();
        }
      }
    }
  }
  result.incomplete = message !== undefined || !reader.parser.isUntouched;
  return result;
}

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Cuts `bytes` at the given offsets. */
export function cut(bytes: Uint8Array, offsets: readonly number[]): Uint8Array[] {
  const bounds = [0, ...[...offsets].sort((a, b) => a - b), bytes.length];
  return bounds.slice(1).map((end, index) => bytes.slice(bounds[index], end));
}
