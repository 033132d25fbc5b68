// Small services for tests: what happens to them is written into a log.

import { sleep, type Coroutine } from '@ichor/coroutines';
import {
  nullLogger,
  token,
  type Logger,
  type Dependencies,
  type ServiceClass,
  type ServiceContext,
  type ServiceIdentifier,
  type ServiceInfo,
} from '../src/index.ts';

/** What all services of these tests offer. */
export interface Named {
  readonly name: string;
}

export const A = token<Named>('A');
export const B = token<Named>('B');
export const C = token<Named>('C');

/** A logger of one's own that writes nothing. */
export function silentLogger(more: Partial<Logger> = {}): Logger {
  return Object.assign({}, nullLogger, more);
}

export interface LoggedOptions {
  readonly provides?: readonly ServiceIdentifier[];
  readonly dependencies?: Dependencies;
  /** Milliseconds that start() takes; a coroutine then. */
  readonly startMs?: number;
  readonly stopMs?: number;
  readonly onStart?: (self: ServiceContext, deps: never) => unknown;
  readonly onStop?: () => unknown;
}

/** A class that logs `name.start`, `name.stop`, `name.added(X)` and `name.removed(X)`. */
export function logged(log: string[], name: string, options: LoggedOptions = {}): ServiceClass {
  const { startMs, stopMs } = options;
  class Logged implements Named {
    static readonly provides = options.provides ?? [];
    static readonly dependencies = options.dependencies ?? {};
    readonly name = name;
    readonly deps: never;
    readonly self: ServiceContext;

    constructor(deps: never, self: ServiceContext) {
      this.deps = deps;
      this.self = self;
    }

    start(): unknown {
      if (startMs !== undefined) return this.slowly(`start`, startMs);
      log.push(`${name}.start`);
      return options.onStart?.(this.self, this.deps);
    }

    stop(): unknown {
      if (stopMs !== undefined) return this.slowly(`stop`, stopMs);
      log.push(`${name}.stop`);
      return options.onStop?.();
    }

    *slowly(what: string, durationMs: number): Coroutine<void> {
      log.push(`${name}.${what} begins`);
      yield* sleep(durationMs);
      log.push(`${name}.${what}`);
    }

    added(_: string, service: Named, info: ServiceInfo): void {
      log.push(`${name}.added(${service.name ?? info.name})`);
    }

    removed(_: string, service: Named, info: ServiceInfo): void {
      log.push(`${name}.removed(${service.name ?? info.name})`);
    }
  }
  Object.defineProperty(Logged, 'name', { value: name });
  return Logged;
}
