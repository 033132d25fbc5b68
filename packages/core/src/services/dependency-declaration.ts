// How a class says what it needs: required(X), optional(X), many(X), and the types that its constructor then receives.

import type { Awaitable } from '@ichor/coroutines';
import type { Properties, ServiceInfo } from '../contract/service.ts';
import type { ServiceIdentifier } from '../contract/token.ts';
import { checkFlag, checkKeys, invalidOption, isObject } from '../errors/checks.ts';
import { keptProperties } from './properties.ts';

/** Refines a request for a token. */
export interface RequestOptions {
  /** Sent with the request: seen by per-consumer factories (loggers, clients) and filters. */
  readonly properties?: Properties;
  /** Only providers whose properties have these values. `@named('a')` is `{ name: 'a' }`. */
  readonly match?: Properties;
}

/** Refines a request for several providers. */
export interface ManyOptions extends RequestOptions {
  /** Wait for at least one provider before starting, and stop when the last one leaves. Default: false. */
  readonly required?: boolean;
}

/** A dependency as it stands in `static dependencies`. */
export interface Dependency<T = unknown, Kind extends DependencyKind = DependencyKind> {
  readonly kind: Kind;
  readonly token: ServiceIdentifier<T>;
  readonly required: boolean;
  readonly properties: Properties | undefined;
  readonly match: Properties | undefined;
}

/** How often, and whether, a service needs a token. */
export type DependencyKind = 'required' | 'optional' | 'many';

/** What `static dependencies` holds. */
export type Dependencies = Readonly<Record<string, Dependency>>;

/** An optional dependency in the hands of its consumer. */
export interface OptionalService<T> {
  /** The provider, or undefined while there is none. */
  readonly current: T | undefined;
  /** Waits for a provider; returns at once when there is one. Fails with a `CancelledError` when the consumer begins to stop. */
  ready(): Awaitable<T>;
}

/** All present providers of a token, in the order of their arrival. Live: it changes as they come and go. */
export interface LiveCollection<T> extends Iterable<T> {
  readonly size: number;
  /** The provider at a position, or undefined. */
  at(index: number): T | undefined;
  /** A copy that does not change. */
  toArray(): T[];
}

/** What a constructor receives for its `static dependencies`. */
export type Injected<D extends Dependencies> = {
  readonly [K in keyof D]: D[K] extends Dependency<infer T, infer Kind>
    ? Kind extends 'required'
      ? T
      : Kind extends 'optional'
        ? OptionalService<T>
        : LiveCollection<T>
    : never;
};

/** What `added` and `removed` are called with: the key of the dependency, the service, and who it is. */
export type DependencyChange<D extends Dependencies> = {
  [K in keyof D & string]: [name: K, service: D[K] extends Dependency<infer T> ? T : never, info: ServiceInfo];
}[keyof D & string];

/**
 * The callbacks with which an instance follows its dependencies, typed from their declaration. Both are optional; a promise or
 * coroutine that they return belongs to the service.
 *
 * @example
 * ```ts
 * import { DependencyManager, defineService, many, token } from '@ichor/core';
 * import type { DependencyCallbacks, DependencyChange } from '@ichor/core';
 *
 * const Robot = token<{ readonly name: string }>('Robot');
 * const Door = token<{ readonly floor: number }>('Door');
 *
 * class House implements DependencyCallbacks<typeof House.dependencies> {
 *   static readonly dependencies = { robots: many(Robot), doors: many(Door) };
 *   added(...[name, service]: DependencyChange<typeof House.dependencies>) {
 *     console.log(name === 'robots' ? service.name : service.floor); // r1, then 2
 *   }
 * }
 * await using manager = new DependencyManager();
 * manager.register(House);
 * manager.register(defineService({ provides: [Robot], setup: () => ({ name: 'r1' }) }));
 * manager.register(defineService({ provides: [Door], setup: () => ({ floor: 2 }) }));
 * void manager.run();
 * await manager.started();
 * ```
 */
