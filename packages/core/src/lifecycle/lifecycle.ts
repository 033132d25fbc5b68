// Executes the lifecycle: who is offered to whom, who starts and who must stop, in the order of LC-80…95.
// Every step is an event of the queue; the handlers of those events are here. Starting one service is in starter.ts,
// stopping one in stopper.ts; the decisions rest on states.ts and provider-index.ts.

import type { CurrentEvent } from '../events/turn.ts';
import * as internal from '../events/internal-events.ts';
import { internalPriority } from '../events/internal-events.ts';
import type { Activation } from './activation.ts';
import { canReceive, eject, inject } from './injection.ts';
import type { Kernel } from './kernel.ts';
import {
  accepts,
  firstProviderFor,
  ProviderIndex,
  providersFor,
  requestOf,
  slotsFor,
  type Market,
} from './provider-index.ts';
import { connect, consumersInReverse, disconnect, type Link, type ServiceRecord, type Slot } from './service-record.ts';
import { swapOptional } from './replacer.ts';
import { Starter } from './starter.ts';
import { transitions } from './states.ts';
import { Stopper } from './stopper.ts';
import type { TrackerEntry } from './trackers.ts';

const never = Number.POSITIVE_INFINITY;
const offline = Object.freeze({ removeAfter: false });
const offlineAndRemove = Object.freeze({ removeAfter: true });

/** What the lifecycle tells the manager. */
export interface LifecycleObserver {
  /** A service became active, was stopped, failed to start or was removed: something has moved. */
  progressed(record: ServiceRecord): void;
  startFailed(record: ServiceRecord, error: unknown, during: string): void;
  /** A service that replaces another one is active and was offered: it takes over now. */
  arrived(record: ServiceRecord): void;
  /** Quit was asked for: what becomes active is stopped again. */
  isQuitting(): boolean;
}

export class Lifecycle {
  /** All services in the table or on their way into it, by id, in the order of registration. */
  readonly table = new Map<number, ServiceRecord>();
  readonly index = new ProviderIndex();
  readonly #kernel: Kernel;
  readonly #observer: LifecycleObserver;
  readonly #starter: Starter;
  readonly #stopper: Stopper;
  #activations = 0;
  /** Services that are starting or injecting. */
  startingCount = 0;
  /** Services that are neither installed nor gone, without the manager's own. */
  upCount = 0;

