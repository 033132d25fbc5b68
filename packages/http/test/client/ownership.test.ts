// Clients belong to their consumers (CF-4, CF-6): each has its own options, what it asked ends with it (HC-13), and nothing is left.

import { DependencyManager, required, type Injected, type ServiceContext } from '@ichor/core';
import { describe, expect, it } from 'vitest';
import { HttpClient, HttpClientService, type HttpClientOptions } from '../../src/index.ts';
import { programWithClient, serve } from './program.ts';
import { rawServer, until } from './raw-server.ts';

const beginning = 'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nhello';
const stopped = { code: 'ICHOR_HTTP_CLIENT_STOPPED' };

/** A kind of service whose client has these options. */
function asker(properties: HttpClientOptions): {
  new (...args: never[]): object;
  last: { http: HttpClient; self: ServiceContext };
} {
  return class Asker {
    static readonly dependencies = { http: required(HttpClient, { properties: properties as never }) };
    static last: Asker;
    readonly http: HttpClient;
    readonly self: ServiceContext;

    constructor({ http }: Injected<typeof Asker.dependencies>, self: ServiceContext) {
      this.http = http;
      this.self = self;
      Asker.last = this;
    }
  };
}

const sockets = (): number => process.getActiveResourcesInfo().filter((one) => one.startsWith('TCPSocket')).length;

describe('the client of a consumer', () => {
  it('has its own base URL, headers and connections; when it leaves, only its requests fail (CF-4, CF-6, HC-13)', async () => {
    const answers = new Map<string, () => void>();
    const serveOne = async (name: string): ReturnType<typeof serve> =>
      serve((request, response) => {
        answers.set(`${name}${request.url} ${String(request.headers['x-who'])}`, () => response.end(name));
      });
    await using one = await serveOne('one');
    await using two = await serveOne('two');
    const manager = new DependencyManager({ stopGraceMs: 50 });
    manager.register(HttpClientService, { options: { headers: { 'x-who': 'nobody' } } });
    const First = asker({ baseUrl: `${one.url}/a/`, headers: { 'X-Who': 'first' }, connections: 1 });
    const Second = asker({ baseUrl: two.url });
    const first = manager.register(First as never).id;
    manager.register(Second as never);
    const ended = manager.run();
    await manager.started();
    const failing = Promise.resolve(First.last.http.get('b'));
    const queued = Promise.resolve(First.last.http.get('c'));
    const going = Promise.resolve(Second.last.http.get('/d'));
    for (const promise of [failing, queued]) promise.catch(() => undefined);
    await until(() => answers.size === 2);
    expect([...answers.keys()].toSorted()).toEqual(['one/a/b first', 'two/d nobody']);
    expect([First.last.http.outstanding, Second.last.http.outstanding]).toEqual([2, 1]);
    await manager.stopService(first);
    await expect(failing).rejects.toMatchObject(stopped);
    await expect(queued).rejects.toMatchObject(stopped);
    // Its connections were its own, and go with it.
    await until(() => one.connections.open === 0);
    answers.get('two/d nobody')!();
    expect(await (await going).text()).toBe('two');
    expect(() => First.last.http.with({})).toThrow(expect.objectContaining({ code: 'ICHOR_SERVICE_GONE' }));
    await manager.quit();
    await ended;
  });

  it('that is wrong keeps its consumer from starting, and says which option', async () => {
    const manager = new DependencyManager();
    manager.register(HttpClientService);
    manager.register(asker({ baseUrl: 'ftp://example.org' }) as never);
    await expect(manager.run()).rejects.toThrow(/baseUrl.*ftp:\/\/example\.org.*http:\/\//);
  });

  it('shares connections with others whose options are equal, until the last one leaves', async () => {
    await using server = await serve((_request, response) => response.end('x'));
    const manager = new DependencyManager({ stopGraceMs: 50 });
    manager.register(HttpClientService);
    const options = { connections: 1, baseUrl: server.url };
    const [First, Second] = [asker(options), asker(options)];
    const first = manager.register(First as never).id;
    const second = manager.register(Second as never).id;
    const ended = manager.run();
    await manager.started();
    for (const { last } of [First, Second]) await (await last.http.get('/')).dump();
    await manager.stopService(first);
    await (await Second.last.http.get('/')).dump();
    await (await Second.last.http.with({ connections: 1, headers: { a: 'b' } }).get('/')).dump();
    expect(server.connections).toEqual({ made: 1, open: 1 });
    await manager.stopService(second);
    await until(() => server.connections.open === 0);
    await manager.quit();
    await ended;
  });
});

describe('a stop (HC-13)', () => {
  it.each(['the consumer', 'the client service', 'the program'])(
    'of %s fails whatever is under way, and leaves nothing',
    async (what) => {
      const socketsBefore = sockets();
      await using silent = await rawServer(() => undefined);
      await using slow = await rawServer((socket) => socket.write(beginning));
      await using busy = await serve((_request, response) => response.writeHead(503, { 'retry-after': '20' }).end());
      const program = await programWithClient({ retry: { attempts: 3 } });
      const { http } = program;
      const read = async (url: string): Promise<unknown> => (await http.get(url)).bytes();
      const stream = async (url: string): Promise<void> => {
        for await (const chunk of (await http.get(url)).body()) expect(chunk.length).toBeGreaterThan(0);
      };
      async function* endless(): AsyncGenerator<string> {
        yield 'a';
        await new Promise(() => undefined);
      }
      const queueing = http.with({ connections: 1 });
      const underWay = {
        connecting: read(silent.url.replace('http', 'https')),
        waiting: read(silent.url),
        first: Promise.resolve(queueing.get(silent.url)),
        queued: Promise.resolve(queueing.get(silent.url)),
        uploading: Promise.resolve(http.post(silent.url, { stream: endless() })),
        reading: read(slow.url),
        dumping: Promise.resolve(http.get(slow.url)).then(async (answer) => answer.dump()),
        streaming: stream(slow.url),
        pausing: read(busy.url),
      };
      for (const promise of Object.values(underWay)) promise.catch(() => undefined);
      const unread = await http.get(slow.url);
      await until(() => silent.connections.made === 4 && slow.connections.made === 4 && busy.connections.made === 1);
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      expect(http.outstanding).toBe(10);
      if (what === 'the consumer') await program.manager.stopService(program.holderId);
      else if (what === 'the client service') await program.manager.stopService(program.serviceId);
      else await program[Symbol.asyncDispose]();
      for (const [phase, promise] of Object.entries(underWay))
        await expect(promise, phase).rejects.toMatchObject(stopped);
      await expect(Promise.resolve(unread.bytes())).rejects.toMatchObject(stopped);
      expect(http.outstanding).toBe(0);
      if (what !== 'the program') await program[Symbol.asyncDispose]();
      await until(() => [silent, slow, busy].every((server) => server.connections.open === 0));
      await until(() => sockets() <= socketsBefore);
    },
    5000,
  );
});
