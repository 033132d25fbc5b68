// A client that loses its server, as scripts in virtual time: when it tries again, how often, and what becomes of its messages.

import { forConsumer, required, token, type Consumer, type Logger } from '@ichor/core';
import { testManager, type TestManager } from '@ichor/core/testing';
import { describe, expect, it } from 'vitest';
import { ClientConnection } from '../src/client/client-connection.ts';
import { shutDown } from '../src/connection/connection-service.ts';
import { ConnectionView } from '../src/connection/connection-view.ts';
import { Heartbeat } from '../src/connection/heartbeat.ts';
import type { ConnectOptions, WebSocketConnection } from '../src/index.ts';
import type { Dial } from '../src/node/ws-socket.ts';
import { checkedUrl, resolveConnect } from '../src/options/client-options.ts';
import { FakeSocket } from './support/fake-socket.ts';

/** One attempt to connect, as the test sees it. */
interface Attempt {
  /** When it began, in milliseconds of virtual time since the script began. */
  readonly at: number;
  accept(): FakeSocket;
  refuse(): void;
  isGivenUp: boolean;
}

interface Stage {
  readonly manager: TestManager;
  readonly view: WebSocketConnection;
  readonly attempts: Attempt[];
  readonly connecting: Promise<string>;
  readonly log: string[];
  readonly owner: number;
  /** What jitter draws from next. */
  random: number;
  /** How often the client said that the connection is over. */
  over: number;
}

const Link = token<Consumer>('Link');

async function onStage(options: ConnectOptions, play: (stage: Stage) => Promise<void>): Promise<void> {
  const manager = testManager();
  let link: Consumer | undefined;
  class Links {
    static readonly provides = [Link];
    static readonly dependencies = {};
    [forConsumer](consumer: Consumer): Consumer {
      return consumer;
    }
  }
  class Owner {
    static readonly dependencies = { link: required(Link) };
    constructor(deps: { link: Consumer }) {
      link = deps.link;
    }
  }
  manager.register(Links);
  const owner = manager.register(Owner);
  await manager.begin();
  const log: string[] = [];
  const attempts: Attempt[] = [];
  const began = manager.clock.now();
  const heartbeat = new Heartbeat(manager.clock, Number.POSITIVE_INFINITY);
  const stage = { random: 0, over: 0 } as Stage;
  const dial = ({ listener, opened, failed }: Dial): (() => void) => {
    const attempt: Attempt = {
      at: manager.clock.now() - began,
      accept() {
        const socket = new FakeSocket(listener);
        opened(socket);
        return socket;
      },
      refuse: () => failed(new Error('refused')),
      isGivenUp: false,
    };
    attempts.push(attempt);
    return () => void (attempt.isGivenUp = true);
  };
  const logger = { warn: (message: string) => void log.push(message), error: () => undefined } as unknown as Logger;
  const parts = { heartbeat, log: () => logger, random: () => stage.random, dial };
  const url = checkedUrl('ws://user:secret@server/path?token=secret');
  const client = new ClientConnection(url, resolveConnect(options), link!, parts, () => void stage.over++);
  link!.context.signal.addEventListener('abort', () => {
    client.abandon('the test stops');
    shutDown(client.connection);
  });
  const connecting = client.first().then(
    () => 'connected',
    (error: Error) => error.message,
  );
  const view = new ConnectionView(client.connection, link!);
  await play(Object.assign(stage, { manager, view, attempts, connecting, log, owner: owner.id }));
  view.terminate();
  void manager.quit();
  await manager.advance(20_000);
  expect(manager.outcome).toBe('resolved');
  expect([manager.clock.pending, view.state, stage.over]).toEqual([0, 'closed', 1]);
}

/** Connects, and loses the connection after so long. */
async function connectAndLose({ attempts, manager, connecting }: Stage, afterMs: number): Promise<void> {
  const socket = attempts[0]!.accept();
  expect(await connecting).toBe('connected');
  await manager.advance(afterMs);
  socket.terminate();
  await manager.settle();
}

/** When the attempts after the first one began, counted from the loss. */
function delays({ attempts }: Stage, lossAt: number): number[] {
  return attempts.slice(1).map(({ at }, index) => at - (index === 0 ? lossAt : attempts[index]!.at));
}

