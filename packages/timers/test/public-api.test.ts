import { expect, test } from 'vitest';
import * as cron from '../src/cron/index.ts';
import * as timers from '../src/index.ts';

test('the package has exactly these public names', () => {
  expect(Object.keys(timers).sort()).toEqual(['SleepOver', 'TimerFactory', 'TimerService', 'TimerTick', 'timerErrors']);
  expect(Object.keys(cron).sort()).toEqual(['cron']);
});
