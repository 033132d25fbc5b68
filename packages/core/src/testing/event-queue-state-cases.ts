// Cases of the contract suite of the EventQueue port: what a queue tells of itself, and clearing it.

import { allOptions, emptyEventRow, fail, push, same, takeRow, type EventQueueCase } from './event-queue-case.ts';

export const stateCases: readonly EventQueueCase[] = [
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
];
