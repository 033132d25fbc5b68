// The contract suite of the EventQueue port: cases that every implementation must pass, under any test runner.
// Called by the tests of core's priority queue, of @ichor/realtime's deadline queue, and of queues written elsewhere.

import type { EventQueue, EventQueueOptions, EventRow } from '../contract/event-queue.ts';
import { EventQueueModel } from './event-queue-model.ts';
import { seededRandom } from './seeded-random.ts';

/** Makes an empty queue of the implementation under test. */
export type CreateEventQueue = (options?: EventQueueOptions) => EventQueue;

/** One requirement of the port. */
export interface EventQueueCase {
  /** The requirement, as a sentence. */
  readonly name: string;
  /** Throws an Error that says what was expected and what came instead. Await it: the memory case needs the event loop. */
  run(create: CreateEventQueue): void | Promise<void>;
}

/** A row with nothing in it, to be filled by `take`. */
export function emptyEventRow(): EventRow {
  return { id: 0, typeId: 0, origin: 0, priority: 0, pushedAt: 0, cause: -1, payload: undefined };
}

const allOptions: readonly EventQueueOptions[] = [
  {},
  { recordTimes: true },
  { recordCauses: true },
  { recordTimes: true, recordCauses: true },
];

/**
 * What every {@link EventQueue} must do. The case about payload references needs `node --expose-gc`.
 *
 * @example
 * ```ts
 * import { emptyEventRow, eventQueueCases } from '@ichor/core/testing';
 *
 * console.log(eventQueueCases.map(({ name }) => name)); // for (const { name, run } of eventQueueCases) test(name, () => run(createQueue));
 * console.log(emptyEventRow().cause); // -1
 * ```
 */
