// Services, hosts and handlers that come and go around connections; and that nothing is kept of them.

import { getEventListeners } from 'node:events';
import { DependencyManager, many, optional, required, type Injected, type ServiceContext } from '@ichor/core';
import { HttpHost, HttpHostService } from '@ichor/http';
import { describe, expect, it } from 'vitest';
import {
  WebSocketClient,
  WebSocketClientService,
  WebSocketConnection,
  WebSocketHost,
  WebSocketHostService,
  type CloseInfo,
  type Endpoint,
} from '../src/index.ts';
import { PingMessage } from './support/ping-message.ts';
import { until, withHost } from './support/with-host.ts';
import { WsClient } from './support/ws-client.ts';

describe('a late handler', () => {
  it('gets what came before it, and the end, also when the connection has closed meanwhile', async () => {
    const seen: string[] = [];
    await withHost(
      ({ host }) => {
        host.endpoint('/stream', async (connection) => {
          await connection.whenClosed();
          for await (const { text } of connection.messages()) seen.push(text);
          seen.push('end');
        });
        host.endpoint('/handler', async (connection) => {
          await connection.whenClosed();
          connection.onMessage(({ text }) => void seen.push(text));
          connection.onClose(({ code }) => void seen.push(`closed ${code}`));
        });
        host.endpoint('/second', async (connection) => {
          connection.onMessage(({ text }) => void seen.push(text));
          await connection.whenClosed();
          // Only the first one gets what came before.
          for await (const { text } of connection.messages()) seen.push(`again ${text}`);
          seen.push('end');
        });
      },
      async ({ url }) => {
        for (const [path, last] of [
          ['/stream', 'end'],
          ['/handler', 'closed 4000'],
          ['/second', 'end'],
        ] as const) {
          const client = await WsClient.connect(url + path);
          for (const text of ['a', 'b', 'c']) client.socket.send(text);
          client.socket.close(4000);
          await until(() => seen.length === 4);
          expect(seen).toEqual(['a', 'b', 'c', last]);
          seen.length = 0;
        }
      },
    );
  });

  it('gets nothing of a connection that was closed by this side', async () => {
    const seen: string[] = [];
    await withHost(
      ({ host }) =>
        void host.endpoint('/', async (connection) => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          const { pending } = connection.metrics;
          connection.close(4000);
          await connection.whenClosed();
          for await (const { text } of connection.messages()) seen.push(text);
          seen.push(`end ${pending} ${connection.metrics.pending}`);
        }),
      async ({ url }) => {
        const client = await WsClient.connect(url);
        client.socket.send('a');
        await until(() => seen.length > 0);
        expect(seen).toEqual(['end 1 0']);
      },
    );
  });
});

describe('messages of low priority', () => {
  it('still come before the end of the connection', async () => {
    const seen: string[] = [];
    const priority = ({ text }: { readonly text: string }): number => (text === 'high' ? 1 : 50_000);
    await withHost(
      ({ host, self }) => {
        host.endpoint('/', { priority }, (connection) => {
          void (async () => {
            for await (const { text } of connection.messages()) seen.push(text);
            seen.push('end');
          })();
          connection.onClose(() => void seen.push('closed'));
          // As long as there is something to do, only what is urgent is done.
          const busy = (): void => {
            if (connection.state !== 'closed') self.queue.post(busy, { priority: 500 });
          };
          busy();
        });
      },
      async ({ url }) => {
        const client = await WsClient.connect(url);
        for (const text of ['a', 'high', 'b']) client.socket.send(text);
        client.socket.close();
        await until(() => seen.includes('end'));
        expect(seen).toEqual(['high', 'a', 'b', 'closed', 'end']);
      },
    );
  });
});