  constructor(kernel: Kernel, observer: LifecycleObserver) {
    this.#kernel = kernel;
    this.#observer = observer;
    this.#starter = new Starter(kernel, {
      started: (record, priority, wasAsync) => {
        this.#started(record, priority, wasAsync);
      },
      failed: (activation, error, during, isCancelled) => {
        this.#startFailed(activation, error, during, isCancelled);
      },
    });
    this.#stopper = new Stopper(kernel, {
      stopped: (record) => {
        this.#stopped(record);
      },
    });
    const { internal: table } = kernel.events;
    const handle = (type: { readonly id: number }, handler: (event: CurrentEvent) => void): void => {
      table[type.id] = handler;
    };
    handle(internal.InsertService, (event) => {
      this.#onInsert(event);
    });
    handle(internal.RequestDependency, (event) => {
      this.#onRequest(event);
    });
    handle(internal.StartService, (event) => {
      this.#onStart(event);
    });
    handle(internal.StopService, (event) => {
      this.#onStop(event);
    });
    handle(internal.RemoveService, (event) => {
      this.#onRemove(event);
    });
    handle(internal.DependencyOnline, (event) => {
      this.#onOnline(event);
    });
    handle(internal.DependencyOffline, (event) => {
      this.#onOffline(event);
    });
    handle(internal.AddTracker, (event) => {
      this.#onAddTracker(event);
    });
  }

  /** Queues the events that bring a new service to life (LC-42). */
  introduce(record: ServiceRecord): void {
    const { events } = this.#kernel;
    this.table.set(record.id, record);
    events.push(
      internal.InsertService.id,
      record.id,
      Math.min(internalPriority.insert, record.priority),
      { serviceId: record.id },
      never,
    );
    const priority = Math.min(internalPriority.dependency, record.priority);
    for (const slot of record.slots) events.push(internal.RequestDependency.id, record.id, priority, slot, never);
    if (record.missing === 0)
      events.push(internal.StartService.id, record.id, priority, { serviceId: record.id }, never);
  }

  /** A service that is part of the manager: active from the beginning, never stopped. */
  introduceInternal(record: ServiceRecord, activation: Activation): void {
    record.isInternal = true;
    record.isInserted = true;
    record.state = 'active';
    record.activation = activation;
    record.activationOrder = ++this.#activations;
    this.table.set(record.id, record);
    this.index.insert(record);
    this.index.addProvider(record, this.#onlyConsumer(record));
  }

  /** All coroutines and promises of a service have ended: a stop that waited for that goes on. */
  settled(record: ServiceRecord): void {
    if (record.state === 'uninjecting' && record.blockers === 0) this.#pushStop(record, record.priority);
  }

  /** Ends the wait for a service that does not stop: what it is doing is abandoned. */
  force(record: ServiceRecord): void {
    if (record.state === 'active') this.#goOffline(record, 0);
    else if (record.state !== 'installed') this.#stopper.abandon(record);
    if (record.state === 'uninjecting') this.#pushStop(record, 0);
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
    for (const execution of record.activation?.executions ?? [])
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
    for (const slot of slots) if (this.#fill(slot)) filled = true;
    if (filled && record.missing === 0) this.#start(record, event.priority);
  }

  #onRequest(event: CurrentEvent): void {
    const slot = event.payload as Slot;
    if (!slot.consumer.isInserted || slot.consumer.state === 'uninstalled') return;
    slot.isRequested = true;
    const trackers = this.#kernel.trackers.of(slot.spec.token);
    if (trackers.length === 0) return;
    const request = requestOf(slot);
    for (const entry of trackers) this.#kernel.trackers.deliver(entry, request);
  }

  #onAddTracker(event: CurrentEvent): void {
    const entry = event.payload as TrackerEntry;
    if (!this.#kernel.trackers.activate(entry)) return;
    for (const slot of this.index.requestsFor(entry.token))
      if (slot.isRequested) this.#kernel.trackers.deliver(entry, requestOf(slot));
  }

  #onStart(event: CurrentEvent): void {
    const record = this.table.get((event.payload as { readonly serviceId: number }).serviceId);
    if (record === undefined || !record.isInserted) return;
    record.isHeld = false;
    this.#start(record, event.priority);
  }

  #start(record: ServiceRecord, priority: number): void {
    if (record.state !== 'installed' || record.missing > 0 || record.isMakingRoom || this.#observer.isQuitting())
      return;
    record.isHeld = false;
    this.startingCount++;
    this.upCount++;
    this.#starter.start(record, priority);
  }

  #started(record: ServiceRecord, priority: number, wasAsync: boolean): void {
    record.transition(transitions.started);
    this.#kernel.events.push(
      internal.DependencyOnline.id,
      record.id,
      Math.min(wasAsync ? internalPriority.asynchronousOnline : internalPriority.dependency, priority),
      undefined,
      never,
    );
  }

  #startFailed(activation: Activation, error: unknown, during: string, isCancelled: boolean): void {
    const { record } = activation;
    this.#stopper.giveUp(activation, () => {
      record.transition(transitions.startFailed);
      this.startingCount--;
      this.#afterDown(record, () => {
        if (!isCancelled) this.#observer.startFailed(record, error, during);
      });
    });
  }

  #onOnline(event: CurrentEvent): void {
    const record = this.table.get(event.origin);
    if (record === undefined || record.state !== 'injecting') return;
    record.transition(transitions.online);
    record.onlineEvent = event.id;
    this.startingCount--;
    record.activationOrder = ++this.#activations;
    record.failure = undefined;
    if (record.registration.restart !== undefined) record.activeSince = this.#kernel.clock.now();
    this.index.addProvider(record, this.#onlyConsumer(record));
    this.#observer.progressed(record);
    if (record.stopRequested || this.#observer.isQuitting()) {
      record.stopRequested = false;
      if (this.#observer.isQuitting()) record.removeAfterStop = true;
      this.#goOffline(record, internalPriority.dependency);
      return;
    }
    for (const { entry } of record.offers)
      if (entry.openSlots.first !== undefined) this.#offer(record, entry, event.priority);
    if (record.replaces !== undefined) this.#observer.arrived(record);
  }

  /** The service that a provider is made for; undefined when it is for everybody, or that service is gone. */
  #onlyConsumer(provider: ServiceRecord): ServiceRecord | undefined {
    const { filter } = provider;
    return filter !== undefined && 'consumer' in filter ? this.table.get(filter.consumer) : undefined;
  }

  /** Offers an active provider to everybody who has room for it. */
  #offer(provider: ServiceRecord, entry: Market, priority: number): void {
    const consumer = this.#onlyConsumer(provider);
    for (const slot of slotsFor(provider, entry, consumer)) {
      // An `added` callback of an earlier slot may have changed everything.
      if (provider.state !== 'active') return;
      if (!slot.isOpen || !isFree(provider, slot)) continue;
      this.#place(provider, slot.consumer.definition.hasRepeatedTokens ? firstChoice(provider, slot) : slot, priority);
    }
  }

  #place(provider: ServiceRecord, slot: Slot, priority: number): void {
    const wasEmpty = slot.count === 0;
    const link = connect(provider, slot);
    if (!slot.isOpen) slot.entry?.openSlots.delete(slot);
    const consumer = slot.consumer;
    if (consumer.state === 'installed') {
      if (wasEmpty && consumer.missing === 0) this.#start(consumer, priority);
    } else if (canReceive(slot)) {
      inject(link);
    }
  }

  /** Connects a slot with the active providers there are. Whether it was empty and is not any more. */
  #fill(slot: Slot, preferred?: ServiceRecord): boolean {
    const wasEmpty = slot.count === 0;
    if (slot.links !== undefined) {
      // A collection that is open has everything already, unless a provider has become free in another slot of the service.
      if (slot.list === undefined || slot.consumer.definition.hasRepeatedTokens) this.#collect(slot);
    }
    while (slot.links === undefined && slot.isOpen) {
      const isWanted = preferred?.state === 'active' && isFree(preferred, slot) && accepts(preferred, slot);
      const provider = isWanted ? preferred : firstProviderFor(slot, isFree);
      if (provider === undefined) break;
      const link = connect(provider, slot);
      if (canReceive(slot)) inject(link);
    }
    if (slot.count === 0 && slot.consumer.definition.hasRepeatedTokens) takeFromCollection(slot);
    if (slot.isOpen) slot.entry?.openSlots.add(slot);
    return wasEmpty && slot.count > 0;
  }

  #collect(slot: Slot): void {
    for (const provider of providersFor(slot)) {
      // An `added` callback may have changed everything.
      if (provider.state !== 'active' || slot.entry === undefined || !isFree(provider, slot)) continue;
      const link = connect(provider, slot);
      if (canReceive(slot)) inject(link);
    }
  }

  #onStop(event: CurrentEvent): void {
    const request = event.payload as { readonly serviceId: number; readonly removeAfter: boolean };
    const record = this.table.get(request.serviceId);
    if (record === undefined || record.isInternal || record.state === 'installed') return;
    if (record.isOwnStopRequest(request)) {
      // A stop that goes on. One that comes too late, when the service runs again, means nothing (GD-4).
      if (record.state === 'uninjecting' && record.blockers === 0) this.#stopper.stop(record);
      return;
    }
    if (request.removeAfter) record.removeAfterStop = true;
    switch (record.state) {
      case 'starting':
        record.isHeld = true;
        record.stopRequested = true;
        this.#starter.cancel(record);
        break;
      case 'injecting':
        record.isHeld = true;
        record.stopRequested = true;
        break;
      case 'active':
        record.isHeld = true;
        this.#goOffline(record, event.priority);
        break;
      case 'uninjecting':
      case 'stopping':
        // It stops already, but must not start again by itself afterwards.
        record.isHeld = true;
        break;
      default:
        break;
    }
  }

  #goOffline(record: ServiceRecord, priority: number): void {
    this.#kernel.events.push(
      internal.DependencyOffline.id,
      record.id,
      priority,
      record.removeAfterStop ? offlineAndRemove : offline,
      never,
    );
  }

  #onOffline(event: CurrentEvent): void {
    const record = this.table.get(event.origin);
    // One that was pushed before it became active belongs to an earlier stop, and means nothing (GD-4).
    if (record?.state === 'active' && event.id > record.onlineEvent) this.#takeOffline(record, event.priority);
  }

  #takeOffline(record: ServiceRecord, priority: number): void {
    record.transition(transitions.offline);
    this.index.removeProvider(record, this.#onlyConsumer(record));
    for (const link of consumersInReverse(record)) {
      if (link.slot.link !== link && link.slot.links?.has(link) !== true) continue;
      if (this.mustStopBefore(link)) this.#block(link);
      else this.#release(link);
    }
    if (record.blockers > 0) return;
    // Nobody has to stop first, and nobody watches: what the event of the stop would do can be done now.
    if (this.#kernel.events.interceptors.count === 0 && priority <= internalPriority.dependency)
      this.#stopper.stop(record);
    else this.#pushStop(record, priority);
  }

  /** Lets `next`, which is active, take the place of `old`, which leaves for good. Within one event, so that no event is handled by both or neither. */
  succeed(old: ServiceRecord, next: ServiceRecord): void {
    old.successor = next;
    old.removeAfterStop = true;
    old.isHeld = true;
    swapOptional(old, next, (link) => this.mustStopBefore(link));
    if (old.state === 'active') this.#takeOffline(old, internalPriority.dependency);
    else if (old.state === 'installed') this.remove(old);
    else if (old.state === 'starting' || old.state === 'injecting') {
      old.stopRequested = true;
      if (old.state === 'starting') this.#starter.cancel(old);
    }
  }

  /** Whether the consumer has to stop before the provider of `link` may (LC-93). */
  mustStopBefore(link: Link): boolean {
    const { consumer } = link;
    // A service that owns a provider as its child takes it along at the end of its own stop.
    if (consumer.activation?.isEnding === true && !link.isInjected) return false;
    switch (consumer.state) {
      case 'installed':
      case 'uninstalled':
        return false;
      case 'stopping':
        return link.isInjected;
      case 'uninjecting':
        return isNeeded(link) && !waitsFor(consumer, link.provider, new Set());
      default:
        return isNeeded(link);
    }
  }

  #block(link: Link): void {
    const { consumer, provider } = link;
    link.isBlocking = true;
    provider.blockers++;
    consumer.restartAfterStop = !consumer.isHeld;
    if (consumer.state === 'active') {
      this.#kernel.events.push(
        internal.DependencyOffline.id,
        consumer.id,
        internalPriority.cascade,
        consumer.removeAfterStop ? offlineAndRemove : offline,
        never,
      );
    } else if (consumer.state === 'starting') {
      consumer.stopRequested = true;
      this.#starter.cancel(consumer);
    } else if (consumer.state === 'injecting') {
      consumer.stopRequested = true;
    }
  }

  /** Takes a leaving provider out of a slot whose consumer goes on, and puts another one in if there is one. */
  #release(link: Link): void {
    const { slot, consumer } = link;
    if (link.isInjected) eject(link);
    disconnect(link);
    const filled = consumer.isInserted && consumer.state !== 'uninstalled' && this.#fill(slot, link.provider.successor);
    if (filled && consumer.state === 'installed' && consumer.missing === 0 && !consumer.isHeld)
      this.#start(consumer, internalPriority.dependency);
  }

  #pushStop(record: ServiceRecord, priority: number): void {
    this.#kernel.events.push(
      internal.StopService.id,
      record.id,
      Math.min(internalPriority.dependency, priority),
      record.stopRequest(record.removeAfterStop),
      never,
    );
  }

  #stopped(record: ServiceRecord): void {
    record.transition(transitions.stopped);
    this.#afterDown(record);
  }

  /** A service is installed again: providers that waited for it go on, then it is removed or starts again if that was meant. */
  #afterDown(record: ServiceRecord, failed?: () => void): void {
    this.upCount--;
    record.stopRequested = false;
    const mayRestart = record.restartAfterStop && !record.isHeld && !record.removeAfterStop;
    record.restartAfterStop = false;
    for (const slot of record.slots) {
      if (slot.link?.isBlocking === true) this.#letGo(slot.link, slot);
      if (slot.links !== undefined) for (const link of slot.links) if (link.isBlocking) this.#letGo(link, slot);
    }
    failed?.();
    this.#observer.progressed(record);
    if (record.removeAfterStop) this.remove(record);
    else if (mayRestart && record.missing === 0) this.#start(record, internalPriority.dependency);
  }

  /** The consumer has stopped: a provider that waited for it goes on, and its place is free for another one. */
  #letGo(link: Link, slot: Slot): void {
    const { provider } = link;
    disconnect(link);
    this.#fill(slot, provider.successor);
    if (provider.blockers === 0 && provider.state === 'uninjecting')
      this.#pushStop(provider, internalPriority.asynchronousOnline);
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
    this.remove(record);
  }

  /** Takes an installed service out of the table and tells trackers (LC-111). */
  remove(record: ServiceRecord): void {
    const { events, trackers } = this.#kernel;
    // A framework logger is built before it starts.
    if (record.activation !== undefined) this.#stopper.tearDown(record.activation as Activation, () => undefined);
    for (const { link, links } of record.slots) {
      if (link !== undefined) disconnect(link);
      if (links !== undefined) for (const one of [...links]) disconnect(one);
    }
    this.index.remove(record);
    record.transition(transitions.remove);
    this.table.delete(record.id);
    if (record.childOf !== undefined) record.childOf.parent.disown(record.childOf.registration);
    for (const slot of record.slots) {
      if (!slot.isRequested) continue;
      if (trackers.of(slot.spec.token).length === 0 && events.interceptors.count === 0) continue;
      const request = requestOf(slot);
      events.showDirect(internal.UndoDependencyRequest, record.id, request.priority, request, () =>
        trackers.undo(request),
      );
    }
    this.#observer.progressed(record);
  }
}

