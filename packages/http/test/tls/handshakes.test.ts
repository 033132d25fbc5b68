// Handshakes that go wrong, stay half done or come in floods: bounded, and nothing of them is left.

import net from 'node:net';
import tls from 'node:tls';
import { VirtualClock } from '@ichor/core/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { text, type HttpHostOptions } from '../../src/index.ts';
import { Authority, type KeyPair } from '../support/certificates.ts';
import { RawClient } from '../support/raw-client.ts';
import { withHost, type RunningHost } from '../support/with-host.ts';

let authority: Authority;
let local: KeyPair;
beforeAll(async () => {
  authority = await Authority.create();
  local = await authority.issue({ name: 'localhost' });
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
async function turns(count = 30): Promise<void> {
  for (let index = 0; index < count; index++) await turn();
}

interface Timed extends RunningHost {
  readonly clock: VirtualClock;
  pass(ms: number): Promise<void>;
}

function withTls(use: (running: Timed) => Promise<void>, options: HttpHostOptions = {}): Promise<void> {
  const clock = new VirtualClock({ wallTimeMs: Date.now() });
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 250) {
      clock.advance(Math.min(250, ms - passed));
      await turn();
    }
    await turns(5);
  };
  return withHost(
    (host) => void host.get('/', () => text('root')),
    (running) => use({ ...running, clock, pass }),
    { tls: local, ...options },
    { clock },
  );
}

/** The first flight of a real client. */
async function clientHello(): Promise<Buffer> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const client = tls.connect({ host: '127.0.0.1', port: (server.address() as net.AddressInfo).port });
  client.on('error', () => undefined);
  const [socket] = await new Promise<[net.Socket]>((resolve) => server.once('connection', (one) => resolve([one])));
  const hello = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
  client.destroy();
  socket.destroy();
  server.close();
  return hello;
}

async function works(port: number): Promise<void> {
  const client = await RawClient.connectTls(port, { ca: authority.cert, servername: 'localhost' });
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await client.until('root');
  client.socket.destroy();
  await client.closed;
}

/** Sockets and listening servers of this process. */
const handles = (): number =>
  process.getActiveResourcesInfo().filter((kind) => /^(TCP|TLS|Pipe)/.test(kind) && !kind.startsWith('PipeWrap'))
    .length;

describe('a handshake', () => {
  it.each([
    ['silence from the first moment', async () => Buffer.alloc(0)],
    ['half a first flight, then silence', async () => (await clientHello()).subarray(0, 100)],
    ['a first flight, then silence', clientHello],
  ])('is given up in time: %s', async (_what, bytes) => {
    await withTls(async ({ port, pass, log, clock }) => {
      const idle = clock.pending;
      const client = await RawClient.connect(port);
      client.socket.write(await bytes());
      await turns();
      await pass(9000);
      expect(client.socket.readableEnded).toBe(false);
      await pass(2000);
      await client.closed;
      await turns();
      await works(port);
      await turns();
      expect(clock.pending).toBe(idle);
      expect(log.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
    });
  });

  it('that the client aborts leaves nothing', async () => {
    const before = handles();
    await withTls(async ({ port, clock, stop }) => {
      const idle = clock.pending;
      const hello = await clientHello();
      for (let round = 0; round < 30; round++) {
        const client = await RawClient.connect(port);
        if (round % 3 > 0) client.socket.write(round % 3 === 1 ? hello : hello.subarray(0, 50));
        if (round % 2 === 0) await turns(3);
        if (round % 5 === 0) client.socket.end();
        else if (round % 5 === 1) client.socket.destroy();
        else client.socket.resetAndDestroy();
        await client.closed;
      }
      await turns();
      expect(clock.pending).toBe(idle);
      await works(port);
      await stop();
    });
    await turns();
    expect(handles()).toBeLessThanOrEqual(before);
  });

  it('spoken to in plain HTTP, or in nonsense, ends without an answer to it', async () => {
    await withTls(async ({ port, log }) => {
      for (const sent of ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'SSH-2.0-x\r\n', '\0'.repeat(5000)]) {
        const client = await RawClient.connect(port);
        client.send(sent);
        await client.closed;
        expect(client.received).not.toContain('HTTP/1.1');
      }
      await works(port);
      const reasons = log.filter(({ message }) => message === 'A TLS handshake failed');
      expect(reasons).toHaveLength(3);
      expect(reasons[0]).toMatchObject({ level: 'debug', fields: { code: 'ERR_SSL_HTTP_REQUEST' } });
    });
  });

  it('waits for its turn when too many are under way, and gets it', async () => {
    await withTls(
      async ({ port, pass, clock }) => {
        const idle = clock.pending;
        const silent = await Promise.all([1, 2].map(() => RawClient.connect(port)));
        await turns();
        let isThrough = false;
        const waiting = works(port).then(() => (isThrough = true));
        await pass(5000);
        expect(isThrough).toBe(false);
        silent[0]!.socket.destroy();
        await waiting;
        const late = works(port);
        await late;
        await pass(6000);
        await silent[1]!.closed;
        expect(clock.pending).toBe(idle);
      },
      { limits: { handshakes: 2 } },
    );
  });

  it('that waits for its turn too long is given up as well; a hundred at once get through a narrow gate', async () => {
    await withTls(
      async ({ port, pass }) => {
        const silent = await Promise.all(Array.from({ length: 5 }, () => RawClient.connect(port)));
        await turns();
        await pass(11_000);
        await Promise.all(silent.map((client) => client.closed));
        const through = await Promise.all(Array.from({ length: 100 }, () => works(port)));
        expect(through).toHaveLength(100);
      },
      { limits: { handshakes: 2 } },
    );
  });

  it('counts for the limit on connections, which answers 503 as without TLS', async () => {
    await withTls(
      async ({ port }) => {
        const options = { ca: authority.cert, servername: 'localhost' };
        const first = await RawClient.connectTls(port, options);
        first.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
        await first.until('root');
        const second = await RawClient.connectTls(port, options);
        await second.closed;
        expect(second.received).toMatch(/^HTTP\/1\.1 503 [^]*Retry-After: 1\r\n/);
        first.socket.destroy();
        await first.closed;
        await turns();
        await works(port);
      },
      { limits: { connections: 1 } },
    );
  });
});

describe('stopping', () => {
  it('gives up handshakes under way, answers what is in flight, and leaves no socket and no timer', async () => {
    const before = handles();
    const clock = new VirtualClock({ wallTimeMs: Date.now() });
    let release = (): void => undefined;
    await withHost(
      (host) => {
        host.get('/', () => new Promise<void>((resolve) => (release = resolve)).then(() => text('finished')));
      },
      async ({ port, stop }) => {
        const half = await RawClient.connect(port);
        half.socket.write(await clientHello());
        const silent = await RawClient.connect(port);
        const idle = await RawClient.connectTls(port, { ca: authority.cert, servername: 'localhost' });
        const busy = await RawClient.connectTls(port, { ca: authority.cert, servername: 'localhost' });
        busy.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
        await turns(60);
        const stopped = stop();
        await Promise.all([half.closed, silent.closed, idle.closed]);
        await expect(RawClient.connect(port)).rejects.toThrow(/ECONNREFUSED/);
        release();
        await busy.closed;
        expect(busy.received).toMatch(/Connection: close\r\n[^]*finished$/);
        await stopped;
      },
      { tls: local },
      { clock },
    );
    await turns();
    expect(clock.pending).toBe(0);
    expect(handles()).toBeLessThanOrEqual(before);
  });
});
