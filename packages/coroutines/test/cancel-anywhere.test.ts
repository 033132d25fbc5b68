// Programs that use everything at once, cancelled at each of their suspension points and in random interleavings: whatever
// happens, all end, every finally block has run once, and every lock, permit and timer is given back.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  all,
  Channel,
  Condition,
  isCancelled,
  Mutex,
  pause,
  race,
  Scope,
  Semaphore,
  shield,
  sleep,
  stream,
  task,
  withTimeout,
  type Coroutine,
} from '../src/index.ts';
import { SteppingScheduler, type VirtualClock } from '../src/testing/index.ts';

/** Shared things and a count of sections entered and left. */
class World {
  readonly scheduler = new SteppingScheduler();
  readonly other = new SteppingScheduler(this.scheduler.clock);
  readonly clock = this.scheduler.clock as VirtualClock;
  readonly mutex = new Mutex();
  readonly semaphore = new Semaphore(2);
  readonly channel = new Channel<number>(1);
  readonly condition = new Condition();
  entered = 0;
  left = 0;
  inside = 0;
  mostInside = 0;

  *critical(): Coroutine {
    const lock = yield* this.mutex.lock();
    this.entered++;
    this.mostInside = Math.max(this.mostInside, ++this.inside);
    try {
      yield* pause();
      using _permit = yield* this.semaphore.acquire(2);
      yield* sleep(1);
    } finally {
      // Shielded: a cancellation that arrives during the clean-up of a normal end must not cut it short.
      yield* shield(sleep(2));
      this.inside--;
      this.left++;
      lock.unlock();
    }
  }

  *producer(): Coroutine {
    for (let i = 0; i < 3; i++) {
      yield* this.channel.send(i);
      yield* pause();
    }
  }

  *consumer(): Coroutine<number> {
    let sum = 0;
    for (let i = 0; i < 3; i++) sum += yield* this.channel.receive();
    return sum;
  }

  *program(): Coroutine<number> {
    yield* all([task(() => this.critical()), task(() => this.critical())]);
    const sum = yield* Scope.run((scope) => {
      scope.start(() => this.producer());
      return scope.start(() => this.consumer());
    });
    yield* race([sleep(5), task(() => this.critical())]);
    yield* shield(this.critical());
    const values = stream<number>(function* (emit) {
      for (let i = 0; i < 2; i++) {
        yield* pause();
        yield* emit(i);
      }
    });
    let total = sum;
    for (let next = yield* values.next(); next.done !== true; next = yield* values.next()) total += next.value;
    yield* withTimeout(
      task(() => this.critical()),
      100,
    );
    return total;
  }

  /** One resumption of either scheduler, or the next timer. False when nothing is left to do. */
  step(choice = 0): boolean {
    const [first, second] = choice % 2 === 0 ? [this.scheduler, this.other] : [this.other, this.scheduler];
    return first.step() || second.step() || this.clock.step();
  }

  finish(): void {
    for (let steps = 0; this.step(); steps++) if (steps > 10_000) throw new Error('It does not end.');
  }
}

function expectTidy(world: World): void {
  expect(world.entered).toBe(world.left);
  expect(world.mostInside).toBeLessThanOrEqual(1);
  expect(world.mutex.isLocked).toBe(false);
  expect(world.semaphore.available).toBe(2);
  expect(world.clock.pending).toBe(0);
  expect(world.scheduler.unhandledFailures).toEqual([]);
  expect(world.other.unhandledFailures).toEqual([]);
}

describe('a program that is cancelled', () => {
  it('at any of its suspension points ends tidily', async () => {
    let points = 0;
    for (let point = 0; ; point++) {
      const world = new World();
      const running = world.scheduler.start(() => world.program());
      let steps = 0;
      while (steps < point && world.step()) steps++;
      const finished = running.isReady;
      running.cancel('now');
      world.finish();
      expect(running.isReady).toBe(true);
      expectTidy(world);
      const outcome: unknown = await running.then(undefined, (error: unknown) => error);
      if (finished) {
        expect(outcome).toBe(4);
        break;
      }
      expect(isCancelled(outcome)).toBe(true);
      points++;
    }
    expect(points).toBeGreaterThanOrEqual(15);
  });

  it('among others on two schedulers, in any interleaving, ends tidily', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(12)), { maxLength: 200 }), (script) => {
        const world = new World();
        const running = [0, 1, 2, 3].map((index) => {
          const scheduler = index % 2 === 0 ? world.scheduler : world.other;
          return scheduler.start(function* (): Coroutine {
            for (;;) {
              // Through a task: the finally of critical() waits.
              yield* task(() => world.critical());
              yield* race([world.condition.wait(), sleep(3)]);
              world.condition.notifyOne();
            }
          });
        });
        for (const [index, action] of script) {
          if (action === 0) running[index]!.cancel();
          else world.step(action);
        }
        for (const one of running) one.cancel();
        world.finish();
        expect(running.every((one) => one.isReady)).toBe(true);
        expect(world.mostInside).toBeLessThanOrEqual(1);
        expect(world.mutex.isLocked).toBe(false);
        expect(world.semaphore.available).toBe(2);
        expect(world.entered).toBe(world.left);
        expect(world.clock.pending).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
