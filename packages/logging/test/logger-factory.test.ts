import { inject, injectable } from 'inversify';
import { describe, expect, test, vi } from 'vitest';
import {
  DependencyManager,
  FrameworkLogger,
  Logger,
  many,
  required,
  type Injected,
  type LogThreshold,
  type ServiceContext,
} from '@ichor/core';
import { VirtualClock } from '@ichor/coroutines/testing';
import {
  FrameworkLoggerService,
  LoggerFactory,
  LogSink,
  MemorySink,
  type LoggingOptions,
  type LogRecord,
} from '../src/index.ts';

/** A running manager with a memory sink; `Factory` gives access to the logger factory. */
async function running(options: LoggingOptions = {}, managerOptions = {}) {
  const sink = new MemorySink();
  const manager = new DependencyManager(managerOptions);
  const factoryHandle = manager.register(LoggerFactory, { options: { sinks: [sink], ...options } });
  const ended = manager.run();
  await manager.started();
  const factory = () => manager.services.instance(factoryHandle.id, LoggerFactory)!;
  return { manager, sink, ended, factory, factoryHandle };
}

/** A service that keeps its logger where the test can reach it. */
function loggingService(name: string, level?: string) {
  const seen: { log: Logger | undefined; id: number } = { log: undefined, id: 0 };
  const Class = class {
    static readonly dependencies = {
      log: level === undefined ? required(Logger) : required(Logger, { properties: { level } }),
    };
    readonly #deps: Injected<{ log: ReturnType<typeof required<Logger>> }>;
    constructor(deps: Injected<{ log: ReturnType<typeof required<Logger>> }>, self: ServiceContext) {
      this.#deps = deps;
      seen.log = deps.log;
      seen.id = self.id;
    }
    stop() {
      this.#deps.log.error('stopping');
    }
  };
  Object.defineProperty(Class, 'name', { value: name });
  return { Class, seen };
}

