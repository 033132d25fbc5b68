// What loggers cost: starting services with a logger each, a disabled level, and a message to each kind of output.
// Build first, then: node packages/logging/bench/loggers.mjs

import { createWriteStream } from 'node:fs';
import { DependencyManager, Logger, required } from '@ichor/core';
import { ConsoleSink, LoggerFactory, NullSink } from '@ichor/logging';
import { PinoSink } from '@ichor/logging/pino';
import { pino } from 'pino';

async function start(count) {
  const manager = new DependencyManager();
  let constructed = 0;
  class Service {
    static dependencies = { log: required(Logger) };
    constructor() {
      if (++constructed === count) void manager.quit();
    }
  }
  manager.register(LoggerFactory, { options: { sinks: [] } });
  const begin = performance.now();
  for (let i = 0; i < count; i++) manager.register(Service);
  const running = manager.run();
  await manager.started().catch(() => undefined);
  const ms = performance.now() - begin;
  await running;
  return ms;
}

async function withLogger(sinks, use) {
  const manager = new DependencyManager();
  class Service {
    static dependencies = { log: required(Logger) };
    constructor({ log }) {
      this.log = log;
    }
    start() {
      use(this.log);
      void manager.quit();
    }
  }
  manager.register(LoggerFactory, { options: { level: 'info', sinks } });
  manager.register(Service);
  await manager.run();
}

function report(what, count, ms) {
  console.log(`${what.padEnd(44)} ${((ms * 1e6) / count).toFixed(1).padStart(9)} ns`);
}

function time(what, count, call) {
  return (log) => {
    for (let i = 0; i < count / 10; i++) call(log, i);
    const begin = performance.now();
    for (let i = 0; i < count; i++) call(log, i);
    report(what, count, performance.now() - begin);
  };
}

console.log(`node ${process.version}`);
for (const count of [1000, 10_000, 10_000, 10_000, 100_000]) {
  const ms = await start(count);
  console.log(`${count} services with ${count} loggers: ${ms.toFixed(1)} ms`);
}
const nowhere = () => createWriteStream('/dev/null');
const message = (log, i) => log.info('order taken', { robot: 'r1', sequence: i, ok: true });
await withLogger(
  [new NullSink()],
  time('disabled level', 1e8, (log) => log.debug('not written')),
);
await withLogger(
  [new NullSink()],
  time('disabled level, with fields', 1e8, (log, i) => log.debug('not written', { i })),
);
await withLogger([new NullSink()], time('null sink', 1e6, message));
const big = { maxBufferedBytes: Infinity };
await withLogger(
  [new ConsoleSink({ stream: nowhere(), format: 'json', ...big })],
  time('console sink, JSON to /dev/null', 2e5, message),
);
await withLogger(
  [new ConsoleSink({ stream: nowhere(), format: 'human', colours: true, ...big })],
  time('console sink, human to /dev/null', 2e5, message),
);
await withLogger(
  [new PinoSink(pino(pino.destination({ dest: '/dev/null', sync: false })))],
  time('pino sink, asynchronous to /dev/null', 2e5, message),
);
const bare = pino(pino.destination({ dest: '/dev/null', sync: false }));
time('pino itself, asynchronous to /dev/null', 2e5, (log, i) =>
  log.info({ robot: 'r1', sequence: i, ok: true }, 'order taken'),
)(bare);
