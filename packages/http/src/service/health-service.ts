// The service that answers whether the program lives and whether it is ready, from the states of its services.

import {
  DependencyManager,
  required,
  type Explanation,
  type Injected,
  type ServiceContext,
  type ServiceIdentifier,
  type ServiceInfo,
  type StandardSchema,
} from '@ichor/core';
import { invalidOption } from '../contract/option-error.ts';
import { HttpHost } from '../contract/http-host.ts';
import { json, type HttpResponse } from '../contract/response.ts';

/** The options of {@link HealthService}. */
export interface HealthOptions {
  /** Default: `/health`. */
  readonly livePath?: string;
  /** Default: `/ready`. */
  readonly readyPath?: string;
  /**
   * What must be active for the program to be ready: names of services (all services of that name), or tokens (at least one
   * that provides it). Default: every registered service.
   */
  readonly services?: readonly (string | ServiceIdentifier)[];
  /** Whether the answer names the services that are not active, and why. Default: true; set it to false where strangers can ask. */
  readonly details?: boolean;
  /** Priority of these requests in the queue; lower runs first. Default: that of the host. */
  readonly priority?: number;
}

/** A service that keeps the program from being ready. */
export interface UnreadyService {
  readonly service: string;
  /** Undefined when there is no such service. */
  readonly state: string | undefined;
  readonly because: string;
}

const uncached = { 'Cache-Control': 'no-store' };

/**
 * Answers `GET /health` with 200 as long as requests are handled at all, and `GET /ready` with 200 when the services are active,
 * else with 503 that names those that are not, and why. While the program quits, `/ready` answers 503. Answers are never cached.
 *
 * @example
 * ```ts
 * import { DependencyManager, required, type Injected } from '@ichor/core';
 * import { HealthService, HttpHost, HttpHostService } from '@ichor/http';
 *
 * class Probe {
 *   static readonly dependencies = { host: required(HttpHost), health: required(HealthService) };
 *   readonly #deps: Injected<typeof Probe.dependencies>;
 *   constructor(deps: Injected<typeof Probe.dependencies>) {
 *     this.#deps = deps;
 *   }
 *   async start() {
 *     console.log((await this.#deps.host.inject('/health')).text()); // {"status":"alive"}
 *     manager.quit();
 *   }
 * }
 *
 * const manager = new DependencyManager();
 * manager.register(HttpHostService, { options: { address: '127.0.0.1', port: 0 } });
 * manager.register(HealthService);
 * manager.register(Probe);
 * await manager.run();
 * ```
 */
export class HealthService {
  static readonly provides = [HealthService];
  static readonly dependencies = { host: required(HttpHost), manager: required(DependencyManager) };
  static readonly options: StandardSchema<HealthOptions | undefined, HealthOptions> = {
    '~standard': {
      version: 1,
      vendor: '@ichor/http',
      validate(given) {
        try {
          return { value: checkedOptions(given) };
        } catch (error) {
          return { issues: [{ message: (error as Error).message }] };
        }
      },
    },
  };

  readonly #manager: DependencyManager;
  readonly #options: HealthOptions;
  readonly #ownId: number;
  #isQuiescing = false;

  constructor(deps: Injected<typeof HealthService.dependencies>, self: ServiceContext<HealthOptions>) {
    this.#manager = deps.manager;
    this.#options = self.options;
    this.#ownId = self.id;
    const { livePath = '/health', readyPath = '/ready', priority } = self.options;
    const routeOptions = { body: 'none', ...(priority === undefined ? {} : { priority }) } as const;
    deps.host.get(livePath, routeOptions, () => json({ status: 'alive' }, { headers: uncached }));
    deps.host.get(readyPath, routeOptions, () => this.#answer());
  }

  quiescing(): void {
    this.#isQuiescing = true;
  }

  /** The program quits. */
  get isStopping(): boolean {
    return this.#isQuiescing || this.#manager.isQuitting;
  }

  /** What keeps the program from being ready; empty when it is. O(services + dependencies). */
  unready(): UnreadyService[] {
    const wanted = this.#options.services;
    const all = this.#manager.services.all();
    const names = new Map(this.#manager.explain().map((explanation) => [explanation.serviceId, explanation]));
    if (wanted === undefined) return all.filter((info) => this.#isMissed(info)).map((info) => unready(info, names));
    return wanted.flatMap((one) =>
      typeof one === 'string' ? this.#ofName(one, all, names) : this.#ofToken(one, names),
    );
  }

  #ofName(name: string, all: readonly ServiceInfo[], why: ReadonlyMap<number, Explanation>): UnreadyService[] {
    const named = all.filter((info) => info.name === name);
    if (named.length === 0) return [{ service: name, state: undefined, because: `No service is called ${name}.` }];
    return named.filter((info) => this.#isMissed(info)).map((info) => unready(info, why));
  }

  #ofToken(token: ServiceIdentifier, why: ReadonlyMap<number, Explanation>): UnreadyService[] {
    const providers = this.#manager.services.providers(token);
    if (providers.some((info) => !this.#isMissed(info))) return [];
    const name = typeof token === 'symbol' ? String((token as symbol).description) : token.name;
    if (providers.length === 0) return [{ service: name, state: undefined, because: `Nobody provides ${name}.` }];
    return providers.map((info) => unready(info, why));
  }

  // It answers, so it is active itself, or about to be.
  #isMissed(info: ServiceInfo): boolean {
    return info.state !== 'active' && info.id !== this.#ownId;
  }

  #answer(): HttpResponse {
    if (this.isStopping) return json({ status: 'stopping' }, { status: 503, headers: uncached });
    const services = this.unready();
    if (services.length === 0) return json({ status: 'ready' }, { headers: uncached });
    const details = this.#options.details === false ? {} : { services };
    return json({ status: 'not ready', ...details }, { status: 503, headers: { ...uncached, 'Retry-After': 1 } });
  }
}

function unready(info: ServiceInfo, why: ReadonlyMap<number, Explanation>): UnreadyService {
  return {
    service: `${info.name} (${info.id})`,
    state: info.state,
    because: why.get(info.id)?.text ?? `${info.name} is ${info.state}`,
  };
}

const known: ReadonlySet<string> = new Set(['livePath', 'readyPath', 'services', 'details', 'priority']);

function checkedOptions(given: unknown): HealthOptions {
  if (given === undefined) return {};
  if (typeof given !== 'object' || given === null) throw invalidOption('options', given, 'an object');
  const options = given as HealthOptions;
  for (const name of Object.keys(options)) {
    if (!known.has(name))
      throw invalidOption(name, options[name as keyof HealthOptions], `one of ${[...known].join(', ')}`);
  }
  const { livePath, readyPath, services, details } = options;
  for (const [name, path] of Object.entries({ livePath, readyPath })) {
    if (path !== undefined && (typeof path !== 'string' || !path.startsWith('/'))) {
      throw invalidOption(name, path, 'a path that begins with a slash');
    }
  }
  if (services !== undefined && (!Array.isArray(services) || services.length === 0 || !services.every(isSelector))) {
    throw invalidOption('services', services, 'a list of names and tokens, with at least one');
  }
  if (details !== undefined && typeof details !== 'boolean') throw invalidOption('details', details, 'true or false');
  return options;
}

function isSelector(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'symbol' || typeof value === 'function';
}
