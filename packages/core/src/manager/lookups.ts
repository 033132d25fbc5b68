// Questions about the services of a manager (LC-210…221). Answers are snapshots: they create no dependency and notify nobody.

import type { DependencyRequest, ServiceInfo } from '../contract/service.ts';
import { identifierName, type ServiceIdentifier } from '../contract/token.ts';
import type { Kernel } from '../lifecycle/kernel.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import { requestOf } from '../lifecycle/provider-index.ts';
import type { ServiceRecord } from '../lifecycle/service-record.ts';

/** A request together with how many providers it has. */
export interface DependencyStatus extends DependencyRequest {
  /** Key in `static dependencies`, or the constructor parameter. */
  readonly key: string;
  readonly satisfied: number;
}

/** A coroutine or promise that has not ended. */
export interface RunningExecution {
  /** Id of the service it belongs to; 0 for none. */
  readonly serviceId: number;
  readonly name: string;
  /** The event whose handling it is; undefined for tasks and lifecycle steps. */
  readonly eventId: number | undefined;
  readonly waitingFor: string;
  /** Stack trace of where it was started, where traces are recorded. */
  readonly startedAt: string | undefined;
}

/** Numbers of registrations, and of what has not ended. */
export interface RegisteredResources {
  readonly handlers: number;
  readonly interceptors: number;
  readonly trackers: number;
  /** Coroutines and promises that are followed. */
  readonly coroutines: number;
  /** Events that somebody waits for with `pushAndWait`. */
  readonly awaitedEvents: number;
}

export class Lookups {
  readonly #kernel: Kernel;
  readonly #lifecycle: Lifecycle;

  constructor(kernel: Kernel, lifecycle: Lifecycle) {
    this.#kernel = kernel;
    this.#lifecycle = lifecycle;
  }

  /** Services in the table, with the manager's own. */
  get count(): number {
    return this.#lifecycle.table.size;
  }

  /** All services, in the order of registration. O(n). */
  all(): ServiceInfo[] {
    return [...this.#lifecycle.table.values()];
  }

  /** A service by its id. O(1). */
  byId(id: number): ServiceInfo | undefined {
    return this.#lifecycle.table.get(id);
  }

  /** A service by its UUID. O(n). */
  byUuid(uuid: string): ServiceInfo | undefined {
    for (const record of this.#lifecycle.table.values()) if (record.uuid === uuid) return record;
    return undefined;
  }

  /** The object that a running service offers as `token`; undefined when it does not run or does not offer it. */
  instance<T>(id: number, token: ServiceIdentifier<T>): T | undefined {
    const record = this.#lifecycle.table.get(id);
    return record !== undefined && record.provides.includes(token)
      ? (record.activation?.instance as T | undefined)
      : undefined;
  }

  /** The objects of all active services that offer `token`, in the order of registration. O(n). */
  started<T>(token: ServiceIdentifier<T>): T[] {
    return this.providers(token)
      .filter((record) => record.state === 'active')
      .map((record) => (record as ServiceRecord).activation?.instance as T);
  }

  /** All services that offer `token`, in any state. O(n). */
  providers(token: ServiceIdentifier): ServiceInfo[] {
    return [...this.#lifecycle.table.values()].filter((record) => record.provides.includes(token));
  }

  /** What a service asks for. */
  dependencies(id: number): DependencyStatus[] {
    const record = this.#lifecycle.table.get(id);
    return record === undefined
      ? []
      : record.slots.map((slot) => ({ ...requestOf(slot), key: slot.spec.key, satisfied: slot.count }));
  }

  /** The services into which a service is injected, each once, in the order of arrival. */
  consumers(id: number): ServiceInfo[] {
    const consumers = new Set<ServiceInfo>();
    for (let link = this.#lifecycle.table.get(id)?.firstConsumer; link !== undefined; link = link.next)
      if (link.isInjected) consumers.add(link.consumer);
    return [...consumers];
  }

  /** The tokens a service offers. */
  provided(id: number): ServiceIdentifier[] {
    return [...(this.#lifecycle.table.get(id)?.provides ?? [])];
  }

  /** The tokens a service tracks. */
  tracked(id: number): string[] {
    return this.#kernel.trackers.tokensOf(id).map((token) => identifierName(token));
  }

  /** How much is registered and going on, over all services and the manager itself: what leak checks compare. O(n). */
  resources(): RegisteredResources {
    const { events, trackers } = this.#kernel;
    return {
      handlers: events.handlers.count,
      interceptors: events.interceptors.count,
      trackers: trackers.count,
      coroutines: this.running().length,
      awaitedEvents: events.completions.size,
    };
  }

  /** Every coroutine and promise that has not ended, with what it waits for. */
  running(): RunningExecution[] {
    const running: RunningExecution[] = [];
    const owners = [this.#kernel.root, ...[...this.#lifecycle.table.values()].map((record) => record.activation)];
    for (const owner of owners)
      for (const execution of owner?.executions ?? [])
        running.push({
          serviceId: execution.owner?.id ?? 0,
          name: execution.name,
          eventId: execution.event?.id,
          waitingFor: execution.waitingFor,
          startedAt: execution.handle?.startedAt,
        });
    return running;
  }
}