describe('a watcher of connections', () => {
  it('gets the last messages of a connection that closes at once', async () => {
    const log: string[] = [];
    class Watcher {
      static readonly dependencies = { connections: many(WebSocketConnection) };
      added(_name: string, connection: WebSocketConnection): void {
        connection.onMessage(({ text }) => void log.push(text));
        connection.onClose(({ code }) => void log.push(`closed ${code}`));
      }
      removed(): void {
        log.push('removed');
      }
    }
    await withHost(
      ({ host }) => void host.endpoint('/', () => undefined),
      async ({ url, manager }) => {
        await manager.whenActive(manager.register(Watcher).id);
        for (let round = 0; round < 20; round++) {
          log.length = 0;
          const client = await WsClient.connect(url);
          client.socket.send('a');
          client.socket.send('b');
          client.socket.close(4000);
          await until(() => log.includes('removed'));
          expect(log).toEqual(['a', 'b', 'closed 4000', 'removed']);
        }
      },
    );
  });

  it('that sends, closes and subscribes does it for itself, and not after it has stopped', async () => {
    let kept: WebSocketConnection | undefined;
    class Greeter {
      static readonly dependencies = { connections: many(WebSocketConnection) };
      added(_name: string, connection: WebSocketConnection): void {
        kept = connection;
        connection.send('welcome');
      }
    }
    await withHost(
      ({ host }) => void host.endpoint('/', (connection) => void connection.onMessage(() => undefined)),
      async ({ url, manager }) => {
        const greeter = manager.register(Greeter);
        await manager.whenActive(greeter.id);
        const client = await WsClient.connect(url);
        expect(await client.texts(1)).toEqual(['welcome']);
        await manager.stopService(greeter.id);
        for (const late of [
          () => kept!.send('x'),
          () => kept!.onMessage(() => undefined),
          () => kept!.onClose(() => undefined),
          () => kept!.messages(),
          () => kept!.channel(PingMessage).send({ sequence: 1 }),
        ])
          expect(late).toThrow(expect.objectContaining({ code: 'ICHOR_SERVICE_GONE' }));
        expect(client.socket.readyState).toBe(1);
      },
    );
  });
});

describe('what is shown', () => {
  it('of a connection is its path, side, state and metrics; of a host, how many there are', async () => {
    await withHost(
      ({ host }) => void host.endpoint('/a/:b', (connection) => void connection.onMessage(() => undefined)),
      async ({ url, manager }) => {
        const client = await WsClient.connect(`${url}/a/1`);
        client.socket.send('x');
        const { services } = manager.inspect();
        const shown = services.find(({ name }) => name === 'WebSocketConnection')!;
        expect(shown.properties).toMatchObject({ path: '/a/1', side: 'server' });
        expect(shown.facts).toMatchObject({ state: 'open', sent: 0, isPaused: false });
        expect(services.find(({ name }) => name === 'WebSocketHostService')!.facts).toEqual({ connections: 1 });
        client.socket.close();
        await client.closed;
      },
    );
  });

  it('of a service that waits for a host names what is missing', async () => {
    const manager = new DependencyManager();
    class Chat {
      static readonly dependencies = { host: required(WebSocketHost) };
    }
    const chat = manager.register(Chat);
    manager.register(WebSocketHostService);
    const run = manager.run();
    run.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const explained = manager.explain().find(({ serviceId }) => serviceId === chat.id)!;
    expect(explained.text).toMatch(/Chat .*waits for WebSocketHost .*waits for HttpHost, which nobody provides/);
    await manager.quit();
  });
});