describe('back-off', () => {
  it('waits longer each time up to the limit, then keeps to it', async () => {
    const reconnect = { delayMs: 100, factor: 3, maxDelayMs: 1000, jitter: 0 };
    await onStage({ reconnect }, async (stage) => {
      await connectAndLose(stage, 5000);
      const { manager, attempts, view, log } = stage;
      for (let i = 1; i <= 6; i++) {
        while (attempts.length <= i) await manager.advance(50);
        attempts[i]!.refuse();
        await manager.settle();
        expect(view.state).toBe('connecting');
      }
      expect(delays(stage, 5000)).toEqual([100, 300, 900, 1000, 1000, 1000]);
      expect(log).toEqual(Array.from({ length: 6 }, () => 'A WebSocket reconnection failed'));
    });
  });

  it('is shortened at random by as much as jitter says', async () => {
    for (const [random, expected] of [
      [0, 800],
      [0.5, 600],
      [0.999, 400.4],
    ] as const) {
      await onStage({ reconnect: { delayMs: 800, jitter: 0.5 } }, async (stage) => {
        stage.random = random;
        await connectAndLose(stage, 1000);
        await stage.manager.advance(expected - 0.1);
        expect(stage.attempts).toHaveLength(1);
        await stage.manager.advance(0.2);
        expect(stage.attempts).toHaveLength(2);
      });
    }
  });

  it('begins anew after a connection that lasted, and goes on where the server only lets in to drop', async () => {
    const reconnect = { delayMs: 100, jitter: 0, attempts: 4 };
    await onStage({ reconnect }, async (stage) => {
      const { manager, attempts, view } = stage;
      await connectAndLose(stage, 1000);
      // Accepted and dropped at once, again and again: the delay doubles all the same.
      for (const expected of [100, 200, 400]) {
        const before = attempts.length;
        await manager.advance(expected - 1);
        expect(attempts).toHaveLength(before);
        await manager.advance(1);
        attempts.at(-1)!.accept().peerCloses(1013);
        await manager.settle();
      }
      // The fourth lasts longer than it was waited for.
      await manager.advance(800);
      const lasting = attempts.at(-1)!.accept();
      await manager.advance(800);
      lasting.peerCloses(1012);
      await manager.settle();
      const before = attempts.length;
      await manager.advance(100);
      expect(attempts).toHaveLength(before + 1);
      // And four that lead nowhere end it.
      for (const expected of [200, 400, 800]) {
        attempts.at(-1)!.accept().terminate();
        await manager.advance(expected);
      }
      expect(view.state).toBe('connecting');
      attempts.at(-1)!.refuse();
      await manager.settle();
      expect(view.closeInfo).toEqual({ code: 1006, reason: 'could not reconnect', wasClean: false, by: 'lost' });
    });
  });

  it('gives each attempt its time-out', async () => {
    await onStage({ reconnect: { delayMs: 100, jitter: 0, attempts: 2 }, connectTimeoutMs: 700 }, async (stage) => {
      const { manager, attempts, view } = stage;
      await connectAndLose(stage, 1000);
      await manager.advance(100 + 699);
      expect([attempts.length, attempts[1]!.isGivenUp]).toEqual([2, false]);
      await manager.advance(1);
      expect(attempts[1]!.isGivenUp).toBe(true);
      await manager.advance(200 + 700);
      expect([attempts.length, attempts[2]!.isGivenUp, view.state]).toEqual([3, true, 'closed']);
    });
  });
});

describe('a reconnection', () => {
  it('is not tried after a close for good, whichever side closed', async () => {
    for (const code of [1000, 1005, 1002, 1003, 1007, 1008, 1009, 1010, 4000]) {
      await onStage({ reconnect: true }, async ({ attempts, connecting, manager, view }) => {
        attempts[0]!.accept().peerCloses(code);
        await connecting;
        await manager.advance(100_000);
        expect(attempts).toHaveLength(1);
        expect(view.closeInfo).toMatchObject({ code, by: 'peer' });
      });
    }
    await onStage({ reconnect: true }, async ({ attempts, connecting, manager, view }) => {
      const socket = attempts[0]!.accept();
      await connecting;
      view.close(1012);
      socket.peerCloses(1012);
      await manager.advance(100_000);
      expect(attempts).toHaveLength(1);
    });
  });

  it('is tried after 1001, 1006, 1011, 1012, 1013 and 1014', async () => {
    for (const code of [1001, 1006, 1011, 1012, 1013, 1014]) {
      await onStage({ reconnect: true }, async ({ attempts, connecting, manager, view }) => {
        attempts[0]!.accept().peerCloses(code);
        await connecting;
        await manager.advance(500);
        expect([attempts.length, view.state]).toEqual([2, 'connecting']);
      });
    }
  });

  it('ends with close(), terminate() and the stop of its service, in the pause and in the attempt', async () => {
    for (const where of ['pause', 'attempt'] as const) {
      for (const how of ['close', 'terminate', 'stop'] as const) {
        await onStage({ reconnect: { delayMs: 100, jitter: 0 } }, async (stage) => {
          const { manager, attempts, view, owner } = stage;
          await connectAndLose(stage, 1000);
          if (where === 'attempt') await manager.advance(100);
          const count = attempts.length;
          if (how === 'close') view.close(4000, 'enough');
          else if (how === 'terminate') view.terminate();
          else void manager.stopService(owner);
          await manager.settle();
          const code = { close: 4000, terminate: 1006, stop: 1000 }[how];
          expect(view.closeInfo).toMatchObject({ code, by: 'us', wasClean: false });
          expect(attempts.at(-1)!.isGivenUp).toBe(where === 'attempt');
          await manager.advance(60_000);
          expect([attempts.length, manager.clock.pending]).toEqual([count, 0]);
        });
      }
    }
  });

  it('tells states in order, and is the same connection', async () => {
    await onStage({ reconnect: { delayMs: 100, jitter: 0 } }, async (stage) => {
      const { manager, attempts, view } = stage;
      const states: string[] = [];
      const messages: string[] = [];
      attempts[0]!.accept().terminate();
      view.onState((state) => void states.push(state));
      view.onMessage(({ text }) => void messages.push(text));
      await manager.advance(100);
      attempts[1]!.accept();
      await manager.settle();
      expect(states).toEqual(['open']);
      view.close();
      await manager.advance(2000);
      expect(states).toEqual(['open', 'closing', 'closed']);
    });
  });

  it('of the first attempt does not exist: its failure is that of connect()', async () => {
    await onStage({ reconnect: true }, async ({ attempts, connecting, manager, view }) => {
      attempts[0]!.refuse();
      expect(await connecting).toBe('refused');
      await manager.advance(60_000);
      expect([attempts.length, view.state]).toEqual([1, 'closed']);
    });
    await onStage({ connectTimeoutMs: 300 }, async ({ attempts, connecting, manager }) => {
      await manager.advance(300);
      // Neither password nor token is shown.
      expect(await connecting).toMatch(/^No WebSocket connection to ws:\/\/server\/path within 300 ms\./);
      expect(attempts[0]!.isGivenUp).toBe(true);
    });
  });
});

