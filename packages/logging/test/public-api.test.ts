import { expect, test } from 'vitest';
import * as logging from '../src/index.ts';
import * as pino from '../src/pino/index.ts';

test('the package has exactly these public names', () => {
  expect(Object.keys(logging).sort()).toEqual([
    'ConsoleSink',
    'FrameworkLoggerService',
    'LogSink',
    'LoggerFactory',
    'MemorySink',
    'NullSink',
    'formatHuman',
    'formatJson',
    'logErrors',
  ]);
  expect(Object.keys(pino).sort()).toEqual(['PinoSink']);
});
