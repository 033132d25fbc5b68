// Answers as no HTTP server should give them: each one fails with a code or is read for what it is, and the connection is not used again.

import { describe, expect, it } from 'vitest';
import type net from 'node:net';
import { programWithClient } from './program.ts';
import { rawServer, until } from './raw-server.ts';

type End = 'end' | 'reset' | 'stay';

function finish(socket: net.Socket, end: End): void {
  if (end === 'end') socket.end();
  else if (end === 'reset') socket.resetAndDestroy();
}

const ok = 'HTTP/1.1 200 OK\r\n';
const lost = 'ICHOR_HTTP_CONNECTION_LOST';
const malformed = 'ICHOR_HTTP_RESPONSE_MALFORMED';

describe('an answer fails with a code (HC-1, HC-7, HC-10)', () => {
  it.each([
    ['nothing, then a reset', '', 'reset', lost],
    ['a part of the status line', 'HTTP/1.1 20', 'end', lost],
    ['a part of the status line, then a reset', 'HTTP/1.1 20', 'reset', lost],
    ['a part of the headers', `${ok}Content-Length: 5\r\nX-`, 'end', lost],
    ['a part of the headers, then a reset', `${ok}Content-Length: 5\r\nX-`, 'reset', lost],
    ['a part of the body', `${ok}Content-Length: 5\r\n\r\nhel`, 'end', lost],
    ['a part of the last body', `${ok}Connection: close\r\nContent-Length: 5\r\n\r\nhel`, 'end', lost],
    ['a part of the body, then a reset', `${ok}Content-Length: 5\r\n\r\nhel`, 'reset', lost],
    ['a part of the last body, then a reset', `${ok}Connection: close\r\nContent-Length: 5\r\n\r\nhel`, 'reset', lost],
    ['a part of a chunk', `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhel`, 'end', lost],
    ['no last chunk', `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`, 'end', lost],
    [
      'no last chunk on the last answer',
      `${ok}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`,
      'end',
      lost,
    ],
    ['a wrong chunk size', `${ok}Transfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n`, 'stay', malformed],
    [
      'a chunk that is longer than its size',
      `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n`,
      'stay',
      malformed,
    ],
    ['an endless chunk size', `${ok}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n`, 'stay', malformed],
    [
      'both length and chunks',
      `${ok}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      'stay',
      malformed,
    ],
    ['two lengths', `${ok}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`, 'stay', malformed],
    ['a length that is no number', `${ok}Content-Length: five\r\n\r\nhello`, 'stay', malformed],
    ['a status that is no number', 'HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n', 'stay', malformed],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n', 'stay', malformed],
    ['another version', 'HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n', 'stay', malformed],
    ['another protocol', 'SSH-2.0-OpenSSH_9\r\n', 'stay', malformed],
    ['a header without a colon', `${ok}Content-Length\r\n\r\n`, 'stay', malformed],
    ['a NUL in a header', `${ok}X-A: b\0c\r\nContent-Length: 0\r\n\r\n`, 'stay', malformed],
    ['a header that is too long', `${ok}X-A: ${'a'.repeat(20_000)}\r\nContent-Length: 0\r\n\r\n`, 'stay', malformed],
    ['too many headers', `${ok}${'X-A: b\r\n'.repeat(5000)}Content-Length: 0\r\n\r\n`, 'stay', malformed],
    [
      'a change of protocol',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
      'stay',
      malformed,
    ],
  ] as [string, string, End, string][])('%s', async (_what, bytes, end, code) => {
    await using server = await rawServer((socket) => {
      socket.write(bytes, 'latin1', () => {
        finish(socket, end);
      });
    });
    await using program = await programWithClient({ timeouts: { headersMs: 3000, bodyMs: 3000 } });
    const read = async (): Promise<unknown> => (await program.http.get(server.url)).bytes();
    await expect(read()).rejects.toMatchObject({ code });
    expect(program.http.outstanding).toBe(0);
    await until(() => server.connections.open === 0);
  });

  it('100 Continue that was not asked for', async () => {
    // RFC 9110 section 15.2 lets clients pass over it; undici does not.
    await using server = await rawServer((socket) =>
      socket.write(`HTTP/1.1 100 Continue\r\n\r\n${ok}Content-Length: 0\r\n\r\n`),
    );
    await using program = await programWithClient();
    await expect(Promise.resolve(program.http.get(server.url))).rejects.toMatchObject({ code: malformed });
    expect(program.http.outstanding).toBe(0);
  });
});

describe('an answer is read for what it is', () => {
  it.each([
    ['without a length: up to the end of the connection (HC-9)', `${ok}\r\nhello`, 'end', 'hello'],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nhello', 'end', 'hello'],
    [
      'with CR LF in its chunks, and extensions (HC-8)',
      `${ok}Transfer-Encoding: chunked\r\n\r\n3;a=b\r\n\r\na\r\n0\r\n\r\n`,
      'stay',
      '\r\na',
    ],
    ['with trailers', `${ok}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n`, 'stay', 'a'],
    ['after 103', `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok}Content-Length: 1\r\n\r\na`, 'stay', 'a'],
    ['after 102, twice', `${'HTTP/1.1 102 Processing\r\n\r\n'.repeat(2)}${ok}Content-Length: 1\r\n\r\na`, 'stay', 'a'],
    ['204 with a length', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n', 'stay', ''],
    ['304 with a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 99999999999\r\n\r\n', 'stay', ''],
  ] as [string, string, End, string][])('%s', async (_what, bytes, end, text) => {
    await using server = await rawServer((socket) => {
      socket.write(bytes, 'latin1', () => {
        finish(socket, end);
      });
    });
    await using program = await programWithClient();
    expect(await (await program.http.get(server.url)).text()).toBe(text);
    expect(program.http.outstanding).toBe(0);
  });

  it('byte by byte', async () => {
    const bytes = `${ok}Transfer-Encoding: chunked\r\nX-A: b\r\n\r\n5\r\nhello\r\n0\r\n\r\n`;
    await using server = await rawServer(async (socket) => {
      for (const byte of bytes) {
        socket.write(byte);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    await using program = await programWithClient();
    const answer = await program.http.get(server.url);
    expect([answer.headers['x-a'], await answer.text()]).toEqual(['b', 'hello']);
  });

  it('to HEAD: its length is that of a body which is not there', async () => {
    await using server = await rawServer((socket) => socket.write(`${ok}Content-Length: 99999999999\r\n\r\n`));
    await using program = await programWithClient();
    const answer = await program.http.head(server.url);
    expect([answer.headers['content-length'], await answer.text()]).toEqual(['99999999999', '']);
    await (await program.http.head(server.url)).dump();
    expect(program.http.outstanding).toBe(0);
  });

  it('with headers that are named like properties of objects, or come twice', async () => {
    const fields =
      'Constructor: a\r\n__proto__: b\r\nhasOwnProperty: c\r\nSet-Cookie: d\r\nSet-Cookie: e\r\nX-L: \xe9\r\n';
    await using server = await rawServer((socket) => socket.write(`${ok}${fields}Content-Length: 0\r\n\r\n`, 'latin1'));
    await using program = await programWithClient();
    const { headers } = await program.http.get(server.url);
    expect(Object.entries(headers)).toEqual([
      ['constructor', 'a'],
      ['__proto__', 'b'],
      ['hasownproperty', 'c'],
      ['set-cookie', ['d', 'e']],
      ['x-l', '\xe9'],
      ['content-length', '0'],
    ]);
    expect(({} as Record<string, unknown>)['b']).toBeUndefined();
  });

  it('does not take an answer that was sent before it asked for its own (RFC 9112 section 9.2)', async () => {
    await using server = await rawServer((socket, _connection, request) => {
      const answer = (text: string): string => `${ok}Content-Length: 3\r\n\r\n${text}`;
      if (request === 1 && server.connections.made === 1) socket.write(answer('one') + answer('bad'));
      else socket.write(answer('two'));
    });
    await using program = await programWithClient({ connections: 1 });
    expect(await (await program.http.get(server.url)).text()).toBe('one');
    expect(await (await program.http.get(server.url)).text()).toBe('two');
    expect(server.connections.made).toBe(2);
  });
});

it('a small body does not keep what was read with it', async () => {
  await using server = await rawServer((socket) =>
    socket.write(`${ok}X-Long: ${'x'.repeat(15_000)}\r\nContent-Length: 5\r\n\r\nhello`),
  );
  await using program = await programWithClient();
  const bytes = await (await program.http.get(server.url)).bytes();
  expect(Buffer.from(bytes).toString()).toBe('hello');
  expect(bytes.buffer.byteLength).toBeLessThan(4097);
});
