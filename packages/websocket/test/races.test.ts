// Races of close against send, stop and error, and everything that depends on time, as scripts in virtual time.

import {
  forConsumer,
  required,
  token,
  type Consumer,
  type LogFields,
  type Logger,
  type ServiceContext,
} from '@ichor/core';
import { testManager, type TestManager } from '@ichor/core/testing';
import { describe, expect, it } from 'vitest';
import { Connection } from '../src/connection/connection.ts';
import { WebSocketConnectionService } from '../src/connection/connection-service.ts';
import { ConnectionView } from '../src/connection/connection-view.ts';
import { Heartbeat } from '../src/connection/heartbeat.ts';
import type { ConnectionOptions, WebSocketConnection } from '../src/index.ts';
import { resolveConnectionOptions } from '../src/options/connection-options.ts';
import { FakeSocket } from './support/fake-socket.ts';

interface Stage {
  readonly manager: TestManager;
  readonly connection: Connection;
  readonly view: WebSocketConnection;
  readonly socket: FakeSocket;
  readonly self: ServiceContext;
  readonly owner: number;
  /** Id of the service that stands for the connection. */
  readonly service: number;
  readonly log: string[];
  over: number;
}

const Link = token<Consumer>('Link');

/** A connection on a fake socket that belongs to a service, in virtual time. */
async function onStage(options: ConnectionOptions, play: (stage: Stage) => Promise<void>): Promise<void> {
  const manager = testManager();
  const log: string[] = [];
  const record = (message: string, fields?: LogFields): void =>
    void log.push(`${message}: ${(fields?.['error'] as Error | undefined)?.message ?? String(fields?.['code'])}`);
  const logger = { warn: record, error: record } as unknown as Logger;
  class Links {
    static readonly provides = [Link];
    static readonly dependencies = {};
    [forConsumer](consumer: Consumer): Consumer {
      return consumer;
    }
  }
  let parts: { link: Consumer; self: ServiceContext } | undefined;
  class Owner {
    static readonly dependencies = { link: required(Link) };
    constructor({ link }: { link: Consumer }, self: ServiceContext) {
      parts = { link, self };
    }
  }
  manager.register(Links);
  const owner = manager.register(Owner);
  await manager.begin();
  const { link, self } = parts!;
  const stage = { over: 0 } as Stage;
  const connection = new Connection({
    side: 'server',
    path: '/',
    options: resolveConnectionOptions(options),
    owner: link,
    log: () => logger,
    over: () => void stage.over++,
  });
  const socket = new FakeSocket(connection);
  connection.opened(socket);
  const service = self.register(WebSocketConnectionService, { options: { connection } });
  connection.standsFor(service);
  await manager.settle();
  const view = new ConnectionView(connection, link);
  await play(
    Object.assign(stage, { manager, connection, view, socket, self, owner: owner.id, service: service.id, log }),
  );
  void manager.quit();
  await manager.advance(20_000);
  await manager.settle();
  expect(manager.outcome).toBe('resolved');
  expect(manager.clock.pending).toBe(0);
  expect([connection.state, stage.over]).toEqual(['closed', 1]);
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('close', () => {
  it('lets what is queued go first, takes nothing more, and delivers nothing more', async () => {
    await onStage({ highWaterBytes: 4, lowWaterBytes: 0 }, async ({ manager, view, socket, connection, self }) => {
      const seen: string[] = [];
      view.onMessage(({ text }) => void seen.push(text));
      expect([view.send('aaaa'), view.send('bbbb'), view.send('cc')]).toEqual(['sent', 'queued', 'queued']);
      self.queue.post(() => {
        connection.received(bytes('waits for its turn'), false);
        view.close(4000, 'enough');
        connection.received(bytes('after'), false);
      });
      await manager.settle();
      expect([view.state, view.send('x')]).toEqual(['closing', 'closed']);
      expect(socket.log).toEqual(['send aaaa']);
      socket.flush();
      socket.flush();
      expect(socket.log).toEqual(['send aaaa', 'send bbbb', 'send cc', 'close 4000 enough']);
      socket.peerCloses(4000);
      await manager.settle();
      expect(seen).toEqual([]);
      expect(view.closeInfo).toEqual({ code: 4000, reason: 'enough', wasClean: true, by: 'us' });
    });
  });

  it('cuts the connection when the peer does not answer in time, not earlier', async () => {
    await onStage({ closeTimeoutMs: 500 }, async ({ manager, view, socket }) => {
      view.close();
      await manager.advance(499);
      expect(socket.log).toEqual(['close 1000']);
      await manager.advance(1);
      expect(socket.log).toEqual(['close 1000', 'terminate']);
      expect(view.closeInfo).toEqual({ code: 1000, reason: '', wasClean: false, by: 'us' });
    });
  });

  it('from both sides at once is one close, and one call of each handler', async () => {
    for (const first of ['we', 'they'] as const) {
      await onStage({}, async ({ manager, view, socket }) => {
        const infos: string[] = [];
        view.onClose(({ by, code }) => void infos.push(`${by} ${code}`));
        if (first === 'we') view.close(4001);
        socket.peerCloses(4002);
        view.close(4001);
        view.terminate();
        await manager.settle();
        expect(infos).toEqual([first === 'we' ? 'us 4001' : 'peer 4002']);
      });
    }
  });

  it('by the peer comes behind the messages before it, and removes the service', async () => {
    await onStage({}, async ({ manager, view, socket, connection, service }) => {
      const seen: string[] = [];
      view.onMessage(({ text }) => void seen.push(text));
      view.onClose(({ code }) => void seen.push(`closed ${code}`));
      const closed = Promise.resolve(view.whenClosed());
      connection.received(bytes('a'), false);
      connection.received(bytes('b'), false);
      socket.peerCloses(1000);
      expect(view.send('late')).toBe('closed');
      await manager.settle();
      expect(seen).toEqual(['a', 'b', 'closed 1000']);
      expect(await closed).toMatchObject({ code: 1000, by: 'peer' });
      expect(manager.inspect().services.some(({ id }) => id === service)).toBe(false);
    });
  });

  it('that the peer has begun refuses messages that could not go any more', async () => {
    await onStage({}, async ({ view, socket }) => {
      socket.isOpen = false;
      expect(view.send('x')).toBe('closed');
      expect(socket.log).toEqual([]);
    });
  });
});

describe('stop', () => {
  it('is the closing handshake, and waits for it', async () => {
    await onStage({}, async ({ manager, socket, service }) => {
      const stopped: string[] = [];
      void manager.stopService(service).then(() => stopped.push('stopped'));
      await manager.settle();
      expect([socket.log, stopped]).toEqual([['close 1001 going away'], []]);
      socket.peerCloses(1001);
      await manager.settle();
      expect(stopped).toEqual(['stopped']);
    });
  });

  it('during a close waits for the same handshake', async () => {
    await onStage({}, async ({ manager, socket, service, view }) => {
      view.close(4000);
      void manager.stopService(service);
      await manager.settle();
      await manager.advance(1999);
      expect(socket.log).toEqual(['close 4000']);
      await manager.advance(1);
      expect(socket.log).toEqual(['close 4000', 'terminate']);
    });
  });

  it('of the owner discards what waits for its handlers and leaves nothing open', async () => {
    await onStage({ closeTimeoutMs: 100 }, async ({ manager, view, connection, owner }) => {
      view.onMessage(() => new Promise(() => undefined));
      connection.received(bytes('a'), false);
      await manager.settle();
      expect(view.metrics.pending).toBe(1);
      void manager.stopService(owner);
      await manager.settle();
      await manager.advance(5000);
      expect(view.state).toBe('closed');
      expect(() => view.send('x')).toThrow(/after one of them had stopped/);
    });
  });
});

describe('an error', () => {
  it('of a handler closes with 1011; messages behind it are not handled', async () => {
    await onStage({}, async ({ manager, view, connection, socket, log }) => {
      const seen: string[] = [];
      view.onMessage(({ text }) => {
        seen.push(text);
        throw new Error('broken');
      });
      connection.received(bytes('a'), false);
      connection.received(bytes('b'), false);
      await manager.settle();
      expect([seen, socket.log, log.length]).toEqual([['a'], ['close 1011 internal error'], 1]);
      expect(log[0]).toMatch(/broken/);
    });
  });

  it('of the protocol after our close changes nothing; before it, its code is what is told', async () => {
    await onStage({}, async ({ view, connection }) => {
      view.close(4000);
      connection.violated(1002, 'bad frame');
      connection.closed(1006, '');
      expect(view.closeInfo).toMatchObject({ code: 4000, by: 'us' });
    });
    await onStage({}, async ({ view, connection, socket, manager }) => {
      connection.violated(1002, 'bad frame');
      expect(view.send('x')).toBe('closed');
      await manager.advance(2000);
      expect(socket.log).toEqual(['terminate']);
      expect(view.closeInfo).toMatchObject({ code: 1002, reason: 'bad frame', wasClean: false, by: 'us' });
    });
  });
});

describe('waiting', () => {
  it('for room continues in the order of waiting, and fails when the connection closes', async () => {
    await onStage({ highWaterBytes: 4, lowWaterBytes: 0 }, async ({ manager, view, socket, self }) => {
      const seen: string[] = [];
      const sender = (name: string) =>
        function* (): Generator<never, void, unknown> {
          try {
            yield* view.drained() as unknown as Generator<never, void, unknown>;
            seen.push(`${name} ${view.send('xxxx')}`);
          } catch (error) {
            seen.push(`${name} ${(error as { code: string }).code}`);
          }
        };
      view.send('aaaa');
      for (const name of ['one', 'two', 'three']) self.run(sender(name));
      await manager.settle();
      socket.flush();
      await manager.settle();
      expect(seen).toEqual(['one sent']);
      socket.flush();
      await manager.settle();
      expect(seen).toEqual(['one sent', 'two sent']);
      view.terminate();
      await manager.settle();
      expect(seen).toEqual(['one sent', 'two sent', 'three ICHOR_WEBSOCKET_CLOSED']);
    });
  });
});

describe('priority', () => {
  it('by message lets the urgent ones overtake', async () => {
    const priority: ConnectionOptions['priority'] = ({ text }) => (text.startsWith('!') ? 'high' : 'low');
    await onStage({ priority }, async ({ manager, view, connection, self }) => {
      const seen: string[] = [];
      view.onMessage(({ text }) => void seen.push(text));
      self.queue.post(() => {
        for (const text of ['a', 'b', '!c', 'd', '!e']) connection.received(bytes(text), false);
      });
      await manager.settle();
      expect(seen).toEqual(['!c', '!e', 'a', 'b', 'd']);
    });
  });
});

describe('the heartbeat', () => {
  it('cuts off a peer that is silent, within two intervals, and only that one', async () => {
    await onStage({}, async ({ manager, connection, socket, view }) => {
      const before = manager.clock.pending;
      const heartbeat = new Heartbeat(manager.clock, 800);
      heartbeat.add(connection);
      for (let round = 0; round < 5; round++) {
        await manager.advance(800);
        connection.ponged();
      }
      expect([view.state, socket.log.every((line) => line === 'ping'), socket.log.length]).toEqual(['open', true, 5]);
      // Data is a sign of life too.
      connection.received(bytes('x'), false);
      await manager.advance(800);
      expect(view.state).toBe('open');
      await manager.advance(800);
      expect(view.closeInfo).toEqual({ code: 1006, reason: '', wasClean: false, by: 'lost' });
      heartbeat.remove(connection);
      expect(manager.clock.pending).toBe(before);
    });
  });

  it('does not blame a peer that is not read from', async () => {
    await onStage({ maxPendingMessages: 1 }, async ({ manager, connection, socket, view }) => {
      const heartbeat = new Heartbeat(manager.clock, 800);
      heartbeat.add(connection);
      connection.received(bytes('x'), false);
      expect(socket.isPaused).toBe(true);
      await manager.advance(4000);
      // Asked it is: writing to it makes the system notice that it is gone.
      expect([view.state, socket.log]).toEqual(['open', Array(5).fill('ping')]);
      view.onMessage(() => undefined);
      await manager.settle();
      expect(socket.isPaused).toBe(false);
      heartbeat.remove(connection);
    });
  });
});

describe('control frames', () => {
  it('that fill the socket do not keep messages waiting for ever', async () => {
    await onStage({ highWaterBytes: 4, lowWaterBytes: 2 }, async ({ manager, view, socket }) => {
      // Pongs, say, of whose leaving nobody is told.
      socket.bufferedBytes = 100;
      expect([view.send('a'), view.send('b')]).toEqual(['sent', 'queued']);
      let isDrained = false;
      void view.drained().then(() => (isDrained = true));
      await manager.settle();
      expect(isDrained).toBe(false);
      socket.flush();
      socket.flush();
      await manager.settle();
      expect([socket.log, isDrained]).toEqual([['send a', 'send b'], true]);
    });
  });
});
