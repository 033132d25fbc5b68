// The loop beside Node's own: fairness, microtasks, wake-ups, bursts, ambient context (D7, D9, D15).
import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer, connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { AutoResetEvent, sleep } from '@ichor/coroutines';
import { defineEvent, defineService, DependencyManager, type ServiceContext } from '../../src/index.ts';
import { SteppedHost, testManager, VirtualClock } from '../../src/testing/index.ts';

const Flood = defineEvent('Flood');
const Ping = defineEvent<number>('Ping');

async function running(manager: DependencyManager, onStart: (self: ServiceContext) => void): Promise<void> {
  manager.register(
    defineService({
      name: 'S',
      setup: (_, self) => {
        onStart(self);
      },
    }),
  );
  void manager.run();
  await manager.started();
}

describe('fairness with Node.js', () => {
  it('lets timers, immediates and sockets have their turn while events never end', async () => {
    const turns: string[] = [];
    let isFlooding = true;
    await using manager = new DependencyManager();
    await running(manager, (self) => {
      self.on(Flood, () => {
        if (isFlooding) self.queue.push(Flood);
      });
    });
    const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    manager.queue.push(Flood);
    const timer = new Promise<void>((resolve) => {
      setTimeout(() => {
        turns.push('timer');
        resolve();
      }, 1);
    });
    const echo = (async () => {
      const socket = connect(port, '127.0.0.1');
      socket.write('hello');
      const [data] = (await once(socket, 'data')) as [Buffer];
      turns.push(data.toString());
      socket.destroy();
    })();
    // Would never resolve if the flood starved them.
    await Promise.all([timer, echo]);
    isFlooding = false;
    expect(turns.sort()).toEqual(['hello', 'timer']);
    server.close();
  });

  it('does nothing while idle: no callback and no timer is pending, and no event is missed', async () => {
    const manager = testManager({ startupReportMs: Number.POSITIVE_INFINITY });
    const seen: number[] = [];
    manager.register(defineService({ setup: (_, self) => void self.on(Ping, (n) => seen.push(n)) }));
    await manager.begin();
    expect([manager.host.pending, manager.clock.pending, manager.queue.size]).toEqual([0, 0, 0]);
    manager.queue.push(Ping, 1);
    expect(manager.host.pending).toBe(1);
    await manager.settle();
    expect(seen).toEqual([1]);
    await manager.quit();
  });

  it('handles a wake in the same turn, never inside a running drain, and orders bursts by priority (D9)', async () => {
    const clock = new VirtualClock();
    const host = new SteppedHost();
    const manager = new DependencyManager({ clock, host });
    const seen: number[] = [];
    manager.register(
      defineService({
        setup: (_, self) =>
          void self.on(Ping, (n) => {
            if (n === 1) {
              manager.queue.push(Ping, 10);
              manager.queue.wake();
              seen.push(-1);
            }
            seen.push(n);
          }),
      }),
    );
    const ended = manager.run();
    host.runAll();
    clock.advance(10);
    manager.queue.push(Ping, 1);
    manager.queue.wake();
    expect(seen).toEqual([-1, 1, 10]);
    // Two wakes close together: from then on input is collected until the platform has delivered all of it.
    manager.queue.push(Ping, 2, { priority: 3000 });
    manager.queue.wake();
    manager.queue.push(Ping, 3, { priority: 10 });
    manager.queue.wake();
    expect(seen).toHaveLength(3);
    host.runAll();
    expect(seen.slice(3)).toEqual([3, 2]);
    // A batch of one: the next wake drains inline again.
    clock.advance(10);
    manager.queue.push(Ping, 4);
    manager.queue.wake();
    host.runAll();
    clock.advance(10);
    manager.queue.push(Ping, 5);
    manager.queue.wake();
    expect(seen.slice(5)).toEqual([4, 5]);
    const quit = manager.quit();
    host.runAll();
    await Promise.all([quit, ended]);
  });
});

