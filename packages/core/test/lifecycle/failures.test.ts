// Failures have an address (D13): policies, restart with back-off, fail-fast, and what run() ends with.
import { describe, expect, it } from 'vitest';
import { CancelledError, sleep } from '@ichor/coroutines';
import {
  defineEvent,
  defineService,
  FrameworkLogger,
  IchorError,
  optional,
  required,
  type FailureInfo,
  type ServiceContext,
} from '../../src/index.ts';
import { assertNoLeaks, testManager } from '../../src/testing/index.ts';
import { A, B, logged, silentLogger } from '../support.ts';

const Boom = defineEvent<unknown>('Boom');

function throws(error: unknown): never {
  throw error;
}

/** A service that fails on Boom, and one that keeps the manager busy. */
function fragile(manager: ReturnType<typeof testManager>, options = {}) {
  manager.register(logged([], 'Steady'));
  return manager.register(
    defineService({
      name: 'Fragile',
      provides: [A],
      setup(_, self) {
        self.on(Boom, (error) => throws(error));
        return { name: 'Fragile' };
      },
    }),
    options,
  );
}

describe('a failing handler', () => {
  it('stops its service and the consumers that require it, and explain() names cause and event (D13)', async () => {
    const manager = testManager();
    const f = fragile(manager);
    const log: string[] = [];
    const d = manager.register(logged(log, 'D', { dependencies: { a: required(A) } }));
    const o = manager.register(logged(log, 'O', { dependencies: { a: optional(A) } }));
    await manager.begin();
    const id = manager.queue.push(Boom, new Error('the disk is full'));
    await manager.settle();
    expect([f.state, d.state, o.state]).toEqual(['installed', 'installed', 'active']);
    const explanation = manager.explain().find((one) => one.serviceId === f.id);
    expect(explanation?.failure?.during).toBe(`handling Boom (event ${id})`);
    expect(explanation?.text).toContain('the disk is full');
    expect(manager.explain().find((one) => one.serviceId === d.id)?.text).toContain('the disk is full');
    expect(manager.outcome).toBe('running');
    await manager.quit();
    expect(manager.outcome).toBe('resolved');
  });

  it('ends the program under the policy "quit", and run() rejects with the cause', async () => {
    const manager = testManager({ onFailure: 'quit' });
    fragile(manager);
    await manager.begin();
    const cause = new Error('fatal');
    manager.queue.push(Boom, cause);
    await manager.settle();
    expect(manager.failure).toBe(cause);
    assertNoLeaks(manager);
  });

  it('is only logged under the policy "log", and a policy of the service outranks that of the manager', async () => {
    const manager = testManager({ onFailure: 'quit' });
    const f = fragile(manager, { onFailure: 'log' });
    await manager.begin();
    manager.queue.push(Boom, new Error('harmless'));
    await manager.settle();
    expect(f.state).toBe('active');
    expect(manager.host.messages.join()).toContain('harmless');
    await manager.quit();
  });

  it('asks a policy function case by case, with the service and what it was doing', async () => {
    const infos: FailureInfo[] = [];
    const manager = testManager({
      onFailure: (error, info) => {
        infos.push(info);
        return (error as Error).message === 'bad' ? 'failService' : 'log';
      },
    });
    const f = fragile(manager);
    await manager.begin();
    manager.queue.push(Boom, new Error('fine'));
    await manager.settle();
    expect(f.state).toBe('active');
    manager.queue.push(Boom, new Error('bad'));
    await manager.settle();
    expect(f.state).toBe('installed');
    expect(infos.map((info) => [info.service?.id, info.during])).toEqual([
      [f.id, expect.stringMatching(/^handling Boom/)],
      [f.id, expect.stringMatching(/^handling Boom/)],
    ]);
    await manager.quit();
  });

  it('quits when the policy function itself fails', async () => {
    const manager = testManager({ onFailure: () => throws(new Error('policy')) });
    fragile(manager);
    await manager.begin();
    manager.queue.push(Boom, new Error('first'));
    await manager.settle();
    expect(manager.failure).toMatchObject({ message: 'first' });
  });

  it('is said when the policy function decides nothing, or not at once; the service fails then', async () => {
    for (const decide of [() => 'explode', () => undefined, async () => throws(new Error('late'))]) {
      const manager = testManager({ onFailure: decide as never });
      const { id } = fragile(manager);
      await manager.begin();
      manager.queue.push(Boom, new Error('first'));
      await manager.settle();
      expect(manager.services.byId(id)?.state).toBe('installed');
      expect(manager.host.messages.join()).toMatch(/policy returned .*allowed are 'failService', 'quit', 'log'/);
      await manager.quit();
    }
  });

  it('does not keep other handlers from the event, however it fails (EV-41, GD-17)', async () => {
    const manager = testManager();
    const seen: string[] = [];
    manager.register(
      defineService({
        setup(_, self) {
          self.on(Boom, () => throws('a string'));
          self.on(Boom, async () => throws(new Error('async')));
          self.on(Boom, function* () {
            yield* sleep(1);
            throw new Error('coroutine');
          });
        },
      }),
    );
    manager.register(defineService({ setup: (_, self) => void self.on(Boom, () => seen.push('reached')) }));
    await manager.begin();
    manager.queue.push(Boom, undefined);
    await manager.advance(10);
    expect(seen).toEqual(['reached']);
    expect(manager.outcome).toBe('running');
    await manager.quit();
  });

  it('rejects run() with the cause when nothing is left to run', async () => {
    const manager = testManager();
    manager.register(defineService({ setup: (_, self) => void self.on(Boom, (error) => throws(error)) }));
    await manager.begin();
    const cause = new Error('the last one');
    manager.queue.push(Boom, cause);
    await manager.settle();
    expect(manager.failure).toBe(cause);
    assertNoLeaks(manager);
  });
});

