// Cases of the contract suite of the EventQueue port: in which order rows leave.

import type { EventQueue, EventQueueOptions, EventRow } from '../contract/event-queue.ts';
import { EventQueueModel } from './event-queue-model.ts';
import { seededRandom } from './seeded-random.ts';
import { allOptions, emptyEventRow, push, same, sameRow, takeRow, type EventQueueCase } from './event-queue-case.ts';

export const orderCases: readonly EventQueueCase[] = [
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
