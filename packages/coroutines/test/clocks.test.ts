import { describe, expect, it, vi } from 'vitest';
import { sleep, systemClock, task } from '../src/index.ts';
import { settle, SteppingScheduler, VirtualClock } from '../src/testing/index.ts';
import { thrownBy } from './support.ts';

describe('the virtual clock', () => {
  it('makes calls in order of due time, then of scheduling, at their time', () => {
    const clock = new VirtualClock({ startMs: 100 });
    const log: [string, number][] = [];
    const note = (name: string) => () => void log.push([name, clock.now()]);
    clock.schedule(note('c'), 20);
    clock.schedule(note('a'), 10);
    clock.schedule(note('b'), 10);
    clock.schedule(note('now'), -5);
    clock.schedule(note('never'), Infinity);
    clock.schedule(note('nan'), Number.NaN);
    expect(log).toEqual([]);
    expect(clock.pending).toBe(5);
    clock.advance(15);
    expect(log).toEqual([
      ['now', 100],
      ['nan', 100],
      ['a', 110],
      ['b', 110],
    ]);
    expect(clock.now()).toBe(115);
    expect(clock.nextDueAt).toBe(120);
    expect(clock.step()).toBe(true);
    expect(clock.step()).toBe(false);
    expect(clock.now()).toBe(120);
    expect(clock.pending).toBe(0);
  });

  it('makes calls that are scheduled on the way', () => {
    const clock = new VirtualClock();
    const at: number[] = [];
    const tick = (): void => {
      at.push(clock.now());
      if (at.length < 4) clock.schedule(tick, 5);
    };
    clock.schedule(tick, 5);
    clock.advance(12);
    expect(at).toEqual([5, 10]);
    clock.runAll();
    expect(at).toEqual([5, 10, 15, 20]);
  });

  it('does not make cancelled calls, and forgets them', () => {
    const clock = new VirtualClock();
    const call = vi.fn<() => void>();
    const calls = Array.from({ length: 1000 }, (_, index) => clock.schedule(call, index));
    for (const [index, scheduled] of calls.entries()) if (index % 10 !== 0) scheduled.cancel();
    calls[1]!.cancel();
    calls[2]![Symbol.dispose]();
    expect(clock.pending).toBe(100);
    clock.advance(1000);
    expect(call).toHaveBeenCalledTimes(100);
    expect(clock.pending).toBe(0);
    calls[0]!.cancel();
    expect(clock.pending).toBe(0);
  });

  it('lets promises settle between calls', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const program = (async () => {
      for (let i = 0; i < 3; i++) {
        await sleep(10, { clock });
        log.push(`${i} at ${clock.now()}`);
      }
    })();
    await clock.advanceAsync(25);
    expect(log).toEqual(['0 at 10', '1 at 20']);
    await clock.runAllAsync();
    await program;
    expect(log).toHaveLength(3);
  });

  it('keeps the wall clock in step', () => {
    const clock = new VirtualClock({ wallTimeMs: 5000 });
    clock.advance(10);
    expect(clock.wallTime()).toBe(5010);
    expect(new VirtualClock().wallTime()).toBe(Date.UTC(2000, 0, 1));
  });

  it('refuses misuse', () => {
    const clock = new VirtualClock({ maxCalls: 100 });
    expect(thrownBy(() => clock.advance(-1))).toMatchObject({ code: 'ICHOR_COROUTINES_OPTION' });
    clock.advance(5);
    expect(thrownBy(() => clock.advanceTo(4))).toMatchObject({ code: 'ICHOR_COROUTINES_VIRTUAL_TIME' });
    let nested: unknown;
    clock.schedule(() => (nested = thrownBy(() => clock.advance(1))), 1);
    clock.advance(1);
    expect(nested).toMatchObject({ code: 'ICHOR_COROUTINES_VIRTUAL_TIME' });
    const again = (): void => void clock.schedule(again, 0);
    again();
    expect(thrownBy(() => clock.advance(1))).toMatchObject({ code: 'ICHOR_COROUTINES_VIRTUAL_TIME' });
  });
});

describe('the system clock', () => {
  it('is never early', async () => {
    for (const delay of [0, 0.4, 1, 2.7, 5]) {
      const started = systemClock.now();
      await sleep(delay);
      expect(systemClock.now() - started).toBeGreaterThanOrEqual(delay);
    }
  });

  it('goes on waiting when the native timer fires early or can wait no longer', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const call = vi.fn<() => void>();
      const month = 30 * 24 * 3600 * 1000;
      systemClock.schedule(call, month);
      vi.advanceTimersByTime(month - 1);
      expect(call).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect(call).toHaveBeenCalledTimes(1);
      systemClock.schedule(call, Infinity);
      expect(vi.getTimerCount()).toBe(0);
      systemClock.schedule(call, 10).cancel();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('keeps the process alive only when asked to', () => {
    const timers: { hasRef(): boolean }[] = [];
    const spy = vi.spyOn(globalThis, 'setTimeout');
    const calls = [systemClock.schedule(() => {}, 1000), systemClock.schedule(() => {}, 1000, { keepAlive: false })];
    for (const result of spy.mock.results) timers.push(result.value as { hasRef(): boolean });
    spy.mockRestore();
    expect(timers.map((timer) => timer.hasRef())).toEqual([true, false]);
    for (const call of calls) call[Symbol.dispose]();
    expect(Math.abs(systemClock.wallTime() - Date.now())).toBeLessThan(1000);
  });
});

describe('a stepping scheduler', () => {
  it('runs one resumption per step, by priority, first in first out', () => {
    const scheduler = new SteppingScheduler();
    const order: string[] = [];
    for (const [name, priority] of [
      ['low', 10],
      ['first', 5],
      ['second', 5],
      ['high', 1],
    ] as const)
      scheduler.schedule({ run: () => void order.push(name) }, priority);
    expect(scheduler.size).toBe(4);
    scheduler.step();
    expect(order).toEqual(['high']);
    expect(scheduler.runAll()).toBe(3);
    expect(order).toEqual(['high', 'first', 'second', 'low']);
    expect(scheduler.step()).toBe(false);
  });

  it('stops a loop that never ends', () => {
    const scheduler = new SteppingScheduler();
    const again = { run: () => scheduler.schedule(again, 0) };
    again.run();
    expect(thrownBy(() => scheduler.runAll(100))).toMatchObject({ code: 'ICHOR_COROUTINES_VIRTUAL_TIME' });
  });

  it('collects failures that nobody awaits', async () => {
    const scheduler = new SteppingScheduler();
    scheduler.start(
      function* () {
        yield* sleep(1);
        throw new Error('x');
      },
      { name: 'failing' },
    );
    (scheduler.clock as VirtualClock).advance(1);
    expect(scheduler.unhandledFailures).toMatchObject([{ error: { message: 'x' }, coroutine: { name: 'failing' } }]);
    await settle();
    expect(await task(() => 1)).toBe(1);
  });
});
