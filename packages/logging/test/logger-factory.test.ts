import { describe, expect, test } from 'vitest';
import { DependencyManager, Logger, required, type Injected } from '@ichor/core';
import { LoggerFactory, MemorySink } from '../src/index.ts';

describe('LoggerFactory', () => {
  test('smoke', async () => {
    const sink = new MemorySink();
    const manager = new DependencyManager();
    class Greeter {
      static readonly dependencies = { log: required(Logger) };
      constructor({ log }: Injected<typeof Greeter.dependencies>) {
        log.info('hello');
        log.error('oops');
        void manager.quit();
      }
    }
    manager.register(LoggerFactory, { options: { level: 'info', sinks: [sink] } });
    manager.register(Greeter);
    await manager.run();
    expect(sink.messages()).toEqual(['hello', 'oops']);
  });
});
