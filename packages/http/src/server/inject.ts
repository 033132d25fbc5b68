// Requests without a socket, for tests: builds the bytes, runs them through a connection and the whole pipeline, and reads the
// bytes of the answer.

import type { HttpLimits } from '../contract/host-options.ts';
import type { InjectedResponse, InjectOptions } from '../contract/http-host.ts';
import { headerPairs } from '../contract/response.ts';
import { httpError } from '../errors/catalogue.ts';
import { ChunkedDecoder } from '../parser/chunked-decoder.ts';
import type { ConnectionHost } from './connection-host.ts';
import { HeaderList } from './header-list.ts';
import { MemoryTransport } from './memory-transport.ts';

/** Runs one request. Rejects with ICHOR_HTTP_HOST_STOPPED when the connection ends without a complete answer. */
export async function inject(host: ConnectionHost, given: InjectOptions | string = {}): Promise<InjectedResponse> {
  const options = typeof given === 'string' ? { target: given } : given;
  const pieces: Buffer[] = [];
  await new Promise<void>((resolve) => {
    const transport = new MemoryTransport((bytes) => {
      pieces.push(Buffer.from(bytes));
    }, resolve);
    transport.open(host.add(transport), requestBytes(options));
  });
  return parseResponse(Buffer.concat(pieces), options.method === 'HEAD', host.options.limits);
}

function requestBytes(options: InjectOptions): Buffer {
  const { method = 'GET', target = '/', body } = options;
  const pairs = headerPairs(options.headers);
  const names = new Set(pairs.map(([name]) => name.toLowerCase()));
  let bytes = Buffer.alloc(0);
  if (body instanceof Uint8Array) bytes = Buffer.from(body);
  else if (typeof body === 'string') bytes = Buffer.from(body, 'utf8');
  else if (body !== undefined) {
    bytes = Buffer.from(JSON.stringify(body), 'utf8');
    if (!names.has('content-type')) pairs.push(['Content-Type', 'application/json']);
  }
  if (!names.has('host')) pairs.unshift(['Host', 'localhost']);
  if (!names.has('connection')) pairs.push(['Connection', 'close']);
  if (body !== undefined && !names.has('content-length') && !names.has('transfer-encoding')) {
    pairs.push(['Content-Length', String(bytes.length)]);
  }
  const lines = pairs.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines}\r\n`, 'latin1'), bytes]);
}

function parseResponse(all: Buffer, isHead: boolean, limits: HttpLimits): InjectedResponse {
  let bytes = all;
  let headEnd = -1;
  let head = '';
  // Interim answers (100 Continue) come before the one that counts.
  do {
    headEnd = bytes.indexOf('\r\n\r\n');
    if (headEnd === -1) throw noAnswer();
    head = bytes.toString('latin1', 0, headEnd + 2);
    bytes = bytes.subarray(headEnd + 4);
  } while (head.startsWith('HTTP/1.1 1'));
  const linesAt = head.indexOf('\r\n') + 2;
  const fields = new HeaderList(head.slice(linesAt));
  let body: Buffer = bytes;
  let trailers = '';
  if (!isHead && fields.get('transfer-encoding') === 'chunked') {
    const decoder = new ChunkedDecoder(limits, Number.MAX_SAFE_INTEGER);
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length && !decoder.isDone;) {
      at = decoder.decode(bytes, at, bytes.length);
      pieces.push(bytes.subarray(decoder.dataStart, decoder.dataEnd));
    }
    if (!decoder.isDone) throw noAnswer();
    body = Buffer.concat(pieces);
    trailers = decoder.trailers;
  }
  return {
    status: Number(head.slice(9, 12)),
    headers: recordOf(fields),
    trailers: recordOf(new HeaderList(trailers)),
    body,
    text: () => body.toString('utf8'),
    json: () => JSON.parse(body.toString('utf8')) as unknown,
  };
}

function recordOf(fields: HeaderList): Readonly<Record<string, string>> {
  const record = Object.create(null) as Record<string, string>;
  for (const [name] of fields) record[name.toLowerCase()] = fields.get(name)!;
  return record;
}

function noAnswer(): Error {
  return httpError(
    'ICHOR_HTTP_HOST_STOPPED',
    'The injected request got no complete answer: its answer broke off, or the host stopped. See the log of the host.',
  );
}