describe('failures with a recipient', () => {
  it('go to it and only there', async () => {
    const manager = testManager({ onFailure: 'quit' });
    fragile(manager);
    await manager.begin();
    const cause = new Error('mine');
    const outcome = Promise.resolve(manager.queue.pushAndWait(Boom, cause)).catch((error: unknown) => error);
    await manager.settle();
    expect(await outcome).toBe(cause);
    expect(manager.outcome).toBe('running');
    const task = manager.start(async () => throws(cause));
    const caught = task.then(undefined, (error: unknown) => error);
    await manager.settle();
    expect(await caught).toBe(cause);
    expect(manager.outcome).toBe('running');
    await manager.quit();
  });

  it('go to the policy when nobody awaits the task', async () => {
    const manager = testManager();
    const f = manager.register(
      defineService({
        setup(_, self) {
          self.run(
            function* () {
              yield* sleep(10);
              throw new Error('background');
            },
            { name: 'poll' },
          );
        },
      }),
    );
    manager.register(logged([], 'Steady'));
    await manager.begin();
    await manager.advance(20);
    expect(f.state).toBe('installed');
    expect(manager.explainText()).toMatch(/task poll failed: background/);
    await manager.quit();
  });

  it('of the code of nobody quit the program by default', async () => {
    const manager = testManager();
    await manager.begin();
    const cause = new Error('main');
    manager.start(() => throws(cause));
    await manager.settle();
    expect(manager.failure).toBe(cause);
  });
});