describe('LoggerFactory', () => {
  test('gives each service a logger of its own that knows its name and id (LG-2, LG-3)', async () => {
    const { manager, sink } = await running();
    const [a, b] = [loggingService('Arm'), loggingService('Base')];
    manager.register(a.Class);
    manager.register(b.Class);
    await manager.started();
    await vi.waitFor(() => expect(b.seen.log).toBeDefined());
    expect(a.seen.log).not.toBe(b.seen.log);
    a.seen.log!.error('jammed', { joint: 3 });
    b.seen.log!.error('lost');
    expect(sink.records).toMatchObject([
      { level: 'error', message: 'jammed', service: 'Arm', serviceId: a.seen.id, fields: { joint: 3 } },
      { level: 'error', message: 'lost', service: 'Base', serviceId: b.seen.id },
    ]);
    await manager.quit();
  });

  test('serves services that were registered before it and after it alike (LC-189)', async () => {
    const manager = new DependencyManager();
    const sink = new MemorySink();
    const [before, after] = [loggingService('Before'), loggingService('After')];
    manager.register(before.Class);
    manager.register(LoggerFactory, { options: { sinks: [sink] } });
    manager.register(after.Class);
    const ended = manager.run();
    await manager.started();
    expect([before.seen.log, after.seen.log]).toEqual([expect.anything(), expect.anything()]);
    await manager.quit();
    await ended;
    expect(sink.messages()).toEqual(['stopping', 'stopping']);
  });

  test('serves classes that inversify’s decorators describe', async () => {
    const { manager, sink } = await running({ level: 'info' });
    const Decorated = class Decorated {
      constructor(log: Logger) {
        log.info('injected');
      }
    };
    injectable()(Decorated);
    inject(Logger)(Decorated, undefined, 0);
    const { id } = manager.register(Decorated);
    await manager.whenActive(id);
    expect(sink.records).toMatchObject([{ message: 'injected', service: 'Decorated', serviceId: id }]);
    await manager.quit();
  });

  test('uses the level given with the request, else the default at that time: error unless set (LG-1, LG-2)', async () => {
    const { manager, factory, sink } = await running();
    const plain = loggingService('Plain');
    const chatty = loggingService('Chatty', 'debug');
    const silent = loggingService('Silent', 'silent');
    for (const { Class } of [plain, chatty, silent]) await manager.whenActive(manager.register(Class).id);
    expect(plain.seen.log!.level).toBe('error');
    expect(chatty.seen.log!.level).toBe('debug');
    factory().level = 'warn';
    const later = loggingService('Later');
    await manager.whenActive(manager.register(later.Class).id);
    expect([plain.seen.log!.level, later.seen.log!.level, factory().level]).toEqual(['error', 'warn', 'warn']);
    for (const { seen } of [plain, chatty, silent, later])
      for (const level of ['trace', 'debug', 'info', 'warn', 'error'] as const) seen.log![level](level);
    const written = (name: string) =>
      sink.records.filter(({ service }) => service === name).map(({ message }) => message);
    expect(written('Plain')).toEqual(['error']);
    expect(written('Chatty')).toEqual(['debug', 'info', 'warn', 'error']);
    expect(written('Silent')).toEqual([]);
    expect(written('Later')).toEqual(['warn', 'error']);
    await manager.quit();
  });

  test('changes the level of one running service with one call, shown by the properties of its logger', async () => {
    const { manager, factory, sink } = await running();
    const [a, b] = [loggingService('Arm'), loggingService('Base')];
    await manager.whenActive(manager.register(a.Class).id);
    await manager.whenActive(manager.register(b.Class).id);
    factory().setLevel('Arm', 'trace');
    a.seen.log!.trace('seen');
    b.seen.log!.trace('not seen');
    expect(sink.messages()).toEqual(['seen']);
    expect(factory().loggers()).toEqual([
      { service: 'Arm', serviceId: a.seen.id, level: 'trace' },
      { service: 'Base', serviceId: b.seen.id, level: 'error' },
    ]);
    const shown = () => manager.services.providers(Logger).map(({ name, properties }) => [name, properties['level']]);
    expect(shown()).toEqual([
      ['Logger of Arm', 'trace'],
      ['Logger of Base', 'error'],
    ]);
    factory().setLevel(b.seen.id, 'info');
    a.seen.log!.level = 'warn';
    expect(shown()).toEqual([
      ['Logger of Arm', 'warn'],
      ['Logger of Base', 'info'],
    ]);
    await manager.quit();
  });

  test('is shown by inspect() with its loggers’ levels and what became of the records', async () => {
    const { manager, factory, sink } = await running({
      sinks: [new MemorySink(), { name: 'broken', write: () => Promise.reject(new Error('away')) }],
    });
    expect(sink.records).toEqual([]);
    const { Class, seen } = loggingService('Arm');
    await manager.whenActive(manager.register(Class).id);
    factory().setLevel('Arm', 'info');
    seen.log!.info('moved');
    await vi.waitFor(() => expect(factory().sinks()[1]!.dropped).toBe(1));
    const { services } = structuredClone(manager.inspect());
    expect(services.find(({ name }) => name === 'Logger of Arm')).toMatchObject({
      properties: { level: 'info', service: 'Arm', serviceId: seen.id },
      provides: expect.arrayContaining(['Logger']),
      facts: { level: 'info' },
    });
    expect(services.find(({ name }) => name === 'LoggerFactory')!.facts).toEqual({
      level: 'error',
      loggers: 1,
      sinks: [
        { name: 'memory', written: 1, dropped: 0, pending: 0 },
        { name: 'broken', written: 0, dropped: 1, pending: 0, lastError: 'away' },
      ],
    });
    await manager.quit();
  });

  test('keeps a level set at run time when the service stops and starts again', async () => {
    const { manager, factory } = await running();
    const { Class, seen } = loggingService('Arm');
    const { id } = manager.register(Class);
    await manager.whenActive(id);
    factory().setLevel(id, 'debug');
    await manager.stopService(id);
    const first = seen.log;
    await manager.startService(id);
    expect(seen.log!.level).toBe('debug');
    expect(seen.log).toBe(first);
    await manager.quit();
  });

  test('removes the logger with its service, not when that merely stops, and leaves nothing behind (LG-4)', async () => {
    const { manager, factory } = await running();
    const count = manager.services.count;
    for (let i = 0; i < 20; i++) {
      const { Class } = loggingService(`Guest${i}`);
      const { id } = manager.register(Class);
      await manager.whenActive(id);
      await manager.stopService(id);
      expect(factory().loggers()).toHaveLength(1);
      await manager.removeService(id);
      await vi.waitFor(() => expect(manager.services.count).toBe(count));
      expect(factory().loggers()).toEqual([]);
    }
    expect(manager.services.providers(Logger)).toEqual([]);
    await manager.quit();
  });

  test('removes a logger whose service was removed before the logger had started', async () => {
    const { manager, factory } = await running();
    const count = manager.services.count;
    const { id } = manager.register(loggingService('Brief').Class);
    await manager.removeService(id);
    await vi.waitFor(() => expect(manager.services.count).toBe(count));
    expect(factory().loggers()).toEqual([]);
    await manager.quit();
  });

  test('lets a stopped service, and even a removed one, log without harm', async () => {
    const { manager, sink } = await running();
    const { Class, seen } = loggingService('Late');
    const { id } = manager.register(Class);
    await manager.whenActive(id);
    await manager.stopService(id);
    seen.log!.error('after stop');
    await manager.removeService(id);
    seen.log!.error('after removal');
    expect(sink.messages()).toEqual(['stopping', 'after stop', 'after removal']);
    await manager.quit();
  });

  test('stops after the services that log, so that their last words are written', async () => {
    const order: string[] = [];
    const manager = new DependencyManager();
    class Store implements LogSink {
      static readonly provides = [LogSink];
      static readonly dependencies = {};
      write({ message }: LogRecord): void {
        order.push(message);
      }
      flush(): void {
        order.push('flushed');
      }
      stop(): void {
        order.push('store stopped');
      }
    }
    manager.register(Store);
    manager.register(LoggerFactory);
    manager.register(loggingService('Worker').Class);
    const ended = manager.run();
    await manager.started();
    await manager.quit();
    await ended;
    expect(order).toEqual(['stopping', 'flushed', 'store stopped']);
  });

  test('makes loggers anew when it was stopped and started again (LC-187)', async () => {
    const { manager, factoryHandle } = await running();
    const { Class, seen } = loggingService('Worker');
    const { id } = manager.register(Class);
    await manager.whenActive(id);
    const first = seen.log;
    await manager.stopService(factoryHandle.id);
    expect(manager.services.byId(id)!.state).toBe('installed');
    expect(manager.services.providers(Logger)).toEqual([]);
    await manager.startService(factoryHandle.id);
    await manager.whenActive(id);
    expect(seen.log).not.toBe(first);
    await manager.quit();
  });

  test('writes to sinks that services provide, as long as they run', async () => {
    const { manager, sink } = await running();
    const extra = new MemorySink();
    class Extra {
      static readonly provides = [LogSink];
      static readonly dependencies = {};
      write(record: LogRecord): void {
        extra.write(record);
      }
    }
    const { Class, seen } = loggingService('Arm');
    await manager.whenActive(manager.register(Class).id);
    const { id } = manager.register(Extra);
    await manager.whenActive(id);
    seen.log!.error('both');
    await manager.stopService(id);
    seen.log!.error('one');
    expect(sink.messages()).toEqual(['both', 'one']);
    expect(extra.messages()).toEqual(['both']);
    await manager.quit();
  });

  test('goes on when a sink fails, and tells the framework logger', async () => {
    const framework = new MemorySink();
    const manager = new DependencyManager();
    manager.register(FrameworkLoggerService, { options: { sinks: [framework] } });
    const memory = new MemorySink();
    const broken = {
      name: 'broken',
      write(): never {
        throw new Error('disk full');
      },
    };
    const handle = manager.register(LoggerFactory, { options: { sinks: [broken, memory] } });
    const { Class, seen } = loggingService('Arm');
    manager.register(Class);
    const ended = manager.run();
    await manager.started();
    for (let i = 0; i < 100; i++) seen.log!.error(`message ${i}`);
    expect(memory.messages()).toHaveLength(100);
    expect(framework.messages('warn')).toEqual([expect.stringMatching(/broken.*disk full/)]);
    const factory = manager.services.instance(handle.id, LoggerFactory)!;
    expect(factory.sinks()).toMatchObject([
      { name: 'broken', written: 0, dropped: 100 },
      { name: 'memory', written: 100, dropped: 0 },
    ]);
    await manager.quit();
    await ended;
    expect(framework.messages('warn').at(-1)).toContain('101 log records were lost');
  });

  test('warns through the process when there is no framework logger to tell', async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on('warning', listen);
    const { manager } = await running({
      sinks: [{ name: 'remote', write: () => Promise.reject(new Error('unreachable')) }],
    });
    const { Class, seen } = loggingService('Arm');
    await manager.whenActive(manager.register(Class).id);
    seen.log!.error('lost');
    await vi.waitFor(() => expect(warnings).toMatchObject([{ code: 'ICHOR_LOG_SINK_FAILED' }]));
    process.off('warning', listen);
    await manager.quit();
  });

  test('waits for a sink’s flush when it stops, but not for ever', async () => {
    const clock = new VirtualClock();
    const { manager, ended } = await running(
      { sinks: [{ write: () => undefined, flush: () => new Promise<void>(() => {}) }], flushTimeoutMs: 500 },
      { clock },
    );
    void manager.quit();
    let isOver = false;
    void ended.then(() => (isOver = true));
    await clock.advanceAsync(499);
    expect(isOver).toBe(false);
    await clock.advanceAsync(1);
    await ended;
    expect(clock.pending).toBe(0);
  });

  test('waits for asynchronous writes when it stops, and says what did not get out in time', async () => {
    const clock = new VirtualClock();
    const framework = new MemorySink();
    const written: string[] = [];
    const manager = new DependencyManager({ clock });
    manager.register(FrameworkLoggerService, { options: { sinks: [framework] } });
    const slow = {
      name: 'slow',
      write: ({ message }: LogRecord) =>
        new Promise<void>((resolve) =>
          clock.schedule(() => {
            written.push(message);
            resolve();
          }, 200),
        ),
    };
    const stuck = { name: 'stuck', write: () => new Promise<void>(() => {}) };
    manager.register(LoggerFactory, { options: { sinks: [slow, stuck] } });
    manager.register(loggingService('Arm').Class);
    const ended = manager.run();
    await manager.started();
    void manager.quit();
    await clock.advanceAsync(5000);
    await ended;
    expect(written).toEqual(['stopping']);
    expect(framework.messages('warn')).toEqual(['Log sink stuck did not finish in time: 1 record may be lost']);
  });

  test('gives the default level, and says so, when a request names a level that does not exist', async () => {
    const { manager, sink } = await running({ level: 'info' });
    const { Class, seen } = loggingService('Typo', 'verbose');
    await manager.whenActive(manager.register(Class).id);
    expect(seen.log!.level).toBe('info');
    expect(sink.messages('warn')).toEqual([expect.stringMatching(/Typo.*verbose.*trace, debug, info/)]);
    await manager.quit();
  });

  test('names services and levels that it does not know', async () => {
    const { manager, factory } = await running();
    await manager.whenActive(manager.register(loggingService('Arm').Class).id);
    expect(() => factory().setLevel('Leg', 'info')).toThrow(
      expect.objectContaining({
        code: 'ICHOR_LOG_SERVICE_UNKNOWN',
        message: expect.stringMatching(/"Leg".*Arm \(\d+\)/),
      }),
    );
    expect(() => factory().setLevel('Arm', 'verbose' as LogThreshold)).toThrow(
      expect.objectContaining({ code: 'ICHOR_LOG_LEVEL_INVALID', message: expect.stringContaining('"verbose"') }),
    );
    expect(() => (factory().level = 'all' as LogThreshold)).toThrow(
      expect.objectContaining({ code: 'ICHOR_LOG_LEVEL_INVALID' }),
    );
    await manager.quit();
  });

  test.each([
    [{ level: 'loud' }, /"level".*"loud".*'trace'/],
    [{ sinks: {} }, /"sinks".*array/],
    [{ sinks: [{}] }, /"sinks".*write/],
    [{ source: 1 }, /"source"/],
    [{ maxPendingWrites: 0 }, /"maxPendingWrites"/],
    [{ flushTimeoutMs: -1 }, /"flushTimeoutMs"/],
    [{ levle: 'info' }, /"levle".*known are level, sinks/],
    [7, /expected an object/],
  ])('refuses the options %j when it is registered', (options, message) => {
    expect(() => new DependencyManager().register(LoggerFactory, { options: options as LoggingOptions })).toThrow(
      message,
    );
  });

  test('writes what JavaScript callers pass in place of texts and fields', async () => {
    const { manager, sink } = await running();
    const { Class, seen } = loggingService('Arm');
    await manager.whenActive(manager.register(Class).id);
    const log = seen.log as unknown as Record<'error', (...values: unknown[]) => void>;
    const error = new Error('as message');
    log.error(error);
    log.error('as fields', error);
    log.error(undefined);
    log.error({
      toString: () => {
        throw new Error('no');
      },
    });
    expect(sink.records).toMatchObject([
      { message: 'as message', fields: { error } },
      { message: 'as fields', fields: { error } },
      { message: 'undefined' },
      { message: '[unreadable]' },
    ]);
    await manager.quit();
  });

  test('records the place of the call when asked to (LG-1, LG-5)', async () => {
    const { manager, sink } = await running({ source: true });
    const { Class, seen } = loggingService('Arm');
    await manager.whenActive(manager.register(Class).id);
    seen.log!.error('here');
    expect(sink.records[0]!.source).toMatch(/^logger-factory\.test\.ts:\d+$/);
    await manager.quit();
  });

  test('drops what a sink logs while it writes instead of recursing', async () => {
    const { Class, seen } = loggingService('Arm');
    const written: string[] = [];
    const { manager, factory } = await running({
      sinks: [
        {
          name: 'echo',
          write: ({ message }) => {
            written.push(message);
            seen.log!.error(`echo of ${message}`);
          },
        },
      ],
    });
    await manager.whenActive(manager.register(Class).id);
    seen.log!.error('once');
    expect(written[0]).toBe('once');
    expect(factory().sinks()[0]!.dropped).toBeGreaterThan(0);
    await manager.quit();
  });
});

