import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { DependencyManager, Logger, required, type Injected } from '@ichor/core';
import { LoggerFactory } from '../src/index.ts';
import { PinoSink } from '../src/pino/index.ts';
import { readAll } from './read-all.ts';

test('a service’s messages arrive in pino with level, service, fields and the causes of errors', async () => {
  const stream = new PassThrough();
  const manager = new DependencyManager();
  manager.register(LoggerFactory, {
    options: { level: 'trace', sinks: [new PinoSink(pino({ level: 'error' }, stream))] },
  });
  let id = 0;
  class Arm {
    static readonly dependencies = { log: required(Logger) };
    constructor({ log }: Injected<typeof Arm.dependencies>) {
      log.trace('moving', { joint: 3, msg: 'not the message' });
      log.error('jammed', { error: new Error('outer', { cause: new TypeError('inner') }) });
      void manager.quit();
    }
  }
  ({ id } = manager.register(Arm));
  await manager.run();
  const lines = readAll(stream)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    { level: 10, msg: 'moving', service: 'Arm', serviceId: id, joint: 3, 'fields.msg': 'not the message' },
    {
      level: 50,
      msg: 'jammed',
      error: {
        name: 'Error',
        message: 'outer',
        stack: expect.any(String),
        cause: { name: 'TypeError', message: 'inner' },
      },
    },
  ]);
});

test('pino’s redaction and base members stay in force', () => {
  const stream = new PassThrough();
  const sink = new PinoSink(pino({ redact: ['password'], base: { app: 'fleet' } }, stream));
  sink.write({
    time: 0,
    level: 'info',
    message: 'login',
    service: 'Auth',
    serviceId: 1,
    fields: { password: 'x' },
    source: 'a.ts:1',
  });
  expect(JSON.parse(readAll(stream))).toMatchObject({ app: 'fleet', password: '[Redacted]', source: 'a.ts:1' });
});
