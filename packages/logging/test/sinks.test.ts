import { PassThrough, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Clock } from '@ichor/core';
import type { LogRecord, LogSink } from '../src/contract/log-sink.ts';
import { ConsoleSink } from '../src/node/console-sink.ts';
import { GuardedSink } from '../src/sinks/guarded-sink.ts';
import { MemorySink } from '../src/sinks/memory-sink.ts';
import { NullSink } from '../src/sinks/null-sink.ts';
import { readAll } from './read-all.ts';

function record(message: string): LogRecord {
  return { time: 0, level: 'info', message, service: 'Demo', serviceId: 1, fields: undefined, source: undefined };
}

const clock: Clock & { time: number } = {
  time: 0,
  now: () => clock.time,
  wallTime: () => clock.time,
  schedule: () => fail(),
};
function fail(): never {
  throw new Error('A guarded sink never schedules');
}

function guarded(sink: LogSink, maxPending = 3) {
  clock.time = 0;
  const reports: string[] = [];
  const guard = new GuardedSink(sink, {
    clock,
    maxPending,
    report: (message) => reports.push(message),
  });
  return { guard, reports };
}

/** A stream whose reader has stopped, until `release` is called. */
class StuckStream extends Writable {
  readonly chunks: string[] = [];
  #waiting: (() => void) | undefined;

  constructor() {
    super({ decodeStrings: false, highWaterMark: 100 });
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.chunks.push(chunk);
    this.#waiting = done;
  }

  release(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
    if (this.#waiting !== undefined) this.release();
  }
}

describe('ConsoleSink', () => {
  test('writes JSON lines to what is no terminal', () => {
    const stream = new PassThrough();
    const sink = new ConsoleSink({ stream });
    sink.write(record('one'));
    sink.write(record('two'));
    const lines = readAll(stream).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).message)).toEqual(['one', 'two']);
  });

  test('writes for people to a terminal, with colours unless NO_COLOR is set', () => {
    const written = (colours?: boolean) => {
      const stream = Object.assign(new PassThrough(), { isTTY: true });
      new ConsoleSink(colours === undefined ? { stream } : { stream, colours }).write(record('hello'));
      return readAll(stream);
    };
    const before = { ...process.env };
    process.env['TERM'] = 'xterm';
    delete process.env['NO_COLOR'];
    expect(written()).toContain('\u001B[32mINFO');
    process.env['NO_COLOR'] = '1';
    expect(written()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}Demo#1 hello\n$/);
    expect(written(true)).toContain('\u001B[32mINFO');
    process.env = before;
  });

  test('drops records instead of memory while nobody reads, counts them, and says so when the reader is back', async () => {
    const stream = new StuckStream();
    const sink = new ConsoleSink({ stream, maxBufferedBytes: 1000 });
    for (let i = 0; i < 100; i++) sink.write(record(`message ${i}`));
    expect(sink.dropped).toBeGreaterThan(50);
    expect(stream.writableLength).toBeLessThan(1200);
    const kept = 100 - sink.dropped;
    const drained = new Promise((resolve) => stream.once('drain', resolve));
    stream.release();
    await drained;
    stream.release();
    const lines = stream.chunks
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(kept + 1);
    expect(lines.at(-1)).toMatchObject({ level: 'warn', dropped: sink.dropped });
    sink.write(record('after'));
    expect(sink.dropped).toBe(100 - kept);
  });

  test('turns a broken stream into counted losses, not into the end of the process', async () => {
    const stream = new PassThrough();
    const { guard, reports } = guarded(new ConsoleSink({ stream }));
    guard.write(record('fine'));
    const broken = new Promise((resolve) => stream.once('error', resolve));
    stream.destroy(new Error('EPIPE'));
    await broken;
    guard.write(record('lost'));
    guard.write(record('lost'));
    await guard.flush();
    expect(guard.status).toMatchObject({ name: 'console', written: 1, dropped: 2 });
    expect(reports[0]).toContain('EPIPE');
  });

  test('flushes when everything written is out', async () => {
    const stream = new StuckStream();
    const sink = new ConsoleSink({ stream });
    sink.write(record('slow'));
    let flushed = false;
    const flushing = sink.flush().then(() => (flushed = true));
    await Promise.resolve();
    expect(flushed).toBe(false);
    stream.release();
    stream.release();
    await flushing;
    expect(stream.writableLength).toBe(0);
  });

  test('shares one error listener among all sinks of a stream', () => {
    const stream = new PassThrough();
    const sinks = Array.from({ length: 50 }, () => new ConsoleSink({ stream }));
    expect(sinks).toHaveLength(50);
    expect(stream.listenerCount('error')).toBe(1);
  });

  test.each([
    [{ format: 'xml' as never }, 'format'],
    [{ maxBufferedBytes: -1 }, 'maxBufferedBytes'],
    [{ stream: {} as never }, 'stream'],
    [{ colors: true } as never, 'colors'],
  ])('refuses the options %j', (options, name) => {
    expect(() => new ConsoleSink(options)).toThrow(
      expect.objectContaining({ code: 'ICHOR_LOG_OPTION_INVALID', message: expect.stringContaining(`"${name}"`) }),
    );
  });
});