describe('a failing start', () => {
  it('ends the program in order while it starts up, and run() rejects with the cause (failFast)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const cause = new Error('port in use');
    manager.register(logged(log, 'P'));
    manager.register(logged(log, 'F', { onStart: () => throws(cause) }));
    await expect(manager.begin()).rejects.toBe(cause);
    expect(log).toEqual(['P.start', 'F.start', 'P.stop']);
    assertNoLeaks(manager);
  });

  it('rejects with the failure of a constructor, of an async and of a coroutine start alike', async () => {
    const cause = new Error('no');
    const services = [
      class {
        constructor() {
          throw cause;
        }
      },
      class {
        async start() {
          await Promise.resolve();
          throw cause;
        }
      },
      class {
        *start() {
          yield* sleep(1);
          throw cause;
        }
      },
      defineService({ setup: () => Promise.reject(cause) }),
    ];
    for (const service of services) {
      const manager = testManager();
      manager.register(service);
      void manager.run();
      await manager.advance(10);
      expect(manager.failure).toBe(cause);
      assertNoLeaks(manager);
    }
  });

  it('leaves the others running once start-up has settled, or without failFast; consumers are not injected (LC-120, LC-122)', async () => {
    const manager = testManager();
    const log: string[] = [];
    manager.register(logged(log, 'P'));
    await manager.begin();
    await manager.started();
    const f = manager.register(logged(log, 'F', { provides: [A], onStart: () => throws(new Error('late')) }));
    const d = manager.register(logged(log, 'D', { dependencies: { a: required(A) } }));
    await manager.settle();
    expect([f.state, d.state, manager.outcome]).toEqual(['installed', 'installed', 'running']);
    await manager.quit();
    expect(log).toEqual(['P.start', 'F.start', 'P.stop']);

    const lenient = testManager({ failFast: false });
    lenient.register(logged([], 'P'));
    lenient.register(logged([], 'F', { onStart: () => throws(new Error('no')) }));
    await lenient.begin();
    expect(lenient.outcome).toBe('running');
    await lenient.quit();
    expect(lenient.outcome).toBe('resolved');
  });

  it('rejects run() even without failFast when it was the only service', async () => {
    const manager = testManager({ failFast: false });
    const cause = new Error('alone');
    manager.register(logged([], 'F', { onStart: () => throws(cause) }));
    void manager.run();
    await manager.settle();
    expect(manager.failure).toBe(cause);
  });

  it('is told to who begins to wait afterwards, unless another attempt is to come', async () => {
    const manager = testManager({ failFast: false });
    const failing = () => defineService({ name: 'Failing', setup: () => throws(new Error('no disk')) });
    const { id } = manager.register(failing());
    const again = manager.register(failing(), { restart: { delayMs: 1000, attempts: 1 } });
    manager.register(logged([], 'Other'));
    await manager.begin();
    await expect(manager.whenActive(id)).rejects.toMatchObject({
      code: 'ICHOR_SERVICE_START_FAILED',
      message: expect.stringContaining('Failing'),
      cause: { message: 'no disk' },
    });
    let code = 'still waiting';
    void manager.whenActive(again.id).then(undefined, (error: IchorError) => (code = error.code));
    await manager.advance(999);
    expect(code).toBe('still waiting');
    await manager.advance(1);
    expect(code).toBe('ICHOR_SERVICE_START_FAILED');
    await manager.quit();
  });

  it('can be tried again (LC-121), and rejects startService with the cause meanwhile (GD-19)', async () => {
    let fails = true;
    const manager = testManager({ failFast: false });
    manager.register(logged([], 'P'));
    const f = manager.register(
      logged([], 'F', {
        onStart: () => {
          if (fails) throw new Error('not yet');
        },
      }),
    );
    await manager.begin();
    const outcome = Promise.resolve(manager.startService(f.id)).catch((error: unknown) => error);
    await manager.settle();
    expect(await outcome).toMatchObject({ code: 'ICHOR_SERVICE_START_FAILED', cause: { message: 'not yet' } });
    fails = false;
    void manager.startService(f.id);
    await manager.settle();
    expect(f.state).toBe('active');
    expect(manager.explain()).toEqual([]);
    await manager.quit();
  });

  it('undoes what the instance had made, cancels its coroutines, disposes it, and does not call stop()', async () => {
    const log: string[] = [];
    const manager = testManager({ failFast: false });
    manager.register(logged(log, 'P', { provides: [A] }));
    class Half implements AsyncDisposable {
      static readonly dependencies = { a: required(A) };
      readonly self;
      constructor(_: object, self: ServiceContext) {
        this.self = self;
        self.own(() => log.push('owned undone'));
        self.on(Boom, () => undefined);
      }
      start() {
        this.self.run(function* () {
          try {
            yield* sleep(1e9);
          } finally {
            yield* sleep(10);
            log.push('cleaned up');
          }
        });
        throw new Error('no');
      }
      stop() {
        log.push('stop');
      }
      removed() {
        log.push('removed');
      }
      async [Symbol.asyncDispose]() {
        log.push('disposed');
      }
    }
    manager.register(Half);
    await manager.begin();
    await manager.advance(20);
    expect(log).toEqual(['P.start', 'cleaned up', 'disposed', 'removed', 'owned undone']);
    await manager.quit();
    assertNoLeaks(manager);
  });
});

