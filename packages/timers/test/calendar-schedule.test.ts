import { describe, expect, test } from 'vitest';
import type { Clock } from '@ichor/core';
import { CalendarSchedule, type Calendar } from '../src/schedule/calendar-schedule.ts';

/** Instants at full minutes. */
const minutes: Calendar = { next: (after) => (Math.floor(after / 60_000) + 1) * 60_000 };

/** A clock whose two faces are set independently. */
class Faces implements Clock {
  monotonic = 500;
  wall = 0;
  now = () => this.monotonic;
  wallTime = () => this.wall;
  schedule(): never {
    throw new Error('A schedule never schedules');
  }
  pass(ms: number): void {
    this.monotonic += ms;
    this.wall += ms;
  }
}

function begun(wall: number, calendar = minutes) {
  const clock = new Faces();
  clock.wall = wall;
  const schedule = new CalendarSchedule(calendar, clock);
  schedule.begin(clock.now(), false);
  return { clock, schedule };
}

describe('CalendarSchedule', () => {
  test('waits on the monotonic clock for the next instant of the wall clock', () => {
    const { clock, schedule } = begun(90_000);
    expect(schedule.due).toBe(500 + 30_000);
    clock.pass(30_000);
    expect(schedule.isReached(clock.now())).toBe(true);
    schedule.advance(clock.now(), 'catchUp');
    expect(schedule.due).toBe(500 + 90_000);
  });

  test('looks at the wall clock again on the way to an instant that is far away', () => {
    const { clock, schedule } = begun(0, { next: (after) => (after < 3_600_000 ? 3_600_000 : undefined) });
    let looks = 0;
    while (!schedule.isReached(clock.now())) {
      expect(schedule.due - clock.now()).toBeLessThanOrEqual(60_000);
      clock.pass(schedule.due - clock.now());
      looks++;
    }
    expect(clock.wall).toBe(3_600_000);
    expect(looks).toBe(60);
    schedule.advance(clock.now(), 'skip');
    expect(schedule.due).toBe(Infinity);
  });

  test('meets an instant soon after the wall clock was set forward, and not before it when it was set back', () => {
    const { clock, schedule } = begun(90_000);
    clock.wall -= 20_000;
    clock.pass(30_000);
    expect(schedule.isReached(clock.now())).toBe(false);
    expect(schedule.due).toBe(clock.now() + 20_000);
    clock.wall += 3_600_000;
    clock.pass(20_000);
    expect(schedule.isReached(clock.now())).toBe(true);
  });

  test('gives no instant twice when the wall clock is set back', () => {
    const { clock, schedule } = begun(90_000);
    clock.pass(30_000);
    expect(schedule.isReached(clock.now())).toBe(true);
    clock.wall = 100_000;
    schedule.advance(clock.now(), 'skip');
    for (let waited = 0; !schedule.isReached(clock.now()); waited++) {
      expect(waited).toBeLessThan(5);
      clock.pass(schedule.due - clock.now());
    }
    expect(clock.wall).toBe(180_000);
  });

  test('leaves out or repeats missed instants as the policy says', () => {
    const late = begun(90_000);
    late.clock.pass(30_000 + 150_000);
    expect(late.schedule.advance(late.clock.now(), 'skip')).toBe(2);
    expect(late.schedule.due).toBe(late.clock.now() + 30_000);

    const caught = begun(90_000);
    caught.clock.pass(30_000 + 150_000);
    expect(caught.schedule.advance(caught.clock.now(), 'catchUp')).toBe(0);
    expect(caught.schedule.due).toBe(caught.clock.now());
  });

  test('goes on with the next instant after a pause', () => {
    const { clock, schedule } = begun(90_000);
    schedule.pause();
    clock.pass(100_000);
    schedule.resume(clock.now());
    expect(schedule.due).toBe(clock.now() + 50_000);
  });

  test('names a calendar that does not move on', () => {
    expect(() => begun(0, { next: (after) => after })).toThrow(
      expect.objectContaining({ code: 'ICHOR_TIMER_CALENDAR_FAILED' }),
    );
    expect(() => begun(0, { next: () => NaN })).toThrow(
      expect.objectContaining({ code: 'ICHOR_TIMER_CALENDAR_FAILED' }),
    );
    const cause = new Error('no calendar today');
    expect(() =>
      begun(0, {
        next: () => {
          throw cause;
        },
      }),
    ).toThrow(expect.objectContaining({ code: 'ICHOR_TIMER_CALENDAR_FAILED', cause }));
  });
});