describe('MemorySink', () => {
  test('keeps the latest records in order and counts the older ones', () => {
    const sink = new MemorySink({ limit: 10 });
    for (let i = 0; i < 95; i++) sink.write(record(`m${i}`));
    expect(sink.messages()).toEqual(Array.from({ length: 10 }, (_, i) => `m${85 + i}`));
    expect(sink.dropped).toBe(85);
    expect(sink.messages('error')).toEqual([]);
    sink.clear();
    expect([sink.records, sink.dropped]).toEqual([[], 0]);
  });

  test('refuses a limit that is no whole number from 1', () => {
    expect(() => new MemorySink({ limit: 0 })).toThrow(expect.objectContaining({ code: 'ICHOR_LOG_OPTION_INVALID' }));
  });
});

describe('NullSink', () => {
  test('takes everything (LG-6)', () => {
    expect(new NullSink().write()).toBeUndefined();
  });
});

describe('GuardedSink', () => {
  test('counts the records of a sink that throws, and says so in the sink when it works again', () => {
    const memory = new MemorySink();
    let isBroken = true;
    const { guard, reports } = guarded({
      name: 'flaky',
      write(entry) {
        if (isBroken) throw new Error('disk full');
        memory.write(entry);
      },
    });
    for (let i = 0; i < 5; i++) guard.write(record(`lost ${i}`));
    expect(reports).toEqual(['Log sink flaky failed and lost a record: disk full']);
    isBroken = false;
    clock.time = 20_000;
    guard.write(record('back'));
    expect(memory.messages()).toEqual(['back', '5 log records were lost']);
    expect(memory.records[1]).toMatchObject({ level: 'warn', fields: { dropped: 5, sink: 'flaky' } });
    expect(guard.status).toMatchObject({
      written: 1,
      dropped: 5,
      lastError: expect.objectContaining({ message: 'disk full' }),
    });
  });

  test('says trouble of a sink that keeps failing now and again, not at every record', () => {
    let calls = 0;
    const { guard, reports } = guarded({
      write() {
        if (calls++ % 2 === 0) throw new Error('flapping');
      },
    });
    for (let i = 0; i < 10_000; i++) {
      clock.time += 10;
      guard.write(record('x'));
    }
    expect(reports.length).toBeGreaterThan(2);
    expect(reports.length).toBeLessThan(30);
    expect(guard.status.dropped + guard.status.written).toBe(10_000);
  });

  test('drops records while an asynchronous sink has too many pending, and goes on when it has caught up', async () => {
    const done: (() => void)[] = [];
    const taken: string[] = [];
    const { guard, reports } = guarded(
      {
        name: 'remote',
        write: ({ message }) => {
          taken.push(message);
          return new Promise<void>((resolve) => done.push(resolve));
        },
      },
      3,
    );
    for (let i = 0; i < 10; i++) guard.write(record(`m${i}`));
    expect(taken).toEqual(['m0', 'm1', 'm2']);
    expect(guard.status).toMatchObject({ written: 0, dropped: 7, pending: 3 });
    expect(reports).toEqual([expect.stringContaining('remote fell behind: 3 records are pending')]);
    clock.time = 20_000;
    for (const resolve of done.splice(0)) resolve();
    await new Promise((resolve) => setTimeout(resolve));
    expect(taken).toContain('7 log records were lost');
    guard.write(record('again'));
    expect(taken.at(-1)).toBe('again');
  });

  test('counts rejections, and a flush that fails is reported, never thrown', async () => {
    const { guard, reports } = guarded({
      name: 'remote',
      write: () => Promise.reject(new Error('refused')),
      flush: () => Promise.reject(new Error('no flush')),
    });
    guard.write(record('lost'));
    await new Promise((resolve) => setTimeout(resolve));
    expect(guard.status).toMatchObject({ dropped: 1, pending: 0 });
    await guard.flush();
    expect(reports.join('\n')).toMatch(/refused[^]*no flush/);
  });
});
