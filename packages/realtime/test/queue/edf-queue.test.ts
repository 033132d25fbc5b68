// EdfQueue: the contract suite of every event queue, then what only a deadline queue does (GP-1).
import { emptyEventRow, eventQueueCases } from '@ichor/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EdfQueue } from '../../src/queue/edf-queue.ts';
import type { OverloadState } from '../../src/queue/overload-detector.ts';

interface Pushed {
  readonly id: number;
  readonly priority: number;
  readonly deadline: number;
}

function push(queue: EdfQueue, { id, priority, deadline }: Pushed): void {
  queue.push(id, 1, 0, priority, undefined, deadline, 0, -1);
}

function takeId(queue: EdfQueue): number {
  const row = emptyEventRow();
  return queue.take(row) ? row.id : -1;
}

describe('EdfQueue as an event queue', () => {
  it.each(eventQueueCases)('$name', async ({ run }) => {
    expect(await run((options) => new EdfQueue(options))).toBeUndefined();
  });
});

describe('EdfQueue with deadlines', () => {
  it('serves the earliest deadline first within a priority, and rows without a deadline last', () => {
    const queue = new EdfQueue();
    push(queue, { id: 0, priority: 10, deadline: Infinity });
    push(queue, { id: 1, priority: 10, deadline: 30 });
    push(queue, { id: 2, priority: 10, deadline: 20 });
    push(queue, { id: 3, priority: 5, deadline: 900 });
    expect(queue.nextDeadlineMs).toBe(900);
    expect([takeId(queue), takeId(queue), takeId(queue), takeId(queue), takeId(queue)]).toEqual([3, 2, 1, 0, -1]);
    expect(queue.nextDeadlineMs).toBeUndefined();
  });

  it('orders any rows by priority, then deadline, then push, in any interleaving of push and take', () => {
    const step = fc.oneof(
      fc.record({ priority: fc.nat(3), deadline: fc.oneof(fc.nat(6), fc.constant(Infinity)) }),
      fc.constant('take' as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const queue = new EdfQueue();
        const model: Pushed[] = [];
        steps.forEach((action, id) => {
          if (action === 'take') {
            model.sort((a, b) => a.priority - b.priority || compare(a.deadline, b.deadline) || a.id - b.id);
            expect(takeId(queue)).toBe(model.shift()?.id ?? -1);
          } else {
            model.push({ id, ...action });
            push(queue, { id, ...action });
          }
          expect(queue.size).toBe(model.length);
        });
      }),
    );
  });

  it('drops rows in the order of their deadlines when cleared', () => {
    const queue = new EdfQueue();
    queue.push(0, 1, 0, 1, 'late', 30, 0, -1);
    queue.push(1, 1, 0, 1, 'soon', 10, 0, -1);
    const dropped: unknown[] = [];
    queue.clear((payload) => dropped.push(payload));
    expect(dropped).toEqual(['soon', 'late']);
  });
});

describe('overload detection', () => {
  it('begins when the configured part of the last rows was late and ends when none was', () => {
    let now = 0;
    const changes: boolean[] = [];
    const onChange = (state: OverloadState): void => void changes.push(state.overloaded);
    const queue = new EdfQueue({ clock: { now: () => now }, overload: { window: 4, lateToBegin: 2, onChange } });
    const serve = (deadline: number): void => {
      push(queue, { id: 0, priority: 1, deadline });
      takeId(queue);
    };
    now = 100;
    serve(99);
    serve(100); // exactly in time
    expect(queue.overload).toMatchObject({ overloaded: false, recentlyLate: 1, late: 1, maxLatenessMs: 1 });
    serve(93);
    expect(queue.overload).toMatchObject({ overloaded: true, recentlyLate: 2, maxLatenessMs: 7 });
    for (let row = 0; row < 3; row++) serve(200);
    expect(queue.overload.overloaded).toBe(true);
    serve(200);
    expect(queue.overload).toMatchObject({ overloaded: false, recentlyLate: 0, late: 2 });
    expect(changes).toEqual([true, false]);
  });

  it('does not count rows without a deadline, nor anything without a clock', () => {
    const queue = new EdfQueue({ clock: { now: () => 1e6 } });
    push(queue, { id: 0, priority: 1, deadline: Infinity });
    takeId(queue);
    expect(queue.overload.late).toBe(0);
    const blind = new EdfQueue();
    push(blind, { id: 0, priority: 1, deadline: 1 });
    takeId(blind);
    expect(blind.overload.late).toBe(0);
  });

  it.each([
    [{ window: 0 }, /"window" is 0, but must be an integer from 1 to 32/],
    [{ window: 33 }, /"window" is 33/],
    [{ window: 4, lateToBegin: 5 }, /"lateToBegin" is 5, but must be an integer from 1 to the window of 4/],
  ])('refuses %j', (overload, message) => {
    expect(() => new EdfQueue({ overload })).toThrow(message);
  });
});

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
