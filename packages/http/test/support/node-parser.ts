// node:http's own parser (llhttp) over a byte stream: the independent implementation our parser is compared with.

// eslint-disable-next-line @typescript-eslint/ban-ts-comment -- an undocumented module without types
// @ts-ignore
import common from 'node:_http_common';
import type { ParsedStream } from './parse-stream.ts';

interface NodeParser {
  initialize(type: number, resource: object): void;
  execute(bytes: Uint8Array): number | (Error & { code: string; reason: string });
  finish(): unknown;
  close(): void;
  [callback: number]: (...values: never[]) => unknown;
}

const { HTTPParser, methods } = common as {
  HTTPParser: (new () => NodeParser) &
    Record<'REQUEST' | 'kOnHeaders' | 'kOnHeadersComplete' | 'kOnBody' | 'kOnMessageComplete', number>;
  methods: readonly string[];
};

export interface NodeMessage {
  method: string;
  target: string;
  headers: readonly (readonly [string, string])[];
  body: string;
}

export interface NodeStream {
  messages: NodeMessage[];
  /** Code and reason when the stream was refused. */
  refused: string | undefined;
}

/** Parses `pieces` the way node:http does, without its later checks (Host, Expect). */
export function parseWithNode(pieces: readonly Uint8Array[]): NodeStream {
  const result: NodeStream = { messages: [], refused: undefined };
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.REQUEST, {});
  let message: NodeMessage | undefined;
  let early: string[] = [];
  let url = '';
  let isInBody = false;
  parser[HTTPParser.kOnHeaders] = (headers: string[], target: string) => {
    // More than 32 headers come in portions; behind the body these are trailers.
    if (!isInBody) early = early.concat(headers);
    if (!isInBody) url += target;
  };
  parser[HTTPParser.kOnHeadersComplete] = (
    _major: number,
    _minor: number,
    headers: string[] | undefined,
    method: number,
    target: string | undefined,
  ) => {
    const flat = early.concat(headers ?? []);
    const pairs: (readonly [string, string])[] = [];
    for (let index = 0; index < flat.length; index += 2) pairs.push([flat[index]!, flat[index + 1]!]);
    message = { method: methods[method]!, target: url + (target ?? ''), headers: pairs, body: '' };
    early = [];
    url = '';
    isInBody = true;
    return 0;
  };
  parser[HTTPParser.kOnBody] = (bytes: Buffer) => {
    message!.body += Buffer.from(bytes).toString('latin1');
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    result.messages.push(message!);
    message = undefined;
    early = [];
    isInBody = false;
  };
  for (const piece of pieces) {
    if (piece.length === 0) continue;
    const outcome = parser.execute(Buffer.from(piece));
    if (typeof outcome !== 'number') {
      result.refused = `${outcome.code} ${outcome.reason}`;
      break;
    }
    if (outcome < piece.length) {
      result.refused = 'stopped early';
      break;
    }
  }
  parser.close();
  return result;
}

/** Our result in the same terms. */
export function ours(stream: ParsedStream): NodeStream {
  return {
    refused: stream.refused,
    messages: stream.messages.map(({ method, target, headers, body }) => ({
      method,
      target,
      body,
      headers: headers
        .split('\r\n')
        .filter((line) => line !== '')
        .map((line) => {
          const colon = line.indexOf(':');
          return [line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')] as const;
        }),
    })),
  };
}
