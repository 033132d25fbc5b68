// The contract suite itself: it passes a correct queue and catches each kind of broken one.
import { describe, expect, it } from 'vitest';
import type { EventQueue, EventQueueOptions, EventRow } from '../../src/contract/event-queue.ts';
import type { CreateEventQueue } from '../../src/testing/event-queue-case.ts';
import { eventQueueCases } from '../../src/testing/event-queue-suite.ts';
import { EventQueueModel } from '../../src/testing/event-queue-model.ts';

class SimpleQueue implements EventQueue {
  readonly options: EventQueueOptions;
  model = new EventQueueModel();

  constructor(options: EventQueueOptions = {}) {
    this.options = options;
  }

  get size(): number {
    return this.model.size;
  }

  get nextPriority(): number | undefined {
    return this.model.nextPriority;
  }

  push(
    id: number,
    typeId: number,
    origin: number,
    priority: number,
    payload: unknown,
    _: number,
    time: number,
    by: number,
  ): void {
    const pushedAt = this.options.recordTimes === true ? time : 0;
    const cause = this.options.recordCauses === true ? by : -1;
    this.model.push({ id, typeId, origin, priority, payload, pushedAt, cause });
  }

  take(row: EventRow): boolean {
    if (this.model.size === 0) {
      return false;
    }
    Object.assign(row, this.model.take());
    return true;
  }

  depths(): ReadonlyMap<number, number> {
    return this.model.depths();
  }

  oldestPushedAt(): number | undefined {
    return this.options.recordTimes === true ? this.model.oldestPushedAt() : undefined;
  }

  clear(dropped?: (payload: unknown, typeId: number) => void): void {
    while (this.model.size > 0) {
      const row = this.model.take();
      dropped?.(row.payload, row.typeId);
    }
  }
}

class Leaking extends SimpleQueue {
  readonly kept: unknown[] = [];
  override push(...row: Parameters<EventQueue['push']>): void {
    this.kept.push(row[4]);
    super.push(...row);
  }
}

class NarrowIds extends SimpleQueue {
  override push(...[id, ...rest]: Parameters<EventQueue['push']>): void {
    super.push(id >>> 0, ...rest);
  }
}

class NarrowPriorities extends SimpleQueue {
  override push(...[id, typeId, origin, priority, ...rest]: Parameters<EventQueue['push']>): void {
    super.push(id, typeId, origin, priority | 0, ...rest);
  }
}

class WithoutPriorities extends SimpleQueue {
  override push(...[id, typeId, origin, , ...rest]: Parameters<EventQueue['push']>): void {
    super.push(id, typeId, origin, 1000, ...rest);
  }
}

class Reversed extends SimpleQueue {
  override take(row: EventRow): boolean {
    const rows: EventRow[] = [];
    while (this.model.size > 0) {
      rows.push(this.model.take());
    }
    const first = rows.findLast(({ priority }) => priority === rows[0]?.priority);
    for (const other of rows) {
      if (other !== first) {
        this.model.push(other);
      }
    }
    Object.assign(row, first);
    return first !== undefined;
  }
}

class Losing extends SimpleQueue {
  override push(...row: Parameters<EventQueue['push']>): void {
    if (this.size < 4096) {
      super.push(...row);
    }
  }
}

class SilentClear extends SimpleQueue {
  override clear(): void {
    super.clear();
  }
}

class AlwaysTimes extends SimpleQueue {
  constructor(options: EventQueueOptions = {}) {
    super({ ...options, recordTimes: true });
  }
}

async function failures(create: CreateEventQueue): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of eventQueueCases) {
    try {
      await run(create);
    } catch {
      failed.push(name);
    }
  }
  return failed;
}

describe('the event queue contract suite', () => {
  it('passes a queue that is nothing but the model', async () => {
    expect(await failures((options) => new SimpleQueue(options))).toEqual([]);
  }, 120_000);

  it.each([
    [Leaking, 'the queue holds no payload after take and after clear'],
    [NarrowIds, 'ids above 2^32, jumps between them, and equal ids are kept exactly'],
    [NarrowPriorities, 'every safe integer from 0 is a priority'],
    [WithoutPriorities, 'a lower priority number always leaves first, whenever it was pushed'],
    [Reversed, 'a lower priority number always leaves first, whenever it was pushed'],
    [Losing, 'rows of one priority leave in the order of their pushes, across every size the queue grows to'],
    [SilentClear, 'clear drops all rows and shows each payload with its type in the order of take'],
    [AlwaysTimes, 'a queue that records no times knows no oldest push'],
  ])('catches %o', async (Broken, expected) => {
    const broken = eventQueueCases.find(({ name }) => name === expected);
    await expect(async () => broken?.run((options) => new Broken(options))).rejects.toThrow(/^Event queue contract: /);
  });
});
