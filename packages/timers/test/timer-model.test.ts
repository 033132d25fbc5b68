// The timer against a model that knows no alarms, no queue rows and no heap: only due times. The event queue and the clock
// are played by the test, so that every delay between due time, queue and run can be chosen.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IchorError, type Clock, type Consumer, type ScheduledCall, type Work } from '@ichor/core';
import type { Timer } from '../src/contract/timer.ts';
import type { CatchUpPolicy } from '../src/schedule/schedule.ts';
import { AlarmClock } from '../src/service/alarm-clock.ts';
import { ConsumerTimers } from '../src/service/consumer-timers.ts';

class StepClock implements Clock {
  time = 0;
  readonly calls = new Set<{ at: number; callback: () => void }>();
  now = () => this.time;
  wallTime = () => this.time;

  schedule(callback: () => void, delayMs: number): ScheduledCall {
    const call = { at: this.time + delayMs, callback };
    this.calls.add(call);
    const cancel = () => void this.calls.delete(call);
    return { cancel, [Symbol.dispose]: cancel };
  }

  /** Time jumps: what was due on the way is called late, as in a busy program. */
  jump(ms: number): void {
    this.time += ms;
    for (;;) {
      const due = [...this.calls].filter(({ at }) => at <= this.time);
      if (due.length === 0) return;
      for (const call of due) {
        this.calls.delete(call);
        call.callback();
      }
    }
  }
}

function harness() {
  const clock = new StepClock();
  const queue: Work[] = [];
  const isFull = { value: false };
  const pushWork = (_type: unknown, work: Work) => {
    if (isFull.value) throw new IchorError('ICHOR_QUEUE_FULL', 'The queue is full.');
    queue.push(work);
  };
  const context = {
    name: 'Test',
    id: 1,
    state: 'active',
    clock,
    queue: { pushWork },
  };
  const consumer = { context, provider: { name: 'TimerService', id: 2 }, assertConnected: () => undefined };
  const alarms = new AlarmClock(clock, () => undefined);
  const timers = new ConsumerTimers(consumer as unknown as Consumer, alarms);
  const drain = () => {
    for (let work = queue.shift(); work !== undefined; work = queue.shift()) work.run(undefined as never);
  };
  return { clock, queue, timers, drain, alarms, isFull };
}

type Action =
  | { readonly kind: 'change'; readonly intervalMs: number }
  | { readonly kind: 'pause' | 'resume' | 'stop' | 'start' | 'startNow' | 'restart' };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('change' as const), intervalMs: fc.integer({ min: 1, max: 60 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('pause' as const, 'resume', 'stop', 'start', 'startNow', 'restart') }),
  },
);

const step = fc.record({
  jump: fc.nat({ max: 150 }),
  drains: fc.boolean(),
  action: fc.option(action, { nil: undefined, freq: 2 }),
});

function apply(timer: Timer, { kind, ...rest }: Action): void {
  if (kind === 'change') timer.intervalMs = (rest as { intervalMs: number }).intervalMs;
  else if (kind === 'startNow') timer.start({ immediately: true });
  else timer[kind]();
}

class Model {
  phase: 'stopped' | 'running' | 'paused' = 'stopped';
  due = 0;
  remaining = 0;
  ticks: [due: number, ranAt: number][] = [];
  skipped = 0;
  interval: number;
  readonly policy: CatchUpPolicy;
  readonly inCallback: Map<number, readonly Action[]>;
  #isInCallback = false;
  #epoch = 0;

  constructor(interval: number, policy: CatchUpPolicy, inCallback: Map<number, readonly Action[]>) {
    this.interval = interval;
    this.policy = policy;
    this.inCallback = inCallback;
  }