/** Whether the consumer's instance cannot run without the provider of `link`. One that it has not received does not replace it. */
function isNeeded(link: Link): boolean {
  const { spec, links } = link.slot;
  if (!link.isInjected) return false;
  if (spec.isFixed) return true;
  if (!spec.required) return false;
  if (links !== undefined) for (const other of links) if (other !== link && other.isInjected) return false;
  return true;
}

/** Whether `record` cannot stop before `other` has: services that need each other must not wait for each other for ever. */
function waitsFor(record: ServiceRecord, other: ServiceRecord, seen: Set<ServiceRecord>): boolean {
  if (record.blockers === 0 || seen.has(record)) return false;
  seen.add(record);
  for (let link = record.firstConsumer; link !== undefined; link = link.next)
    if (link.isBlocking && (link.consumer === other || waitsFor(link.consumer, other, seen))) return true;
  return false;
}

/**
 * Which of several slots for one token chooses first: those with conditions, so that a provider they need is not taken by one
 * that takes any; and single ones before collections, which take what is left, but for one that needs its first provider.
 */
function rankOf({ spec, links }: Slot): number {
  const kind = links === undefined ? 0 : spec.required && links.size === 0 ? 1 : 2;
  return (spec.match === undefined ? 3 : 0) + kind;
}