describe('restart', () => {
  it('tries again with growing delays, as often as allowed, and then gives up', async () => {
    const starts: number[] = [];
    const manager = testManager();
    manager.register(logged([], 'Steady'));
    const f = manager.register(
      logged([], 'F', {
        onStart: () => {
          starts.push(manager.clock.now());
          throw new Error('still down');
        },
      }),
      { restart: { attempts: 4, delayMs: 100, factor: 3, maxDelayMs: 1000 } },
    );
    void manager.run();
    await manager.advance(100_000);
    expect(starts).toEqual([0, 100, 400, 1300, 2300]);
    expect(f.state).toBe('installed');
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('starts a service again whose handler failed, and forgets the attempts once it has run well', async () => {
    const manager = testManager();
    const f = fragile(manager, { restart: { attempts: 1, delayMs: 50, maxDelayMs: 1000 } });
    await manager.begin();
    for (let round = 0; round < 3; round++) {
      manager.queue.push(Boom, new Error('again'));
      await manager.settle();
      expect(f.state).toBe('installed');
      await manager.advance(50);
      expect(f.state).toBe('active');
      await manager.advance(2000);
    }
    manager.queue.push(Boom, new Error('1'));
    await manager.advance(60);
    expect(f.state).toBe('active');
    manager.queue.push(Boom, new Error('2'));
    await manager.advance(60_000);
    expect(f.state).toBe('installed');
    await manager.quit();
  });

  it('leaves no timer behind when the manager quits, or the service is removed, before it comes', async () => {
    for (const how of ['quit', 'remove'] as const) {
      const manager = testManager();
      const f = fragile(manager, { restart: { delayMs: 60_000 } });
      await manager.begin();
      manager.queue.push(Boom, new Error('x'));
      await manager.settle();
      if (how === 'remove') void manager.removeService(f.id);
      await manager.settle();
      if (how === 'remove') await manager.advance(70_000);
      await manager.quit();
      expect(manager.clock.pending).toBe(0);
      assertNoLeaks(manager);
    }
  });

  it('does not fight a stop that was asked for, when the code fails on its way down', async () => {
    const manager = testManager();
    manager.register(logged([], 'Steady'));
    const f = manager.register(
      defineService({
        setup(_, self) {
          self.run(function* () {
            try {
              yield* sleep(1e9);
            } finally {
              throws(new Error('clean-up fails'));
            }
          });
        },
      }),
      { restart: { delayMs: 10 } },
    );
    await manager.begin();
    void manager.stopService(f.id);
    await manager.advance(10_000);
    expect(f.state).toBe('installed');
    await manager.quit();
  });
});

describe('run()', () => {
  it('rejects with everything that failed', async () => {
    const manager = testManager();
    const first = new Error('start');
    const second = new Error('stop');
    manager.register(logged([], 'P', { onStop: () => throws(second) }));
    manager.register(logged([], 'F', { onStart: () => throws(first) }));
    await expect(manager.begin()).rejects.toMatchObject({ errors: [first, second] });
    expect(manager.failure).toBeInstanceOf(AggregateError);
  });

  it('does not count cancelled coroutines as failures', async () => {
    const manager = testManager();
    manager.register(
      defineService({
        setup(_, self) {
          self.run(function* () {
            yield* sleep(1e9);
          });
          self.run(() => Promise.reject(new CancelledError('on purpose', 'it')));
        },
      }),
    );
    await manager.begin();
    await manager.quit();
    expect(manager.outcome).toBe('resolved');
  });

  it('runs once', async () => {
    const manager = testManager();
    await manager.begin();
    expect(() => manager.run()).toThrow(expect.objectContaining({ code: 'ICHOR_MANAGER_RUNNING' }));
    await manager.quit();
    expect(() => manager.run()).toThrow(expect.objectContaining({ code: 'ICHOR_MANAGER_RUNNING' }));
    for (const call of [
      () => manager.register(class {}),
      () => manager.queue.push(Boom, 1),
      () => manager.start(() => 1),
      () => manager.queue.pushAndWait(Boom, 1),
    ])
      expect(call).toThrow(expect.objectContaining({ code: 'ICHOR_MANAGER_QUIT' }));
  });
});

describe('the framework logger', () => {
  it('receives messages from its registration on, until just before it stops, and again when it is restarted (LC-45)', async () => {
    const lines: string[] = [];
    class Log {
      static readonly provides = [FrameworkLogger];
      level = 'debug' as const;
      isEnabled = () => true;
      trace = () => undefined;
      debug = (message: string, fields?: object) =>
        lines.push(`${message} ${(fields as { service?: string }).service}`);
      info = () => undefined;
      warn = () => undefined;
      error = (message: string) => lines.push(message);
      stop() {
        manager.register(logged([], 'During'));
      }
    }
    const manager = testManager();
    const log = manager.register(Log);
    manager.register(logged([], 'First'));
    expect(lines).toEqual(['Registered. Log', 'Registered. First']);
    await manager.begin();
    void manager.stopService(log.id);
    await manager.settle();
    expect(lines).toHaveLength(2);
    void manager.startService(log.id);
    await manager.settle();
    manager.register(logged([], 'Second'));
    expect(lines.at(-1)).toBe('Registered. Second');
    await manager.quit();
  });

  it('is told of registrations at debug, with what they provide (LC-46), and of every event at trace (EV-32)', async () => {
    const lines: string[] = [];
    const threshold = { isTrace: false };
    const logger = silentLogger({
      isEnabled: (level) => level !== 'trace' || threshold.isTrace,
      debug: (message, fields) => void lines.push(`${message} ${JSON.stringify(fields)}`),
      trace: (message, fields) => void lines.push(`${message} ${JSON.stringify(fields)}`),
    });
    const manager = testManager();
    manager.register(defineService({ name: 'Log', provides: [FrameworkLogger], setup: () => logger }));
    const { id } = fragile(manager, { onFailure: 'log' });
    expect(lines.at(-1)).toBe(`Registered. {"service":"Fragile","serviceId":${id},"provides":["Fragile","A"]}`);
    await manager.begin();
    lines.length = 0;
    manager.queue.push(Boom, 1);
    await manager.settle();
    expect(lines).toEqual([]);
    // The level may change while the program runs.
    threshold.isTrace = true;
    const event = manager.queue.push(Boom, 1, { priority: 7 });
    manager.queueOf(id).push(Boom, 2);
    await manager.settle();
    expect(lines).toEqual([
      `Processing. {"managerId":${manager.id},"eventId":${event},"type":"Boom","priority":7}`,
      `Processing. {"managerId":${manager.id},"eventId":${event + 1},"type":"Boom","priority":1000,"service":"Fragile","serviceId":${id}}`,
    ]);
    threshold.isTrace = false;
    manager.queue.push(Boom, 3);
    await manager.settle();
    expect(lines).toHaveLength(2);
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('must not have dependencies, and must be there at once (LC-45)', () => {
    const manager = testManager();
    expect(() =>
      manager.register(
        defineService({
          provides: [FrameworkLogger],
          dependencies: { b: required(B) },
          setup: () => silentLogger(),
        }),
      ),
    ).toThrow(expect.objectContaining({ code: 'ICHOR_DEPENDENCY_INVALID' }));
    for (const setup of [() => undefined, async () => silentLogger()])
      expect(() => manager.register(defineService({ provides: [FrameworkLogger], setup: setup }))).toThrow(
        /must not wait/,
      );
    expect(manager.services.count).toBe(2);
    expect(IchorError).toBeDefined();
  });

  it('does not take the program down when it fails itself', async () => {
    const manager = testManager({ onFailure: 'log' });
    manager.register(
      defineService({
        provides: [FrameworkLogger],
        setup: () => silentLogger({ error: () => throws(new Error('disk full')) }),
      }),
    );
    fragile(manager);
    await manager.begin();
    manager.queue.push(Boom, new Error('original'));
    await manager.settle();
    expect(manager.host.messages.join()).toContain('original');
    await manager.quit();
  });
});