export const eventQueueCases: readonly EventQueueCase[] = [
  {
    name: 'a new queue is empty and has nothing to take',
    run(create) {
      for (const options of [undefined, ...allOptions]) {
        const queue = options === undefined ? create() : create(options);
        same('size', queue.size, 0);
        same('nextPriority', queue.nextPriority, undefined);
        same('take', queue.take(emptyEventRow()), false);
        same('lanes', queue.depths().size, 0);
        same('oldestPushedAt', queue.oldestPushedAt(), undefined);
        queue.clear(() => fail('clear of an empty queue dropped something'));
        same('size after clear', queue.size, 0);
      }
    },
  },
  {
    name: 'a row comes out with everything it was pushed with',
    run(create) {
      const payload = { some: 'payload' };
      for (const options of allOptions) {
        const queue = create(options);
        queue.push(7, 3, 11, 1000, payload, Infinity, 12.345678, 6);
        const row = takeRow(queue);
        same('id', row.id, 7);
        same('typeId', row.typeId, 3);
        same('origin', row.origin, 11);
        same('priority', row.priority, 1000);
        same('payload', row.payload, payload);
        same('pushedAt', row.pushedAt, options.recordTimes === true ? 12.345678 : 0);
        same('cause', row.cause, options.recordCauses === true ? 6 : -1);
      }
    },
  },
  {
    name: 'rows of one priority leave in the order of their pushes, across every size the queue grows to',
    run(create) {
      for (const count of [1, 2, 15, 16, 17, 31, 33, 255, 1000, 4095, 4096, 4097, 20_000]) {
        const queue = create();
        for (let id = 0; id < count; id++) {
          queue.push(id, 1 + (id % 5), id % 7, 1000, id, Infinity, 0, -1);
        }
        same('size', queue.size, count);
        const row = emptyEventRow();
        for (let id = 0; id < count; id++) {
          same('take', queue.take(row), true);
          same('id', row.id, id);
          same('typeId', row.typeId, 1 + (id % 5));
          same('origin', row.origin, id % 7);
          same('payload', row.payload, id);
        }
        same('take at the end', queue.take(row), false);
        same('size at the end', queue.size, 0);
      }
    },
  },
  {
    name: 'a lower priority number always leaves first, whenever it was pushed',
    run(create) {
      const queue = create();
      push(queue, 0, 1000);
      push(queue, 1, 10);
      push(queue, 2, 100_000);
      push(queue, 3, 10);
      same('nextPriority', queue.nextPriority, 10);
      same('id', takeRow(queue).id, 1);
      push(queue, 4, 1);
      same('nextPriority', queue.nextPriority, 1);
      same('id', takeRow(queue).id, 4);
      same('nextPriority', queue.nextPriority, 10);
      same('id', takeRow(queue).id, 3);
      push(queue, 5, 1000);
      same('id', takeRow(queue).id, 0);
      same('id', takeRow(queue).id, 5);
      same('nextPriority', queue.nextPriority, 100_000);
      same('id', takeRow(queue).id, 2);
      same('nextPriority', queue.nextPriority, undefined);
    },
  },
  {
    name: 'every safe integer from 0 is a priority',
    run(create) {
      const priorities = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 2, 2 ** 53 - 1];
      const queue = create();
      [...priorities].reverse().forEach((priority, id) => push(queue, id, priority));
      for (const priority of priorities) {
        same('nextPriority', queue.nextPriority, priority);
        same('priority', takeRow(queue).priority, priority);
      }
      same('size', queue.size, 0);
    },
  },
  {
    name: 'ids above 2^32, jumps between them, and equal ids are kept exactly',
    run(create) {
      const ids = [
        0,
        1,
        2 ** 31,
        2 ** 32 - 1,
        2 ** 32,
        2 ** 32 + 1,
        2 ** 33,
        2 ** 40 + 3,
        2 ** 40 + 3,
        2 ** 52,
        2 ** 53 - 1,
      ];
      for (const options of allOptions) {
        const queue = create(options);
        ids.forEach((id) => queue.push(id, 1, 0, 1000, undefined, Infinity, 0, id - 1));
        for (const id of ids) {
          const row = takeRow(queue);
          same('id', row.id, id);
          same('cause', row.cause, options.recordCauses === true ? id - 1 : -1);
        }
      }
    },
  },
  {
    name: 'type and origin numbers up to 2^31-1 are kept exactly',
    run(create) {
      const queue = create();
      queue.push(0, 2 ** 31 - 1, 2 ** 31 - 1, 1000, undefined, Infinity, 0, -1);
      const row = takeRow(queue);
      same('typeId', row.typeId, 2 ** 31 - 1);
      same('origin', row.origin, 2 ** 31 - 1);
    },
  },
  {
    name: 'thousands of distinct priorities are served in order',
    run(create) {
      const random = seededRandom(1);
      const queue = create();
      const model = new EventQueueModel();
      for (let id = 0; id < 6000; id++) {
        const priority = random.below(4000) * 1_000_003;
        queue.push(id, 1, 0, priority, id, Infinity, 0, -1);
        model.push({ ...emptyEventRow(), id, typeId: 1, priority, payload: id });
      }
      while (model.size > 0) {
        sameRow(takeRow(queue), model.take());
        same('nextPriority', queue.nextPriority, model.nextPriority);
      }
      same('size', queue.size, 0);
    },
  },
  {
    name: 'priorities that are used once and never again do not disturb those that follow',
    run(create) {
      const queue = create();
      for (let id = 0; id < 20_000; id++) {
        push(queue, id, id % 2 === 0 ? id : 5);
        same('id', takeRow(queue).id, id);
      }
      same('size', queue.size, 0);
      same('lanes', queue.depths().size, 0);
    },
  },
  {
    name: 'pushes and takes in any interleaving agree with a simple model',
    run(create) {
      for (let seed = 1; seed <= 40; seed++) {
        const options = allOptions[seed % allOptions.length] ?? {};
        compareWithModel(create(options), options, seed);
      }
    },
  },
  {
    name: 'a queue that never grows beyond a few rows serves for ever',
    run(create) {
      const queue = create();
      let pushed = 0;
      let taken = 0;
      for (let depth = 1; depth <= 5; depth++) {
        push(queue, pushed++, 1000);
        for (let turn = 0; turn < 30_000; turn++) {
          push(queue, pushed++, 1000);
          same('id', takeRow(queue).id, taken++);
        }
        same('size', queue.size, depth);
      }
    },
  },
  {
    name: 'a push without payload delivers undefined, also where a payload was before',
    run(create) {
      const queue = create();
      let id = 0;
      for (let round = 0; round < 4; round++) {
        for (let index = 0; index < 5000; index++) {
          queue.push(id++, 1, 0, 1000, index % 3 === round ? { round } : undefined, Infinity, 0, -1);
        }
        const row = emptyEventRow();
        for (let index = 0; index < 5000; index++) {
          queue.take(row);
          same('payload present', row.payload !== undefined, index % 3 === round);
        }
      }
    },
  },
  {
    name: 'payloads of every kind come out as they are',
    run(create) {
      const payloads = [undefined, null, 0, -0, NaN, '', 'text', false, 2n ** 70n, Symbol('s'), [], () => undefined];
      const queue = create();
      payloads.forEach((payload, id) => queue.push(id, 1, 0, 1000, payload, Infinity, 0, -1));
      for (const payload of payloads) {
        same('payload', takeRow(queue).payload, payload);
      }
    },
  },
  {
    name: 'depths counts the waiting rows per priority, ascending, without empty entries',
    run(create) {
      const queue = create();
      let id = 0;
      for (const priority of [50, 3, 2 ** 40, 3, 50, 3, 8]) {
        push(queue, id++, priority);
      }
      same('depths', [...queue.depths()].join(' '), `3,3 8,1 50,2 ${2 ** 40},1`);
      for (let taken = 0; taken < 4; taken++) {
        takeRow(queue);
      }
      same('depths', [...queue.depths()].join(' '), `50,2 ${2 ** 40},1`);
      queue.clear();
      same('depths', queue.depths().size, 0);
    },
  },
  {
    name: 'oldestPushedAt is the push time of the oldest waiting row over all priorities',
    run(create) {
      const queue = create({ recordTimes: true });
      queue.push(0, 1, 0, 1000, undefined, Infinity, 1.5, -1);
      queue.push(1, 1, 0, 10, undefined, Infinity, 2.25, -1);
      queue.push(2, 1, 0, 10, undefined, Infinity, 3.125, -1);
      same('oldestPushedAt', queue.oldestPushedAt(), 1.5);
      takeRow(queue);
      same('oldestPushedAt', queue.oldestPushedAt(), 1.5);
      queue.push(3, 1, 0, 5000, undefined, Infinity, 4, -1);
      takeRow(queue);
      takeRow(queue);
      same('oldestPushedAt', queue.oldestPushedAt(), 4);
      takeRow(queue);
      same('oldestPushedAt', queue.oldestPushedAt(), undefined);
    },
  },
  {
    name: 'asked to record more later, it does so from then on, and what waits counts as pushed now by nobody',
    run(create) {
      const queue = create();
      if (queue.record === undefined) return;
      for (let id = 0; id < 40; id++) queue.push(id, 1, 0, 1000, undefined, Number.POSITIVE_INFINITY, 0, -1);
      queue.record({ recordTimes: true, recordCauses: true }, 7.5);
      for (let id = 40; id < 200; id++) queue.push(id, 1, 0, id % 2, undefined, Number.POSITIVE_INFINITY, id, id - 1);
      same('oldestPushedAt', queue.oldestPushedAt(), 7.5);
      const row = emptyEventRow();
      for (let count = 0; count < 200; count++) {
        same('take', queue.take(row), true);
        same('pushedAt', row.pushedAt, row.id < 40 ? 7.5 : row.id);
        same('cause', row.cause, row.id < 40 ? -1 : row.id - 1);
      }
      same('oldestPushedAt', queue.oldestPushedAt(), undefined);
    },
  },
  {
    name: 'a queue that records no times knows no oldest push',
    run(create) {
      const queue = create({ recordCauses: true });
      queue.push(0, 1, 0, 1000, undefined, Infinity, 5, -1);
      same('oldestPushedAt', queue.oldestPushedAt(), undefined);
      same('pushedAt', takeRow(queue).pushedAt, 0);
    },
  },
  {
    name: 'clear drops all rows and shows each payload with its type in the order of take',
    run(create) {
      const queue = create({ recordTimes: true });
      queue.push(0, 4, 0, 1000, 'c', Infinity, 1, -1);
      queue.push(1, 5, 0, 10, 'a', Infinity, 2, -1);
      queue.push(2, 6, 0, 1000, undefined, Infinity, 3, -1);
      queue.push(3, 7, 0, 10, 'b', Infinity, 4, -1);
      const dropped: string[] = [];
      queue.clear((payload, typeId) => dropped.push(`${String(payload)}${typeId}`));
      same('dropped', dropped.join(' '), 'a5 b7 c4 undefined6');
      same('size', queue.size, 0);
      same('nextPriority', queue.nextPriority, undefined);
      same('oldestPushedAt', queue.oldestPushedAt(), undefined);
      same('take', queue.take(emptyEventRow()), false);
    },
  },
  {
    name: 'a cleared queue serves on as a new one',
    run(create) {
      const queue = create();
      let id = 0;
      for (let round = 0; round < 3; round++) {
        for (let index = 0; index < 5000; index++) {
          push(queue, id++, index % 50);
        }
        queue.clear();
        same('size', queue.size, 0);
        push(queue, id++, 9);
        push(queue, id++, 8);
        same('priority', takeRow(queue).priority, 8);
        same('priority', takeRow(queue).priority, 9);
      }
    },
  },
  {
    name: 'the queue holds no payload after take and after clear',
    async run(create) {
      const collect = globalThis.gc ?? fail('this case needs node --expose-gc');
      const queue = create();
      const taken = pushCollectable(queue, 3000, 0);
      const row = emptyEventRow();
      for (let count = 0; count < 3000; count++) {
        queue.take(row);
      }
      const cleared = pushCollectable(queue, 3000, 3000);
      queue.clear();
      row.payload = undefined;
      push(queue, 6000, 1000); // the queue itself stays alive and in use
      // A WeakRef keeps its target until the running job ends.
      await new Promise((resolve) => setTimeout(resolve, 0));
      collect();
      same('payloads still held after take', countAlive(taken), 0);
      same('payloads still held after clear', countAlive(cleared), 0);
      same('size', queue.size, 1);
    },
  },
  {
    name: 'two queues share nothing',
    run(create) {
      const first = create();
      const second = create();
      push(first, 0, 10);
      push(second, 0, 20);
      push(second, 1, 30);
      same('size', first.size, 1);
      same('priority', takeRow(first).priority, 10);
      same('size', second.size, 2);
      same('priority', takeRow(second).priority, 20);
    },
  },
];

