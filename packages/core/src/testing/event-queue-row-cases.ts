// Cases of the contract suite of the EventQueue port: rows come out as they went in, and nothing of them stays behind.

import type { EventQueue } from '../contract/event-queue.ts';
import { allOptions, emptyEventRow, fail, push, same, takeRow, type EventQueueCase } from './event-queue-case.ts';

export const rowCases: readonly EventQueueCase[] = [
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
