// The way down: a service leaves the market, its consumers stop first, it stops, and then it is removed, or starts again when
// it was only the lack of a provider that stopped it (LC-90…101, LC-130…137). Stopping the one instance is in stopper.ts.

import type { EventSystem } from '../events/event-system.ts';
import { DependencyOffline, DependencyOnline, internalPriority, StopService } from '../events/internal-events.ts';
import type { Activation } from './activation.ts';
import { eject } from './injection.ts';
import type { Kernel } from './kernel.ts';
import type { LifecycleObserver } from './lifecycle-observer.ts';
import { mustStopBefore } from './needs.ts';
import type { Placement } from './placement.ts';
import type { Population } from './population.ts';
import type { ProviderIndex } from './provider-index.ts';
import type { Removal } from './removal.ts';
import { swapOptional } from './replacer.ts';
import { consumersInReverse, disconnect } from './linking.ts';
import type { Link, ServiceRecord, Slot } from './service-record.ts';
import { transitions } from './states.ts';
import { Stopper, type StopEnd } from './stopper.ts';

const never = Number.POSITIVE_INFINITY;
const offline = Object.freeze({ removeAfter: false });
const offlineAndRemove = Object.freeze({ removeAfter: true });

/** What the way down works with. */
export interface DepartureParts {
  readonly kernel: Kernel;
  readonly observer: LifecycleObserver;
  readonly index: ProviderIndex;
  readonly population: Population;
  readonly placement: Placement;
  readonly removal: Removal;
}

export class Departure implements StopEnd {
  readonly #parts: DepartureParts;
  readonly #events: EventSystem;
  readonly #placement: Placement;
  readonly #population: Population;
  readonly #stopper: Stopper;

  constructor(parts: DepartureParts) {
    this.#parts = parts;
    this.#events = parts.kernel.events;
    this.#placement = parts.placement;
    this.#population = parts.population;
    this.#stopper = new Stopper(parts.kernel, this);
  }

  /** Queues the event with which an active service begins to leave. */
  goOffline(record: ServiceRecord, priority: number): void {
    const payload = record.removeAfterStop ? offlineAndRemove : offline;
    this.#events.push(DependencyOffline.id, record.id, priority, payload, never);
  }

  /** An active service leaves: those who need it stop first. */
  takeOffline(record: ServiceRecord, priority: number): void {
    record.transition(transitions.offline);
    this.#parts.index.removeProvider(record);
    if (record.firstConsumer !== undefined) this.#leaveConsumers(record);
    if (record.blockers > 0) return;
    // Nobody has to stop first, and nobody watches: what the event of the stop would do can be done now.
    if (priority <= internalPriority.dependency && this.#events.interceptors.count === 0) this.#stopper.stop(record);
    else this.pushStop(record, priority);
  }

  /** Queues the event with which a service that is offline goes on to stop. */
  pushStop(record: ServiceRecord, priority: number): void {
    this.#events.push(
      StopService.id,
      record.id,
      Math.min(internalPriority.dependency, priority),
      record.stopRequest(record.removeAfterStop),
      never,
    );
  }

  /** The event of `pushStop` has come. */
  goOn(record: ServiceRecord): void {
    if (record.state === 'uninjecting' && record.blockers === 0) this.#stopper.stop(record);
  }

  /** Ends the wait for a service that does not stop: what it is doing is abandoned. */
  force(record: ServiceRecord): void {
    if (record.state === 'active') this.goOffline(record, 0);
    // Its turn to become active does not come while more urgent events never end.
    else if (record.state === 'injecting') this.#events.push(DependencyOnline.id, record.id, 0, undefined, never);
    else if (record.state !== 'installed') this.#stopper.abandon(record);
    if (record.state === 'uninjecting') this.pushStop(record, 0);
  }

  /** Ends an activation whose start failed. */
  giveUp(activation: Activation, done: () => void): void {
    this.#stopper.giveUp(activation, done);
  }

  /** Lets `next`, which is active, take the place of `old`, which leaves for good. Within one event, so that no event is handled by both or neither. */
  succeed(old: ServiceRecord, next: ServiceRecord): void {
    old.successor = next;
    old.removeAfterStop = true;
    old.isHeld = true;
    swapOptional(old, next, mustStopBefore);
    if (old.state === 'active') this.takeOffline(old, internalPriority.dependency);
    else if (old.state === 'installed') this.remove(old);
    else if (old.state === 'starting' || old.state === 'injecting') this.#placement.starts.cancel(old);
  }

  /** Takes an installed service out of the table. */
  remove(record: ServiceRecord): void {
    // A framework logger is built before it starts.
    if (record.activation !== undefined) this.#stopper.tearDown(record.activation as Activation, () => undefined);
    this.#parts.removal.remove(record);
    this.#population.progress++;
    this.#parts.observer.progressed(record);
  }

  stopped(record: ServiceRecord): void {
    record.transition(transitions.stopped);
    this.afterDown(record, undefined);
  }

  /**
   * A service is installed again: providers that waited for it go on, then it is removed or starts again if that was meant.
   *
   * @param failed Called in between, when it is a failed start that has ended.
   */
  afterDown(record: ServiceRecord, failed: (() => void) | undefined): void {
    this.#population.up--;
    this.#population.progress++;
    record.stopRequested = false;
    const mayRestart = record.restartAfterStop && !record.isHeld && !record.removeAfterStop;
    record.restartAfterStop = false;
    const { slots } = record;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as Slot;
      const { link, links } = slot;
      if (link !== undefined && link.isBlocking) this.#letGo(link, slot);
      if (links !== undefined) for (const one of links) if (one.isBlocking) this.#letGo(one, slot);
    }
    failed?.();
    this.#parts.observer.progressed(record);
    if (record.removeAfterStop) this.remove(record);
    else if (mayRestart && record.missing === 0) this.#placement.starts.start(record, internalPriority.dependency);
  }

  #leaveConsumers(record: ServiceRecord): void {
    for (const link of consumersInReverse(record)) {
      if (link.slot.link !== link && link.slot.links?.has(link) !== true) continue;
      if (mustStopBefore(link)) this.#block(link);
      else this.#release(link);
    }
  }

  #block(link: Link): void {
    const { consumer, provider } = link;
    link.isBlocking = true;
    provider.blockers++;
    consumer.restartAfterStop = !consumer.isHeld;
    if (consumer.state === 'active') this.goOffline(consumer, internalPriority.cascade);
    else if (consumer.state === 'starting' || consumer.state === 'injecting') this.#placement.starts.cancel(consumer);
  }

  /** Takes a leaving provider out of a slot whose consumer goes on, and puts another one in if there is one. */
  #release(link: Link): void {
    const { slot, consumer } = link;
    if (link.isInjected) eject(link);
    disconnect(link);
    const filled =
      consumer.isInserted && consumer.state !== 'uninstalled' && this.#placement.fill(slot, link.provider.successor);
    if (filled && consumer.state === 'installed' && consumer.missing === 0 && !consumer.isHeld)
      this.#placement.starts.start(consumer, internalPriority.dependency);
  }

  /** The consumer has stopped: a provider that waited for it goes on, and its place is free for another one. */
  #letGo(link: Link, slot: Slot): void {
    const { provider } = link;
    disconnect(link);
    this.#placement.fill(slot, provider.successor);
    if (provider.blockers === 0 && provider.state === 'uninjecting')
      this.pushStop(provider, internalPriority.asynchronousOnline);
  }
}