function compareWithModel(queue: EventQueue, options: EventQueueOptions, seed: number): void {
  const random = seededRandom(seed);
  const priorityCount = [1, 2, 5, 40, 500][seed % 5] ?? 1;
  const growth = 40 + random.below(30);
  const model = new EventQueueModel();
  let id = seed % 3 === 0 ? 2 ** 32 - 700 : 0;
  let time = 0.5;
  for (let step = 0; step < 3000; step++) {
    const choice = random.below(100);
    if (choice < growth) {
      id += random.below(20) === 0 ? 1 + random.below(1000) : 1;
      time += random.below(3) * 0.125;
      const pushed: EventRow = {
        id,
        typeId: 1 + random.below(100),
        origin: random.below(1000),
        priority: random.below(priorityCount) * (seed % 2 === 0 ? 1 : 2 ** 40 + 1),
        pushedAt: options.recordTimes === true ? time : 0,
        cause: options.recordCauses === true ? random.below(2) * id - 1 : -1,
        payload: random.below(2) === 0 ? undefined : { id },
      };
      queue.push(id, pushed.typeId, pushed.origin, pushed.priority, pushed.payload, Infinity, time, pushed.cause);
      model.push(pushed);
    } else if (choice === 99 && random.below(20) === 0) {
      const dropped: unknown[] = [];
      queue.clear((payload) => dropped.push(payload));
      for (const payload of dropped) {
        same('dropped payload', payload, model.take().payload);
      }
    } else if (model.size === 0) {
      same('take', queue.take(emptyEventRow()), false);
    } else {
      sameRow(takeRow(queue), model.take());
    }
    same('size', queue.size, model.size);
    same('nextPriority', queue.nextPriority, model.nextPriority);
    if (step % 97 === 0) {
      same('depths', [...queue.depths()].join(' '), [...model.depths()].join(' '));
      same('oldestPushedAt', queue.oldestPushedAt(), options.recordTimes === true ? model.oldestPushedAt() : undefined);
    }
  }
  while (model.size > 0) {
    sameRow(takeRow(queue), model.take());
  }
  same('size at the end', queue.size, 0);
}

