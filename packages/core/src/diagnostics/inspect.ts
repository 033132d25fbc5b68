// Takes the snapshot that `manager.inspect()` returns: everything a manager knows, as plain JSON.

import { inspectService, type InspectableService } from '../contract/inspect-service.ts';
import { identifierName } from '../contract/token.ts';
import { eventTypeOf } from '../events/define-event.ts';
import type { Execution } from '../events/execution.ts';
import type { Kernel } from '../lifecycle/kernel.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import { consumersInReverse } from '../lifecycle/linking.ts';
import type { ServiceRecord } from '../lifecycle/service-record.ts';
import type { InspectedDependency, InspectedExecution, InspectedService, Inspection } from './inspection.ts';
import { messageOf } from './offers.ts';
import { plain, redactSecrets, type Redact } from './plain.ts';

/** What a snapshot shows. */
export interface InspectOptions {
  /**
   * Which values of properties and facts are replaced by `[redacted]`: true for those by key (and value), or false for none.
   * Default: keys that look like passwords, tokens, keys, cookies and the like.
   */
  readonly redact?: Redact | false;
}

/** O(services + their dependencies, handlers and coroutines). */
export function inspect(
  manager: Inspection['manager'],
  queue: Inspection['queue'],
  kernel: Kernel,
  lifecycle: Lifecycle,
  options: InspectOptions,
): Inspection {
  const redact = options.redact === false ? () => false : (options.redact ?? redactSecrets);
  const handlers = new Map<number, { type: string; from?: number }[]>();
  for (const [typeId, entry] of kernel.events.handlers.all()) {
    const { name } = eventTypeOf(typeId);
    listOf(handlers, entry.owner.id).push(entry.from === 0 ? { type: name } : { type: name, from: entry.from });
  }
  const interceptors = new Map<number, string[]>();
  for (const { typeId, ownerId } of kernel.events.interceptors.all())
    listOf(interceptors, ownerId).push(eventTypeOf(typeId).name);
  return {
    manager,
    queue,
    services: Array.from(lifecycle.table.values(), (record) => ({
      ...inspectedService(record, redact),
      handlers: handlers.get(record.id) ?? [],
      interceptors: interceptors.get(record.id) ?? [],
      trackers: kernel.trackers.tokensOf(record.id).map(identifierName),
    })),
    running: Array.from(kernel.root.executions, inspectedExecution),
    interceptors: interceptors.get(0) ?? [],
    awaited: Array.from(kernel.events.completions.values(), ({ description }) => description),
  };
}

function listOf<T>(lists: Map<number, T[]>, id: number): T[] {
  let list = lists.get(id);
  if (list === undefined) lists.set(id, (list = []));
  return list;
}

function inspectedService(
  record: ServiceRecord,
  redact: Redact,
): Omit<InspectedService, 'handlers' | 'interceptors' | 'trackers'> {
  const { failure, filter, activation, childOf } = record;
  const consumers = new Set<number>();
  for (const link of consumersInReverse(record).reverse()) if (link.isInjected) consumers.add(link.consumer.id);
  const facts = factsOf(activation?.instance, redact);
  return {
    id: record.id,
    uuid: record.uuid,
    name: record.name,
    state: record.state,
    priority: record.priority,
    internal: record.isInternal,
    properties: plain(record.properties, redact),
    provides: record.provides.map(identifierName),
    ...(filter === undefined ? {} : { filter: describeFilter(filter) }),
    dependencies: record.slots.map((slot): InspectedDependency => {
      const { key, token, kind, required, properties, match } = slot.spec;
      return {
        key,
        token: identifierName(token),
        kind,
        required,
        ...(properties === undefined ? {} : { properties: plain(properties, redact) }),
        ...(match === undefined ? {} : { match: plain(match, redact) }),
        providers: Array.from(slot, (link) => link.provider.id),
      };
    }),
    fromContainer: record.definition.staticDependencies,
    consumers: [...consumers],
    ...(childOf === undefined ? {} : { parent: childOf.parent.id }),
    running: Array.from(activation?.executions ?? [], inspectedExecution),
    ...(failure === undefined ? {} : { failure: { during: failure.during, message: messageOf(failure.error) } }),
    restarts: record.restarts,
    ...(facts === undefined ? {} : { facts }),
  };
}

function inspectedExecution(execution: Execution): InspectedExecution {
  const { name, waitingFor, event, handle } = execution;
  return {
    name,
    waitingFor,
    ...(event === undefined ? {} : { eventId: event.id }),
    ...(handle?.startedAt === undefined ? {} : { startedAt: handle.startedAt }),
  };
}

function factsOf(instance: object | undefined, redact: Redact): unknown {
  const service: Partial<InspectableService> | undefined = instance;
  if (typeof service?.[inspectService] !== 'function') return undefined;
  try {
    return plain(service[inspectService](), redact);
  } catch (error) {
    return { error: `inspection failed: ${messageOf(error)}` };
  }
}

function describeFilter(filter: NonNullable<ServiceRecord['filter']>): string {
  if ('consumer' in filter) return `only for service ${filter.consumer}`;
  try {
    return filter.describe();
  } catch (error) {
    return `describe() failed: ${messageOf(error)}`;
  }
}
