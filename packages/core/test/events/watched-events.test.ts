// Interceptors, observers, waiters and limits cost nothing while there are none; from the moment there is one, the next event
// is seen by it, also when it came while an event was being processed.
import { expect, it } from 'vitest';
import { AutoResetEvent } from '@ichor/coroutines';
import { defineEvent, defineService, type ServiceContext } from '../../src/index.ts';
import { assertNoLeaks, testManager } from '../../src/testing/index.ts';

const Step = defineEvent<string>('Step');

it('an interceptor and an observer that come during an event see the next one, and none after they have gone (EV-70)', async () => {
  const manager = testManager();
  const seen: string[] = [];
  const registrations: Disposable[] = [];
  manager.register(
    defineService({
      name: 'Stepper',
      setup(_, self) {
        self.on(Step, (what) => {
          seen.push(what);
          if (what === 'add') {
            registrations.push(
              self.intercept(Step, { before: () => void seen.push('before'), after: () => void seen.push('after') }),
              manager.observe({ processed: ({ type }) => void (type === Step && seen.push('observed')) }),
            );
          } else if (what === 'remove') for (const registration of registrations) registration[Symbol.dispose]();
        });
      },
    }),
  );
  await manager.begin();
  for (const what of ['plain', 'add', 'watched', 'remove', 'plain']) manager.queue.push(Step, what);
  await manager.settle();
  // What is removed during an event has seen its beginning, but not its end; the observer is removed with the event still going on.
  expect(seen.join(' ')).toBe('plain add before watched after observed before remove plain');
  await manager.quit();
  assertNoLeaks(manager);
});

it('a failure that comes after the last awaited event has completed goes to its service, not to those who waited (D13)', async () => {
  const manager = testManager();
  const failures: string[] = [];
  const gate = new AutoResetEvent();
  let context: ServiceContext | undefined;
  manager.register(
    defineService({
      name: 'Stepper',
      setup(_, self) {
        context = self;
        self.on(Step, function* (what) {
          if (what === 'fail') throw new Error(what);
          if (what === 'wait') yield* gate.wait();
        });
      },
    }),
    {
      onFailure: (error) => {
        failures.push((error as Error).message);
        return 'log';
      },
    },
  );
  await manager.begin();
  const { queue } = context as ServiceContext;
  const awaited = Promise.resolve(queue.pushAndWait(Step, 'pass'));
  await manager.settle();
  expect((await awaited).processed).toBe(true);
  queue.push(Step, 'fail');
  await manager.settle();
  expect(failures).toEqual(['fail']);
  // One event is awaited and suspended; another one fails meanwhile.
  const suspended = Promise.resolve(queue.pushAndWait(Step, 'wait'));
  await manager.settle();
  queue.push(Step, 'fail');
  await manager.settle();
  gate.set();
  await manager.settle();
  expect((await suspended).processed).toBe(true);
  expect(failures).toEqual(['fail', 'fail']);
  await manager.quit();
  assertNoLeaks(manager);
});

it('a wait for a shorter queue that begins during an event is released by the one that makes it short enough (EV-102)', async () => {
  const manager = testManager();
  const log: string[] = [];
  manager.register(
    defineService({
      name: 'Stepper',
      setup(_, self) {
        self.on(Step, (what) => {
          log.push(what);
          if (what === '0')
            self.run(function* () {
              yield* self.queue.whenBelow(3);
              log.push('below 3');
            });
        });
      },
    }),
  );
  await manager.begin();
  for (let step = 0; step < 7; step++) manager.queue.push(Step, String(step));
  await manager.settle();
  expect(log).toEqual(['0', '1', '2', '3', '4', 'below 3', '5', '6']);
  await manager.quit();
  assertNoLeaks(manager);
});