describe('a host that goes', () => {
  /** A manager with hosts that can be taken away, and a service with an endpoint that comes back with them. */
  async function withRemovableHost(
    use: (parts: {
      manager: DependencyManager;
      http: number;
      ws: number;
      opened: WebSocketConnection[];
      starts(): number;
      url(): string;
      register: { http(): number; ws(): number };
    }) => Promise<void>,
  ): Promise<void> {
    const manager = new DependencyManager();
    const opened: WebSocketConnection[] = [];
    let starts = 0;
    let host: WebSocketHost | undefined;
    class Chat {
      static readonly dependencies = { host: required(WebSocketHost) };
      constructor(deps: Injected<typeof Chat.dependencies>) {
        ({ host } = deps);
        deps.host.endpoint('/', (connection) => void opened.push(connection));
        starts++;
      }
    }
    class Keeper {
      static readonly dependencies = { http: optional(HttpHost) };
    }
    const register = {
      http: () => manager.register(HttpHostService, { options: { address: '127.0.0.1', port: 0 } }).id,
      ws: () => manager.register(WebSocketHostService).id,
    };
    manager.register(Keeper);
    const http = register.http();
    const ws = register.ws();
    const chat = manager.register(Chat);
    const run = manager.run();
    run.catch(() => undefined);
    await manager.whenActive(chat.id);
    await use({ manager, http, ws, opened, starts: () => starts, url: () => host!.url!, register });
    await manager.quit();
    await run;
  }

  it.each(['http', 'ws'] as const)(
    '(%s) closes connections with 1001, and its services come back with another',
    async (which) => {
      await withRemovableHost(async ({ manager, http, ws, opened, starts, url, register }) => {
        const client = await WsClient.connect(url());
        await until(() => opened.length === 1);
        await manager.removeService(which === 'http' ? http : ws);
        expect(await client.closed).toEqual({ code: 1001, reason: 'going away' });
        expect(opened[0]!.state).toBe('closed');
        expect(manager.inspect().services.some(({ name }) => name === 'WebSocketConnection')).toBe(false);
        await manager.whenActive(register[which]());
        await until(() => starts() === 2);
        const again = await WsClient.connect(url());
        await until(() => opened.length === 2);
        again.socket.close();
      });
    },
  );
});

describe('a service that stops', () => {
  it('gets nothing any more: its handlers go with it, its connections say so to their peers', async () => {
    const seen: string[] = [];
    await withHost(
      ({ host, self }) =>
        void host.endpoint('/', (connection) => {
          connection.onClose(({ code }) => void seen.push(`closed ${code}`));
          connection.onMessage(({ text }) => {
            seen.push(text);
            if (text === 'stop') self.stop();
          });
        }),
      async ({ url }) => {
        const client = await WsClient.connect(url);
        for (const text of ['a', 'stop', 'b', 'c']) client.socket.send(text);
        expect(await client.closed).toMatchObject({ code: 1001 });
        await new Promise((resolve) => setTimeout(resolve, 50));
        expect(seen).toEqual(['a', 'stop']);
      },
    );
  });
});

describe('a client service that goes', () => {
  it('closes what it connected with 1000, and whoever keeps the client is told', async () => {
    await withHost(
      ({ host }) => void host.endpoint('/', (connection) => void connection.onMessage(() => undefined)),
      async ({ url }) => {
        const manager = new DependencyManager();
        let self: ServiceContext | undefined;
        let client: WebSocketClient | undefined;
        class Caller {
          static readonly dependencies = { client: optional(WebSocketClient) };
          constructor(deps: Injected<typeof Caller.dependencies>, context: ServiceContext) {
            self = context;
            client = deps.client.current;
          }
          added(_name: string, added: WebSocketClient): void {
            client = added;
          }
        }
        const service = manager.register(WebSocketClientService);
        manager.register(Caller);
        const run = manager.run();
        await until(() => client);
        const connection = await client!.connect(url, { reconnect: true });
        await manager.removeService(service.id);
        expect(await connection.whenClosed()).toMatchObject({ code: 1000, by: 'us' });
        expect(() => client!.connect(url)).toThrow(expect.objectContaining({ code: 'ICHOR_SERVICE_GONE' }));
        expect(self!.signal.aborted).toBe(false);
        await until(() => !manager.inspect().services.some(({ name }) => name === 'WebSocketConnection'));
        await manager.quit();
        await run;
      },
    );
  });
});

