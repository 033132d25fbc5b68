// What others must not be able to do to a host, and what programs must not do to their clients: over real sockets, byte by byte.

import { describe, expect, it } from 'vitest';
import { text } from '../../src/index.ts';
import { sendRaw } from '../support/raw-client.ts';
import { withHost } from '../support/with-host.ts';

const close = 'Host: a\r\nConnection: close\r\n';
const get = (target: string, fields = ''): string => `GET ${target} HTTP/1.1\r\n${close}${fields}\r\n`;

describe('a refused message', () => {
  it('leaves all other connections alone, wherever it broke off', async () => {
    const broken = [
      'G@T / HTTP/1.1\r\n\r\n',
      'NOPE / HTTP/1.1\r\n\r\n',
      'GET /# HTTP/1.1\r\n\r\n',
      'GET /%z HTTP/1.1\r\n\r\n',
      'GET /?\u00e9 HTTP/1.1\r\n\r\n',
      'GET / HTTP/1.9\r\n\r\n',
      'GET / HTTP/1.1\n',
      'GET / HTTP/1.1\r\rHost: a\r\n\r\n',
      'GET / HTTP/1.1\r\n folded: x\r\n\r\n',
      'GET / HTTP/1.1\r\nHost : a\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nA: \u0000\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n',
      'GET / HTTP/1.1\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n',
      `GET /${'x'.repeat(9000)} HTTP/1.1\r\n\r\n`,
      `GET / HTTP/1.1\r\nA: ${'x'.repeat(17_000)}\r\n\r\n`,
      '\r\n\r\n\r\n',
    ];
    await withHost(
      (host) => {
        host.get('/', () => text('fine'));
        host.post('/', () => text('fine'));
      },
      async ({ port }) => {
        for (const message of broken) {
          expect(await sendRaw(port, message)).toMatch(/^HTTP\/1.1 (4|5)\d\d /);
          expect(await sendRaw(port, get('/')), message).toMatch(/^HTTP\/1.1 200 [^]*fine$/);
          // In two pieces, so that the first of them is kept.
          const half = sendRaw(port, message.slice(0, 5));
          expect(await sendRaw(port, get('/')), message).toMatch(/^HTTP\/1.1 200 /);
          void half.catch(() => undefined);
        }
      },
      { timeouts: { headersMs: 1 } },
    );
  });
});