function push(queue: EventQueue, id: number, priority: number): void {
  queue.push(id, 1, 0, priority, undefined, Infinity, 0, -1);
}

function takeRow(queue: EventQueue): EventRow {
  const row = emptyEventRow();
  if (!queue.take(row)) {
    fail(`take returned false while size was ${queue.size}`);
  }
  return row;
}

function pushCollectable(queue: EventQueue, count: number, firstId: number): WeakRef<object>[] {
  const references: WeakRef<object>[] = [];
  for (let index = 0; index < count; index++) {
    const payload = { index };
    references.push(new WeakRef(payload));
    queue.push(firstId + index, 1, 0, index % 3, payload, Infinity, 0, -1);
  }
  return references;
}

function countAlive(references: readonly WeakRef<object>[]): number {
  return references.filter((reference) => reference.deref() !== undefined).length;
}

function sameRow(actual: EventRow, expected: EventRow): void {
  for (const key of ['id', 'typeId', 'origin', 'priority', 'pushedAt', 'cause', 'payload'] as const) {
    same(`${key} of row ${expected.id}`, actual[key], expected[key]);
  }
}

function same(what: string, actual: unknown, expected: unknown): void {
  if (!Object.is(actual, expected)) {
    fail(`${what}: expected ${String(expected)}, received ${String(actual)}`);
  }
}

function fail(message: string): never {
  throw new Error(`Event queue contract: ${message}`);
}