describe('while offline', () => {
  const small = { maxQueuedBytes: 30, reconnect: { delayMs: 100, jitter: 0 } };
  // Frames of a client carry a mask: 10 bytes each.
  const offline = async (options: ConnectOptions, play: (stage: Stage) => Promise<void>): Promise<void> =>
    onStage({ ...small, ...options }, async (stage) => {
      await connectAndLose(stage, 1000);
      await play(stage);
    });
  const online = async ({ manager, attempts }: Stage): Promise<string[]> => {
    await manager.advance(100);
    const { log } = attempts.at(-1)!.accept();
    await manager.settle();
    return log;
  };

  it('messages wait, within the bound, and go in order when it is back', async () => {
    await offline({ whenFull: 'wait' }, async (stage) => {
      const { view, manager } = stage;
      const results = ['1111', '2222', '3333', '4444'].map((text) => view.send(text));
      expect(results).toEqual(['queued', 'queued', 'queued', 'full']);
      expect(view.metrics).toMatchObject({ queued: 3, dropped: 0, bufferedBytes: 30 });
      let isDrained = false;
      void view.drained().then(() => (isDrained = true));
      await manager.settle();
      expect(isDrained).toBe(false);
      expect(await online(stage)).toEqual(['send 1111', 'send 2222', 'send 3333']);
      await manager.settle();
      expect(isDrained).toBe(true);
      expect(view.send('5555')).toBe('sent');
    });
  });

  it('the oldest or the newest is dropped where the policy says so', async () => {
    await offline({ whenFull: 'drop-oldest' }, async (stage) => {
      for (const text of ['1111', '2222', '3333', '4444']) expect(stage.view.send(text)).toBe('queued');
      expect(stage.view.metrics.dropped).toBe(1);
      expect(await online(stage)).toEqual(['send 2222', 'send 3333', 'send 4444']);
    });
    await offline({ whenFull: 'drop-newest' }, async (stage) => {
      expect(['1111', '2222', '3333', '4444'].map((text) => stage.view.send(text)).at(-1)).toBe('full');
      expect(stage.view.metrics.dropped).toBe(1);
      expect(await online(stage)).toEqual(['send 1111', 'send 2222', 'send 3333']);
    });
  });

  it('a full queue ends it where the policy says so', async () => {
    await offline({ whenFull: 'close' }, async (stage) => {
      for (const text of ['1111', '2222', '3333']) stage.view.send(text);
      expect(stage.view.send('4444')).toBe('full');
      await stage.manager.settle();
      expect(stage.view.closeInfo).toEqual({ code: 1013, reason: 'receiver too slow', wasClean: false, by: 'us' });
      expect(stage.view.metrics.dropped).toBe(4);
      await stage.manager.advance(10_000);
      expect(stage.attempts).toHaveLength(1);
    });
  });

  it('nothing is taken where that is wanted', async () => {
    await offline({ whileOffline: 'refuse' }, async (stage) => {
      expect(stage.view.send('1111')).toBe('full');
      expect(stage.view.metrics).toMatchObject({ queued: 0, dropped: 0 });
      expect(await online(stage)).toEqual([]);
      expect(stage.view.send('2222')).toBe('sent');
    });
  });

  it('what waits is counted as dropped when it gives up, and those who wait for room learn it', async () => {
    await offline({ reconnect: { delayMs: 100, jitter: 0, attempts: 1 } }, async (stage) => {
      const { view, manager, attempts } = stage;
      view.send('1111');
      const waiting = Promise.resolve(view.drained()).then(
        () => 'drained',
        (error: { code: string }) => error.code,
      );
      await manager.advance(100);
      attempts[1]!.refuse();
      await manager.settle();
      expect([await waiting, view.metrics.dropped, view.send('x')]).toEqual(['ICHOR_WEBSOCKET_CLOSED', 1, 'closed']);
    });
  });
});