describe('nothing is kept', () => {
  /** How much of it is still there after garbage collection; what was made last may still be on the stack. */
  async function kept(references: readonly WeakRef<object>[]): Promise<number> {
    let left = references.length;
    for (let round = 0; round < 100 && left > 4; round++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      globalThis.gc!();
      left = references.filter((reference) => reference.deref() !== undefined).length;
    }
    return left;
  }

  it('of endpoints that were disposed, with or without connections', async () => {
    await withHost(
      ({ host }) => void host.endpoint('/', () => undefined),
      async ({ url, host }) => {
        const references: WeakRef<Endpoint>[] = [];
        for (let i = 0; i < 50; i++) {
          const endpoint = host.endpoint(`/room-${i}`, () => undefined);
          references.push(new WeakRef(endpoint));
          const client = i % 10 === 0 ? await WsClient.connect(`${url}/room-${i}`) : undefined;
          endpoint[Symbol.dispose]();
          if (client === undefined) continue;
          // What is open stays.
          expect(endpoint.size).toBe(1);
          await expect(WsClient.connect(`${url}/room-${i}`)).rejects.toMatchObject({ status: 404 });
          client.socket.close();
          await client.closed;
        }
        await until(() => host.size === 0);
        expect(await kept(references)).toBeLessThanOrEqual(4);
      },
    );
  });

  it('of handlers and streams that were disposed while the connection stays', async () => {
    let connection: WebSocketConnection | undefined;
    await withHost(
      ({ host }) => void host.endpoint('/', (opened) => void (connection = opened)),
      async ({ url }) => {
        const client = await WsClient.connect(url);
        await until(() => connection);
        const references: WeakRef<object>[] = [];
        for (let i = 0; i < 50; i++) {
          const marks = [{ i }, { i }, { i }];
          const [first, second, third] = marks;
          const registrations = [
            connection!.onMessage(() => void first!.i),
            connection!.onClose(() => void second!.i),
            connection!.onState(() => void third!.i),
            connection!.channel(PingMessage).onMessage(() => undefined),
          ];
          const stream = connection!.messages();
          for (const one of marks) references.push(new WeakRef(one));
          references.push(new WeakRef(stream));
          for (const registration of registrations) registration[Symbol.dispose]();
          stream[Symbol.dispose]();
        }
        expect(await kept(references)).toBeLessThanOrEqual(4);
        client.socket.close();
        await client.closed;
      },
    );
  });

  it('of connections, on either side, in rooms or not', async () => {
    const references: WeakRef<object>[] = [];
    await withHost(
      ({ host }) =>
        void host.endpoint('/', (connection) => {
          references.push(new WeakRef(connection));
          host.room('all').join(connection);
          connection.onMessage((message) => void connection.send(message));
          connection.onClose(() => undefined);
        }),
      async ({ url, client, host, manager }) => {
        const abort = new AbortController();
        for (let i = 0; i < 20; i++) {
          const connection = await client.connect(url, { signal: abort.signal, reconnect: true });
          references.push(new WeakRef(connection));
          connection.send('x');
          await connection.messages().next();
          if (i % 2 === 0) connection.close();
          else connection.terminate();
          await connection.whenClosed();
        }
        expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
        await until(() => host.size === 0 && host.room('all').size === 0);
        await until(() => !manager.inspect().services.some(({ name }) => name === 'WebSocketConnection'));
        expect(await kept(references)).toBeLessThanOrEqual(4);
      },
    );
  });

  it('open when the program has ended: no socket, no timer', async () => {
    const resources = (): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const name of process.getActiveResourcesInfo())
        if (/TCP|Timeout|TLS/.test(name)) counts[name] = (counts[name] ?? 0) + 1;
      return counts;
    };
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = resources();
    await withHost(
      ({ host }) => void host.endpoint('/', (connection) => void connection.onMessage(() => undefined)),
      async ({ url, client }) => {
        await client.connect(url, { reconnect: true });
        const failing = Promise.resolve(client.connect('ws://127.0.0.1:1')).catch(() => undefined);
        await failing;
        const bad = { ca: 'no certificate' };
        await expect(Promise.resolve(client.connect('wss://127.0.0.1:1', { tls: bad }))).rejects.toMatchObject({
          code: 'ICHOR_WEBSOCKET_CONNECT_FAILED',
        });
      },
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const [name, count] of Object.entries(resources())) expect(count).toBeLessThanOrEqual(before[name] ?? 0);
  });
});