  apply(now: number, { kind, ...rest }: Action): void {
    if (kind === 'change') this.interval = (rest as { intervalMs: number }).intervalMs;
    else if (kind === 'pause' && this.phase === 'running') {
      this.phase = 'paused';
      if (!this.#isInCallback) this.remaining = Math.max(0, this.due - now);
    } else if (kind === 'resume' && this.phase === 'paused') {
      this.phase = 'running';
      if (!this.#isInCallback) this.due = now + this.remaining;
    } else if (kind === 'stop' || kind === 'restart') {
      if (this.phase !== 'stopped') this.#epoch++;
      this.phase = 'stopped';
      this.#isInCallback = false;
    }
    if ((kind === 'start' || kind === 'startNow' || kind === 'restart') && this.phase === 'stopped') {
      this.phase = 'running';
      this.due = kind === 'startNow' ? now : now + this.interval;
      this.#epoch++;
    }
  }

  /** The queue is processed: what is due runs. */
  drain(now: number): void {
    while (this.phase === 'running' && this.due <= now) {
      this.ticks.push([this.due, now]);
      const epoch = this.#epoch;
      this.#isInCallback = true;
      for (const act of this.inCallback.get(this.ticks.length) ?? []) this.apply(now, act);
      this.#isInCallback = false;
      if (epoch !== this.#epoch) continue;
      if (this.policy === 'delay') this.due = now + this.interval;
      else this.due += this.interval;
      if (this.policy === 'skip')
        while (this.due <= now) {
          this.due += this.interval;
          this.skipped++;
        }
      if ((this.phase as string) === 'paused') this.remaining = Math.max(0, this.due - now);
    }
  }
}

describe('a timer against the model', () => {
  test.each(['catchUp', 'skip', 'delay'] as const)(
    'ticks at the same due times under random delays, pauses, stops and changes of interval, with policy %s (TM-5, TM-8, TM-9, TM-13)',
    (catchUp) => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 60 }),
          fc.array(step, { maxLength: 60 }),
          fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.array(action, { maxLength: 3 })), { maxLength: 5 }),
          (intervalMs, steps, actions) => {
            const { clock, queue, timers, drain, alarms } = harness();
            const inCallback = new Map(actions);
            const ticks: [number, number][] = [];
            const timer = timers.create({
              intervalMs,
              catchUp,
              callback: (self) => {
                ticks.push([self.dueAt!, clock.now()]);
                for (const act of inCallback.get(ticks.length) ?? []) apply(self, act);
              },
            });
            const model = new Model(intervalMs, catchUp, inCallback);
            timer.start();
            model.apply(0, { kind: 'start' });
            for (const { jump, drains, action: act } of steps) {
              clock.jump(jump);
              if (act !== undefined) {
                apply(timer, act);
                model.apply(clock.now(), act);
              }
              if (drains) {
                drain();
                model.drain(clock.now());
              }
              expect(ticks).toEqual(model.ticks);
              expect(timer.state).toBe(model.phase);
              expect(timer.skipped).toBe(model.skipped);
              if (model.phase === 'running') expect(timer.dueAt).toBe(model.due);
            }
            for (const [due, ranAt] of ticks) expect(ranAt).toBeGreaterThanOrEqual(due);
            timer.stop();
            expect([alarms.size, clock.calls.size, timers.list()]).toEqual([0, 0, []]);
            const before = ticks.length;
            drain();
            clock.jump(10_000);
            drain();
            expect(ticks).toHaveLength(before);
            expect(queue).toEqual([]);
          },
        ),
        { numRuns: 400 },
      );
    },
  );

  test('keeps at most one row per timer in the queue, however far it is behind', () => {
    const { clock, queue, timers } = harness();
    const all = [1, 2, 3].map((intervalMs) => timers.every(intervalMs, () => undefined));
    for (let i = 0; i < 100; i++) clock.jump(1000);
    expect(queue).toHaveLength(all.length);
  });

  test('loses neither a tick nor a sleep to a full queue: they come when there is room', async () => {
    const { clock, queue, timers, drain, isFull } = harness();
    const seen: string[] = [];
    timers.once(10, () => seen.push('once'));
    const timer = timers.every(10, () => seen.push('every'));
    const woke = timers.sleep(10).then(() => seen.push('woke'));
    isFull.value = true;
    for (let i = 0; i < 5; i++) clock.jump(10);
    expect([seen, queue, timer.state]).toEqual([[], [], 'running']);
    isFull.value = false;
    clock.jump(10);
    drain();
    await woke;
    // The repeating timer catches up what was due meanwhile.
    expect(seen.toSorted()).toEqual([...Array.from({ length: 6 }, () => 'every'), 'once', 'woke']);
  });

  test('needs one scheduled call of the clock for any number of timers', () => {
    const { clock, timers } = harness();
    for (let i = 0; i < 1000; i++) timers.once(1000 - i, () => undefined);
    expect(clock.calls.size).toBe(1);
  });

  test('has no drift over a simulated year (TM-9)', () => {
    const { clock, timers, drain } = harness();
    clock.time = 0.3;
    const intervalMs = 60_000 / 7;
    let last = 0;
    let count = 0;
    const timer = timers.every(intervalMs, (self) => {
      count++;
      last = self.dueAt!;
    });
    const year = 365 * 24 * 3600 * 1000;
    let seed = 1;
    while (clock.time < year) {
      seed = (seed * 16_807) % 2_147_483_647;
      clock.jump(seed % 20_000);
      drain();
    }
    expect(count).toBe(timer.ticks);
    expect(count).toBe(Math.floor((clock.time - 0.3) / intervalMs));
    expect(last).toBe(0.3 + count * intervalMs);
  });
});
