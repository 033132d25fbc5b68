// Fake providers by token: a test hands in an object, consumers receive it, and every call on it is recorded.

import { forConsumer, type Consumer } from '../contract/consumer.ts';
import type { RegisterOptions, ServiceHandle } from '../contract/service.ts';
import { invalidOption, isObject } from '../errors/checks.ts';
import { identifierName, type ServiceIdentifier } from '../contract/token.ts';
import type { DependencyManager } from '../manager/dependency-manager.ts';
import { defineService } from '../services/define-service.ts';

/** One call of a method of a fake. */
export interface FakeCall {
  readonly method: string;
  readonly args: readonly unknown[];
  /** What it returned; a promise or coroutine as it is. Undefined when it threw. */
  readonly returned: unknown;
  /** What it threw. */
  readonly threw: unknown;
  /** Id of the consumer that called. */
  readonly consumerId: number;
}

/** A fake provider in the hands of its test. */
export interface Fake<T> {
  /** All calls of methods, in order. */
  readonly calls: readonly FakeCall[];
  /** The arguments of each call of one method. */
  callsOf(method: keyof T & string): readonly (readonly unknown[])[];
  /** Forgets the calls. */
  clear(): void;
  readonly id: number;
  readonly handle: ServiceHandle;
}

type FakeRegistration = Pick<RegisterOptions, 'properties' | 'priority' | 'filter' | 'name'>;

/**
 * Registers a service that offers `token` with `implementation` behind it. Give it only the members that the test needs.
 * The object's own `start` and `stop`, if it has any, are members like all others and are not called by the manager.
 *
 * @example
 * ```ts
 * import { defineService, required, token } from '@ichor/core';
 * import { provideFake, testManager } from '@ichor/core/testing';
 *
 * interface Mailer { send(to: string): boolean; close(): void }
 * const Mailer = token<Mailer>('Mailer');
 * const manager = testManager();
 * const mailer = provideFake(manager, Mailer, { send: () => true });
 * manager.register(
 *   defineService({ dependencies: { mailer: required(Mailer) }, setup: (deps) => void deps.mailer.send('ann@example.com') }),
 * );
 * await manager.begin();
 * console.log(mailer.callsOf('send')); // [['ann@example.com']]
 * await manager.quit();
 * ```
 */
export function provideFake<T extends object>(
  manager: DependencyManager,
  token: ServiceIdentifier<T>,
  implementation: Partial<T>,
  registration: FakeRegistration = {},
): Fake<T> {
  if (typeof token !== 'symbol' && typeof token !== 'function')
    throw invalidOption('token', token, 'tokens and classes');
  if (typeof implementation !== 'function' && !isObject(implementation))
    throw invalidOption('implementation', implementation, 'objects with the members that the test needs');
  const calls: FakeCall[] = [];
  const service = {
    // Consumers get the fake through a view, so that its members are never taken for lifecycle methods.
    [forConsumer](consumer: Consumer): object {
      const own = (implementation as { [forConsumer]?(consumer: Consumer): object })[forConsumer];
      const object = typeof own === 'function' ? own.call(implementation, consumer) : implementation;
      return recorded(object, calls, consumer.context.id);
    },
  };
  const handle = manager.register(
    defineService({ name: `fake ${identifierName(token)}`, provides: [token], setup: () => service }),
    registration,
  );
  return {
    calls,
    callsOf: (method) => calls.filter((call) => call.method === method).map((call) => call.args),
    clear: () => {
      calls.length = 0;
    },
    id: handle.id,
    handle,
  };
}

function recorded(object: object, calls: FakeCall[], consumerId: number): object {
  return new Proxy(object, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        try {
          const returned: unknown = value.apply(target, args);
          calls.push({ method: String(key), args, returned, threw: undefined, consumerId });
          return returned;
        } catch (threw) {
          calls.push({ method: String(key), args, returned: undefined, threw, consumerId });
          throw threw;
        }
      };
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
    // A disposable fake belongs to the test, not to its consumer.
    has: (target, key) => key !== Symbol.dispose && Reflect.has(target, key),
  });
}
