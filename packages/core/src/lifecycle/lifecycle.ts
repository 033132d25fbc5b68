// The lifecycle of all services of one manager, in the order of LC-80…95. Every step is an event of the queue; what each of
// those events does is here in short. The way up is in arrival.ts, the way down in departure.ts, the decisions rest on states.ts,
// needs.ts and provider-index.ts.

import type { CurrentEvent } from '../events/turn.ts';
import * as internal from '../events/internal-events.ts';
import { internalPriority } from '../events/internal-events.ts';
import type { Activation } from './activation.ts';
import { Arrival } from './arrival.ts';
import { Departure } from './departure.ts';
import type { Kernel } from './kernel.ts';
import type { LifecycleObserver } from './lifecycle-observer.ts';
import { Placement } from './placement.ts';
import { Population } from './population.ts';
import { ProviderIndex, requestOf } from './provider-index.ts';
import { Removal } from './removal.ts';
import type { ServiceRecord, Slot } from './service-record.ts';
import { rankOf } from './slot-choice.ts';
import type { TrackerEntry } from './trackers.ts';

const never = Number.POSITIVE_INFINITY;

export class Lifecycle {
  /** All services in the table or on their way into it, by id, in the order of registration. */
  readonly table = new Map<number, ServiceRecord>();
  readonly index = new ProviderIndex(this.table);
  readonly population = new Population();
  readonly #kernel: Kernel;
  readonly #placement = new Placement();
  readonly #arrival: Arrival;
  readonly #departure: Departure;

  constructor(kernel: Kernel, observer: LifecycleObserver) {
    this.#kernel = kernel;
    const { table, index, population } = this;
    const placement = this.#placement;
    const removal = new Removal(kernel, table, index);
    const departure = new Departure({ kernel, observer, index, population, placement, removal });
    this.#departure = departure;
    this.#arrival = new Arrival({ kernel, observer, table, index, population, placement, departure });
    placement.starts = this.#arrival;

    const handlers = kernel.events.internal;
    handlers[internal.InsertService.id] = this.#onInsert.bind(this);
    handlers[internal.RequestDependency.id] = this.#onRequest.bind(this);
    handlers[internal.StartService.id] = this.#onStart.bind(this);
    handlers[internal.StopService.id] = this.#onStop.bind(this);
    handlers[internal.RemoveService.id] = this.#onRemove.bind(this);
    handlers[internal.DependencyOnline.id] = this.#arrival.onOnline.bind(this.#arrival);
    handlers[internal.DependencyOffline.id] = this.#onOffline.bind(this);
    handlers[internal.AddTracker.id] = this.#onAddTracker.bind(this);
  }

  /** Queues the events that bring a new service to life (LC-42). */
  introduce(record: ServiceRecord): void {
    const { events } = this.#kernel;
    const { id, priority, slots } = record;
    this.table.set(id, record);
    const payload = { serviceId: id };
    events.push(internal.InsertService.id, id, Math.min(internalPriority.insert, priority), payload, never);
    const later = Math.min(internalPriority.dependency, priority);
    for (let i = 0; i < slots.length; i++) events.push(internal.RequestDependency.id, id, later, slots[i], never);
    if (record.missing === 0) events.push(internal.StartService.id, id, later, payload, never);
  }

  /** A service that is part of the manager: active from the beginning, never stopped. */
  introduceInternal(record: ServiceRecord, activation: Activation): void {
    record.isInternal = true;
    record.isInserted = true;
    record.state = 'active';
    record.activation = activation;
    record.activationOrder = ++this.population.activations;
    this.table.set(record.id, record);
    this.index.insert(record);
    this.index.addProvider(record);
  }

  /** All coroutines and promises of a service have ended: a stop that waited for that goes on. */
  settled(record: ServiceRecord): void {
    if (record.state === 'uninjecting' && record.blockers === 0) this.#departure.pushStop(record, record.priority);
  }

  /** Ends the wait for a service that does not stop: what it is doing is abandoned. */
  force(record: ServiceRecord): void {
    this.#departure.force(record);
  }

  /** Lets `next`, which is active, take the place of `old`, which leaves for good. */
  succeed(old: ServiceRecord, next: ServiceRecord): void {
    this.#departure.succeed(old, next);
  }