describe('rooms and endpoints', () => {
  it('fail with a coded error after their service has stopped', async () => {
    await withHost(
      ({ host }) => void host.endpoint('/', () => undefined),
      async ({ host, manager, owner, self }) => {
        const room = host.room('a');
        const endpoint = host.endpoint('/b', () => undefined);
        expect(() => room.join({} as never)).toThrow(/a connection of this package/);
        expect(() => host.room('')).toThrow(expect.objectContaining({ code: 'ICHOR_WEBSOCKET_OPTION_INVALID' }));
        expect(() => host.endpoint('/b', () => undefined)).toThrow(
          expect.objectContaining({ code: 'ICHOR_HTTP_ROUTE_CONFLICT' }),
        );
        expect(() => host.endpoint('/c', {}, undefined as never)).toThrow(/"handler"/);
        await manager.stopService(owner);
        expect(self.signal.aborted).toBe(true);
        for (const late of [
          () => room.broadcast('x'),
          () => room.broadcastMessage(PingMessage, { sequence: 1 }),
          () => endpoint.broadcast('x'),
          () => host.room('a'),
          () => host.endpoint('/d', () => undefined),
        ])
          expect(late).toThrow(expect.objectContaining({ code: 'ICHOR_SERVICE_GONE' }));
      },
    );
  });

  it('refuse what is no handler and no message type where it is given', async () => {
    let isDone = false;
    await withHost(
      ({ host }) =>
        void host.endpoint('/', (connection) => {
          for (const wrong of [
            () => connection.onMessage('no' as never),
            () => connection.onClose(undefined as never),
            () => connection.onState({} as never),
            () => connection.channel({} as never),
            () => connection.channel(undefined as never),
            () => connection.channel(PingMessage).onMessage(5 as never),
          ])
            expect(wrong).toThrow(expect.objectContaining({ code: 'ICHOR_WEBSOCKET_OPTION_INVALID' }));
          isDone = true;
        }),
      async ({ url }) => {
        const client = await WsClient.connect(url);
        await until(() => isDone);
        client.socket.close();
        await client.closed;
      },
    );
  });
});

describe('a message', () => {
  it('keeps its byte order mark, and close codes go both ways', async () => {
    const infos: CloseInfo[] = [];
    await withHost(
      ({ host }) =>
        void host.endpoint('/', (connection) => {
          connection.onClose((info) => {
            expect(connection.send('late')).toBe('closed');
            infos.push(info);
          });
          connection.onMessage(({ text }) => {
            if (/^\d+$/.test(text)) connection.close(Number(text), 'reason');
            else connection.send(text);
          });
        }),
      async ({ url }) => {
        const client = await WsClient.connect(url);
        client.socket.send('\uFEFFa');
        expect(await client.texts(1)).toEqual(['\uFEFFa']);
        client.socket.terminate();
        const codes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999];
        for (const code of codes) {
          const ours = await WsClient.connect(url);
          ours.socket.send(String(code));
          expect(await ours.closed).toEqual({ code, reason: 'reason' });
          const theirs = await WsClient.connect(url);
          theirs.socket.close(code, 'reason');
          expect(await theirs.closed).toEqual({ code, reason: 'reason' });
        }
        await until(() => infos.length === 1 + codes.length * 2);
        for (const info of infos.slice(1)) expect(info).toMatchObject({ reason: 'reason', wasClean: true });
        expect(infos.slice(1).filter(({ by }) => by === 'us')).toHaveLength(codes.length);
      },
    );
  });
});