describe('FrameworkLoggerService', () => {
  test('receives the framework’s messages from its registration on, from the level in its options (LC-45, LG-7)', async () => {
    const register = (options: LoggingOptions) => {
      const sink = new MemorySink();
      const manager = new DependencyManager();
      manager.register(FrameworkLoggerService, { options: { ...options, sinks: [sink] } });
      manager.register(LoggerFactory, { options: { sinks: [] } });
      return { sink, manager };
    };
    const debug = register({ level: 'debug' });
    expect(debug.sink.records.length).toBeGreaterThan(0);
    expect(debug.sink.records[0]).toMatchObject({ level: 'debug', service: 'ichor', serviceId: 0 });
    expect(register({}).sink.messages()).toEqual([]);
    const [logger] = [debug.manager.services.providers(FrameworkLogger)[0]!];
    expect(logger.name).toBe('FrameworkLoggerService');
  });

  test('tells of a service that fails', async () => {
    const sink = new MemorySink();
    const manager = new DependencyManager({ failFast: false });
    manager.register(FrameworkLoggerService, { options: { sinks: [sink] } });
    class Broken {
      static readonly dependencies = {};
      start(): never {
        throw new Error('no power');
      }
    }
    manager.register(Broken);
    const ended = manager.run();
    await manager.started();
    await manager.quit();
    await ended.catch(() => undefined);
    expect(JSON.stringify(sink.messages())).toContain('Broken');
  });

  test('is found by services that use it directly', async () => {
    const sink = new MemorySink();
    const manager = new DependencyManager();
    manager.register(FrameworkLoggerService, { options: { sinks: [sink], level: 'info' } });
    class User {
      static readonly dependencies = { loggers: many(FrameworkLogger, { required: true }) };
      constructor({ loggers }: Injected<typeof User.dependencies>) {
        for (const logger of loggers) logger.info('used');
      }
    }
    await Promise.all([manager.run(), manager.whenActive(manager.register(User).id).then(() => manager.quit())]);
    expect(sink.messages()).toContain('used');
  });
});