  /** Takes an installed service out of the table and tells trackers (LC-111). */
  remove(record: ServiceRecord): void {
    this.#departure.remove(record);
  }

  /** Whether a service is about to start: nothing is missing, and its start waits in the queue. O(n). */
  isStartQueued(): boolean {
    for (const { state, missing, failure, isHeld } of this.table.values())
      if (state === 'installed' && missing === 0 && failure === undefined && !isHeld) return true;
    return false;
  }

  /** What keeps a service from stopping, or starting, right now: for reports. */
  waitingFor(record: ServiceRecord): string[] {
    const reasons: string[] = [];
    for (const execution of record.activation?.running ?? [])
      reasons.push(`${execution.name} (waits for ${execution.waitingFor})`);
    for (let link = record.firstConsumer; link !== undefined; link = link.next)
      if (link.isBlocking) reasons.push(`its consumer ${link.consumer.name} (${link.consumer.id}) to stop`);
    return reasons;
  }

  #onInsert(event: CurrentEvent): void {
    const record = this.table.get(event.origin);
    if (record === undefined || record.isInserted) return;
    record.isInserted = true;
    this.index.insert(record);
    const slots = record.definition.hasRepeatedTokens
      ? [...record.slots].sort((a, b) => rankOf(a) - rankOf(b))
      : record.slots;
    let filled = false;
    for (let i = 0; i < slots.length; i++) if (this.#placement.fill(slots[i] as Slot)) filled = true;
    if (filled && record.missing === 0) this.#arrival.start(record, event.priority);
  }

  #onRequest(event: CurrentEvent): void {
    const slot = event.payload as Slot;
    if (!slot.consumer.isInserted || slot.consumer.state === 'uninstalled') return;
    slot.isRequested = true;
    const { trackers } = this.#kernel;
    const entries = trackers.of(slot.spec.token);
    if (entries.length === 0) return;
    const request = requestOf(slot);
    for (const entry of entries) trackers.deliver(entry, request);
  }

  #onAddTracker(event: CurrentEvent): void {
    const entry = event.payload as TrackerEntry;
    const { trackers } = this.#kernel;
    if (!trackers.activate(entry)) return;
    for (const slot of this.index.requestsFor(entry.token))
      if (slot.isRequested) trackers.deliver(entry, requestOf(slot));
  }

  #onStart(event: CurrentEvent): void {
    const record = this.table.get((event.payload as { readonly serviceId: number }).serviceId);
    if (record === undefined || !record.isInserted) return;
    record.isHeld = false;
    this.#arrival.start(record, event.priority);
  }

  #onStop(event: CurrentEvent): void {
    const request = event.payload as { readonly serviceId: number; readonly removeAfter: boolean };
    const record = this.table.get(request.serviceId);
    if (record === undefined || record.isInternal || record.state === 'installed') return;
    if (record.isOwnStopRequest(request)) {
      // A stop that goes on. One that comes too late, when the service runs again, means nothing (GD-4).
      this.#departure.goOn(record);
      return;
    }
    if (request.removeAfter) record.removeAfterStop = true;
    // One that stops already must not start again by itself afterwards.
    record.isHeld = true;
    if (record.state === 'active') this.#departure.goOffline(record, event.priority);
    else if (record.state === 'starting' || record.state === 'injecting') this.#arrival.cancel(record);
  }

  #onRemove(event: CurrentEvent): void {
    const { serviceId } = event.payload as { readonly serviceId: number };
    const record = this.table.get(serviceId);
    if (record === undefined) {
      this.#kernel.logger.error(`Service ${serviceId} cannot be removed: it is not registered.`);
      return;
    }
    if (record.state !== 'installed' || record.firstConsumer !== undefined) {
      this.#kernel.logger.error(
        `${record.name} (${serviceId}) cannot be removed: it is ${record.state}. Stop it first.`,
      );
      return;
    }
    this.#departure.remove(record);
  }

  #onOffline(event: CurrentEvent): void {
    const record = this.table.get(event.origin);
    // One that was pushed before it became active belongs to an earlier stop, and means nothing (GD-4).
    if (record?.state === 'active' && event.id > record.onlineEvent)
      this.#departure.takeOffline(record, event.priority);
  }
}