/** The slot of the same consumer and token that a provider goes to: by rank, then as they are declared (LC-72). */
function firstChoice(provider: ServiceRecord, slot: Slot): Slot {
  let choice = slot;
  for (const other of slot.consumer.slots)
    if (other.spec.token === slot.spec.token && other.isOpen && accepts(provider, other))
      if (rankOf(other) < rankOf(choice) || (rankOf(other) === rankOf(choice) && other.spec.index < choice.spec.index))
        choice = other;
  return choice;
}

/**
 * A service that does not run must not wait for a provider that it has already, in a collection of the same token: where that
 * can do without, the provider goes to the slot that cannot (LC-74, LC-76).
 */
function takeFromCollection(slot: Slot): void {
  const { consumer, spec } = slot;
  if (!spec.required || consumer.state !== 'installed') return;
  for (const other of consumer.slots) {
    if (other === slot || other.links === undefined || other.spec.token !== spec.token) continue;
    if (other.spec.required && other.links.size < 2) continue;
    for (const link of other.links)
      if (link.provider.state === 'active' && accepts(link.provider, slot)) {
        disconnect(link);
        connect(link.provider, slot);
        return;
      }
  }
}

/** Whether `provider` does not fill another slot of the same consumer for the same token (LC-72). */
function isFree(provider: ServiceRecord, slot: Slot): boolean {
  const { consumer, spec } = slot;
  if (!consumer.definition.hasRepeatedTokens) return slot.links === undefined || !slot.has(provider);
  return !consumer.slots.some((other) => other.spec.token === spec.token && other.has(provider));
}