describe('microtasks (D7)', () => {
  const callers: Readonly<Record<string, (call: () => void) => void>> = {
    'the main program': (call) => {
      call();
    },
    'an immediate': (call) => void setImmediate(call),
    'a timer': (call) => void setTimeout(call, 1),
    'a tick': (call) => {
      process.nextTick(call);
    },
    'a microtask': (call) => {
      queueMicrotask(call);
    },
    'a socket': (call) => {
      const server = createServer((socket) => {
        socket.once('data', () => {
          call();
          socket.destroy();
          server.close();
        });
      }).listen(0, '127.0.0.1', () => {
        const socket = connect((server.address() as { port: number }).port, '127.0.0.1');
        socket.on('error', () => undefined);
        socket.write('x');
      });
    },
  };

  it.each(Object.keys(callers))('of an async handler run before the next event, called from %s', async (name) => {
    const log: string[] = [];
    await using manager = new DependencyManager();
    const done = new Promise<void>((resolve) => {
      void running(manager, (self) => {
        self.on(Ping, async (n) => {
          log.push(`${n} begins`);
          await Promise.resolve();
          await Promise.resolve();
          log.push(`${n} ends`);
          if (n === 3) resolve();
        });
      }).then(() =>
        callers[name]?.(() => {
          for (const n of [1, 2, 3]) manager.queue.push(Ping, n);
          manager.queue.wake();
        }),
      );
    });
    await done;
    expect(log).toEqual(['1 begins', '1 ends', '2 begins', '2 ends', '3 begins', '3 ends']);
  });

  it('of an async waiter run before the next event when a plain handler releases it', async () => {
    const log: string[] = [];
    await using manager = new DependencyManager();
    const event = new AutoResetEvent();
    const done = new Promise<void>((resolve) => {
      void running(manager, (self) => {
        self.on(Ping, (n) => {
          log.push(`${n}`);
          if (n === 1) event.set();
          if (n === 2) resolve();
        });
        self.run(async () => {
          await event.wait();
          log.push('released');
        });
      }).then(() => {
        manager.queue.push(Ping, 1);
        manager.queue.push(Ping, 2);
      });
    });
    await done;
    expect(log).toEqual(['1', 'released', '2']);
  });

  it('of everything run after every event with checkpoint "every-event"', async () => {
    const log: string[] = [];
    await using manager = new DependencyManager({ checkpoint: 'every-event' });
    let resolveForeign: () => void = () => undefined;
    void new Promise<void>((resolve) => {
      resolveForeign = resolve;
    }).then(() => log.push('foreign'));
    const done = new Promise<void>((resolve) => {
      void running(manager, (self) => {
        self.on(Ping, (n) => {
          log.push(`${n}`);
          if (n === 1) resolveForeign();
          else resolve();
        });
      }).then(() => {
        manager.queue.push(Ping, 1);
        manager.queue.push(Ping, 2);
      });
    });
    await done;
    expect(log).toEqual(['1', 'foreign', '2']);
  });
});

describe('ambient context (D15)', () => {
  it('follows events from their push, and coroutines from their start, whoever releases them', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: string[] = [];
    const manager = testManager({ context: [storage] });
    const gate = new AutoResetEvent();
    manager.register(
      defineService({
        setup(_, self) {
          self.on(Ping, function* (n) {
            seen.push(`${n} begins in ${storage.getStore()}`);
            if (n === 1) yield* gate.wait();
            else gate.set();
            yield* sleep(5);
            seen.push(`${n} ends in ${storage.getStore()}`);
          });
        },
      }),
    );
    await manager.begin();
    storage.run('A', () => manager.queue.push(Ping, 1));
    storage.run('B', () => manager.queue.push(Ping, 2));
    manager.queue.push(Ping, 3);
    await manager.advance(100);
    expect(seen).toEqual([
      '1 begins in A',
      '2 begins in B',
      '3 begins in undefined',
      '1 ends in A',
      '2 ends in B',
      '3 ends in undefined',
    ]);
    await manager.quit();
  });
});
