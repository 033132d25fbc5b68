// The host against undici, node:http and curl, on both engines, plain and over TLS: whole exchanges, aborts, slow readers, the stop.

import { createHash, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { stream, text, type HttpHost, type HttpHostOptions } from '../../src/index.ts';
import { Authority, type KeyPair } from '../support/certificates.ts';
import { curlClient, hasCurl, nodeClient, undiciClient } from '../support/other-clients.ts';
import { withHost } from '../support/with-host.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await turn();
};
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const large = randomBytes(5_000_000);

let authority: Authority;
let identity: KeyPair;

beforeAll(async () => {
  authority = await Authority.create();
  identity = await authority.issue({ name: 'localhost' });
});

const clients = [undiciClient, nodeClient, ...(hasCurl() ? [curlClient] : [])];
const cases = clients.flatMap((client) =>
  (['net', 'node-http'] as const).flatMap((engine) =>
    (['http', 'https'] as const).map((scheme) => ({ client, name: client.name, engine, scheme })),
  ),
);

describe.each(cases)('$name asks the engine $engine over $scheme', ({ client, engine, scheme }) => {
  const options = (more: HttpHostOptions = {}): HttpHostOptions => ({
    engine,
    ...(scheme === 'https' ? { tls: identity } : {}),
    ...more,
  });
  const tls = (): object => (scheme === 'https' ? { ca: authority.cert } : {});
  const urlOf = (port: number, path: string): string => `${scheme}://localhost:${port}${path}`;

  it('and gets whole answers to GET, HEAD, POST, 404, chunks both ways, and 100 Continue', async () => {
    const routes = (host: HttpHost): void => {
      host.get('/', () => text('hello'));
      host.post('/echo', { body: 'bytes', bodyBytes: 1e8 }, ({ body }) => text(digest(body)));
      host.post('/hash', { body: 'stream', bodyBytes: 1e8 }, async ({ body }) => {
        const hash = createHash('sha256');
        for await (const piece of body) {
          hash.update(piece);
          if (piece.length % 5 === 0) await turn();
        }
        return text(hash.digest('hex'));
      });
      host.get('/large', () => stream(slices(large)));
    };
    await withHost(
      routes,
      async ({ port }) => {
        const send = async (path: string, request: object = {}): Promise<[number, string]> => {
          const { status, body } = await client.send(urlOf(port, path), { ...tls(), ...request });
          return [status, body.length > 1000 ? digest(body) : body.toString()];
        };
        expect(await send('/')).toEqual([200, 'hello']);
        expect(await send('/', { method: 'HEAD' })).toEqual([200, '']);
        expect((await send('/nowhere'))[0]).toBe(404);
        expect(await send('/large')).toEqual([200, digest(large)]);
        const post = { method: 'POST', body: large };
        expect(await send('/echo', post)).toEqual([200, digest(large)]);
        expect(await send('/hash', post)).toEqual([200, digest(large)]);
        if (client !== undiciClient)
          expect(await send('/hash', { ...post, headers: { Expect: '100-continue' } })).toEqual([200, digest(large)]);
        if (client === curlClient)
          expect(await send('/hash', { ...post, headers: { 'Transfer-Encoding': 'chunked' } })).toEqual([
            200,
            digest(large),
          ]);
      },
      options({ address: 'localhost' }),
    );
  });

  it('and leaves before the answer, and in the middle of it: the handler is told, nothing stays', async () => {
    const told: string[] = [];
    let asked = 0;
    let isClosed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          yield large.subarray(0, 50_000);
          asked++;
          await turn();
        }
      } finally {
        isClosed = true;
      }
    }
    await withHost(
      (host) => {
        host.get('/never', async ({ signal }) => {
          asked++;
          await new Promise((resolve) => {
            signal.addEventListener('abort', resolve);
          });
          told.push((signal.reason as { code: string }).code);
          return text('too late');
        });
        host.get('/endless', () => stream(endless()));
      },
      async ({ port, host }) => {
        for (const path of ['/never', '/endless']) {
          const controller = new AbortController();
          asked = 0;
          const sent = client.send(urlOf(port, path), { ...tls(), signal: controller.signal });
          sent.catch(() => undefined);
          await until(() => asked > 0);
          controller.abort();
          await expect(sent).rejects.toThrow(/abort/i);
        }
        await until(() => isClosed && told.length === 1);
        expect(told).toEqual(['ICHOR_HTTP_CLIENT_GONE']);
        expect((await client.send(urlOf(port, '/nowhere'), tls())).status).toBe(404);
        expect(host.url).toContain(String(port));
      },
      options({ address: 'localhost' }),
    );
  });

  it('and gets its answer when the host stops meanwhile', async () => {
    let asked = 0;
    let finish = (): void => undefined;
    await withHost(
      (host) =>
        void host.get('/', async () => {
          asked++;
          await new Promise<void>((resolve) => (finish = resolve));
          return text('in time');
        }),
      async ({ port, stop }) => {
        const answered = client.send(urlOf(port, '/'), tls());
        await until(() => asked === 1);
        const stopped = stop();
        for (let turns = 0; turns < 10; turns++) await turn();
        finish();
        const { status, body } = await answered;
        expect([status, body.toString()]).toEqual([200, 'in time']);
        await stopped;
        await expect(client.send(urlOf(port, '/'), tls())).rejects.toThrow(/refused|connect/i);
      },
      options({ address: 'localhost' }),
    );
  });
});

async function* slices(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 77_777) {
    yield bytes.subarray(at, at + 77_777);
    await turn();
  }
}
