import { expect, it } from 'vitest';
import * as root from '../src/index.ts';
import * as spi from '../src/spi/index.ts';
import * as testing from '../src/testing/index.ts';

it('the public names are exactly these', () => {
  expect(Object.keys(root).toSorted()).toEqual([
    'AutoResetEvent',
    'CancelledError',
    'Channel',
    'Condition',
    'IchorError',
    'ManualResetEvent',
    'Mutex',
    'Scope',
    'Semaphore',
    'ValueEvent',
    'all',
    'allSettled',
    'any',
    'errorsOf',
    'fromAsyncIterable',
    'fromPromise',
    'isCancelled',
    'onUnhandled',
    'pause',
    'race',
    'recordStartTraces',
    'shield',
    'sleep',
    'stream',
    'suppressedBy',
    'systemClock',
    'task',
    'toPromise',
    'withTimeout',
  ]);
  expect(Object.keys(spi).toSorted()).toEqual([
    'Wait',
    'WaitList',
    'asyncReleases',
    'currentScheduler',
    'enterScheduler',
    'inlineScheduler',
    'isCoroutine',
    'nothing',
    'passed',
    'recordStartTraces',
    'startCoroutine',
    'startTask',
  ]);
  expect(Object.keys(testing).toSorted()).toEqual(['SteppingScheduler', 'VirtualClock', 'settle']);
});
