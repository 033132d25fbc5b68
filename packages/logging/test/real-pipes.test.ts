// ConsoleSink on pipes of the operating system: a reader that has gone, and one that does not read.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { DependencyManager, Logger, required, type Injected } from '@ichor/core';
import { ConsoleSink, LoggerFactory } from '../src/index.ts';

async function loggingTo(stream: NodeJS.WritableStream & { writableLength: number }) {
  const manager = new DependencyManager();
  let log!: Logger;
  class Talker {
    static readonly dependencies = { log: required(Logger) };
    constructor({ log: own }: Injected<typeof Talker.dependencies>) {
      log = own;
    }
  }
  const sink = new ConsoleSink({ stream, format: 'json', maxBufferedBytes: 100_000 });
  const { id } = manager.register(LoggerFactory, { options: { level: 'info', sinks: [sink], flushTimeoutMs: 50 } });
  manager.register(Talker);
  const ended = manager.run();
  await manager.started();
  const status = () => manager.services.instance(id, LoggerFactory)!.sinks()[0]!;
  return { manager, log, status, ended };
}

test('a reader that goes away costs records, never the program', async () => {
  const child = spawn('head', ['-n', '1'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const { manager, log, status, ended } = await loggingTo(child.stdin);
  log.info('first');
  await once(child, 'close');
  await vi.waitFor(async () => {
    log.info('nobody listens');
    await turn();
    expect(status().dropped).toBeGreaterThan(0);
  });
  expect(status().lastError).toBeInstanceOf(Error);
  expect(JSON.parse(output)).toMatchObject({ message: 'first', service: 'Talker' });
  await manager.quit();
  await ended;
});

test('a reader that does not read costs records, neither time nor memory; shutting down does not wait for it', async () => {
  const child = spawn('sleep', ['60'], { stdio: ['pipe', 'ignore', 'inherit'] });
  const { manager, log, status, ended } = await loggingTo(child.stdin);
  const count = 50_000;
  for (let i = 0; i < count; i++) {
    log.info('a message that nobody reads', { i });
    if (i % 1000 === 0) await turn();
  }
  expect(child.stdin.writableLength).toBeLessThan(110_000);
  const { written, dropped } = status();
  expect(dropped).toBeGreaterThan(count / 2);
  expect(written + dropped).toBe(count);
  await manager.quit();
  await ended;
  child.kill();
  await once(child, 'close');
});