export interface DependencyCallbacks<D extends Dependencies> {
  /** A provider has come: for those that are there already before `start()`. */
  added?(...change: DependencyChange<D>): unknown;
  /** A provider goes: exactly once for each that was added, after `stop()` where the service stops. It still works here. */
  removed?(...change: DependencyChange<D>): unknown;
}

const knownOfRequest: ReadonlySet<string> = new Set(['properties', 'match']);
const knownOfMany: ReadonlySet<string> = new Set([...knownOfRequest, 'required']);

function checkRequest(kind: DependencyKind, options: ManyOptions): void {
  checkKeys(`${kind}()`, options, kind === 'many' ? knownOfMany : knownOfRequest);
  checkFlag('required', options.required);
  for (const key of ['properties', 'match'] as const) {
    const value = options[key];
    if (value !== undefined && !isObject(value)) throw invalidOption(key, value, 'plain objects');
  }
}

function declare<T, Kind extends DependencyKind>(
  kind: Kind,
  token: ServiceIdentifier<T>,
  isRequired: boolean,
  options: RequestOptions | undefined,
): Dependency<T, Kind> {
  if (options !== undefined) checkRequest(kind, options);
  return Object.freeze({
    kind,
    token,
    required: isRequired,
    properties: options?.properties && keptProperties(options.properties),
    match: options?.match && keptProperties(options.match),
  });
}

/**
 * The service cannot run without exactly one provider of `token`: it starts when there is one and stops before that one leaves.
 *
 * @example
 * ```ts
 * import { Logger, required, type Injected } from '@ichor/core';
 *
 * class Greeter {
 *   static readonly dependencies = { log: required(Logger) };
 *   constructor(deps: Injected<typeof Greeter.dependencies>) {
 *     deps.log.info('hello');
 *   }
 * }
 * console.log(Greeter.name);
 * ```
 */
export function required<T>(token: ServiceIdentifier<T>, options?: RequestOptions): Dependency<T, 'required'> {
  return declare('required', token, true, options);
}

/**
 * The service uses one provider of `token` while there is one: `deps.x.current`, `yield* deps.x.ready()`.
 *
 * @example
 * ```ts
 * import { defineService, DependencyManager, optional, Quit, token } from '@ichor/core';
 *
 * const Cache = token<{ get(key: string): string }>('Cache');
 * const manager = new DependencyManager();
 * manager.register(
 *   defineService({
 *     dependencies: { cache: optional(Cache) },
 *     setup({ cache }, self) {
 *       console.log(cache.current); // undefined
 *       self.run(function* () {
 *         const present = yield* cache.ready();
 *         console.log(present.get('a')); // a cached
 *         self.queue.push(Quit);
 *       });
 *     },
 *   }),
 * );
 * manager.register(defineService({ provides: [Cache], setup: () => ({ get: (key: string) => `${key} cached` }) }));
 * await manager.run();
 * ```
 */
export function optional<T>(token: ServiceIdentifier<T>, options?: RequestOptions): Dependency<T, 'optional'> {
  return declare('optional', token, false, options);
}

/**
 * The service uses all providers of `token`, however many there are: a live collection in the order of arrival.
 *
 * @example
 * ```ts
 * import { defineService, DependencyManager, many, token } from '@ichor/core';
 *
 * const Plugin = token<{ readonly name: string }>('Plugin');
 * const plugin = (name: string) => defineService({ name, provides: [Plugin], setup: () => ({ name }) });
 * await using manager = new DependencyManager();
 * manager.register(plugin('zoom'));
 * manager.register(
 *   defineService({
 *     name: 'Host',
 *     dependencies: { plugins: many(Plugin, { required: true }) }, // starts with the first one
 *     setup: ({ plugins }) => ({
 *       added: (_: 'plugins', { name }: { name: string }) => console.log(name, plugins.size), // zoom 1, then pan 2
 *     }),
 *   }),
 * );
 * void manager.run();
 * await manager.started();
 * await manager.whenActive(manager.register(plugin('pan')).id);
 * ```
 */
export function many<T>(token: ServiceIdentifier<T>, options?: ManyOptions): Dependency<T, 'many'> {
  return declare('many', token, options?.required === true, options);
}
