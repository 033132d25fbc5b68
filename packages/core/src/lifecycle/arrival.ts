// The way up: a service starts, is injected into those who asked for it, and is active (LC-80…85). Its parts are in starter.ts
// (one start) and placement.ts (who gets whom).

import type { CurrentEvent } from '../events/turn.ts';
import { DependencyOnline, internalPriority } from '../events/internal-events.ts';
import type { Activation } from './activation.ts';
import type { Departure } from './departure.ts';
import type { Kernel } from './kernel.ts';
import type { LifecycleObserver } from './lifecycle-observer.ts';
import type { Placement, StartsServices } from './placement.ts';
import type { Population } from './population.ts';
import type { ProviderIndex } from './provider-index.ts';
import type { ServiceRecord } from './service-record.ts';
import { Starter, type StartEnd } from './starter.ts';
import { transitions } from './states.ts';

/** What the way up works with. */
export interface ArrivalParts {
  readonly kernel: Kernel;
  readonly observer: LifecycleObserver;
  readonly table: ReadonlyMap<number, ServiceRecord>;
  readonly index: ProviderIndex;
  readonly population: Population;
  readonly placement: Placement;
  readonly departure: Departure;
}

export class Arrival implements StartsServices, StartEnd {
  readonly #parts: ArrivalParts;
  readonly #kernel: Kernel;
  readonly #population: Population;
  readonly #starter: Starter;

  constructor(parts: ArrivalParts) {
    this.#parts = parts;
    this.#kernel = parts.kernel;
    this.#population = parts.population;
    this.#starter = new Starter(parts.kernel, this);
  }

  /** Does nothing unless the service is installed, nothing is missing, and it may start. */
  start(record: ServiceRecord, priority: number): void {
    if (record.state !== 'installed' || record.missing > 0 || record.isMakingRoom || this.#population.isEnding) return;
    record.isHeld = false;
    this.#population.starting++;
    this.#population.up++;
    this.#starter.start(record, priority);
  }

  cancel(record: ServiceRecord): void {
    record.stopRequested = true;
    if (record.state === 'starting') this.#starter.cancel(record);
  }

  started(record: ServiceRecord, priority: number, wasAsync: boolean): void {
    record.transition(transitions.started);
    const most = wasAsync ? internalPriority.asynchronousOnline : internalPriority.dependency;
    this.#kernel.events.push(
      DependencyOnline.id,
      record.id,
      priority < most ? priority : most,
      undefined,
      Number.POSITIVE_INFINITY,
    );
  }

  failed(activation: Activation, error: unknown, during: string, isCancelled: boolean): void {
    const { record } = activation;
    const { departure, observer } = this.#parts;
    departure.giveUp(activation, () => {
      record.transition(transitions.startFailed);
      this.#population.starting--;
      departure.afterDown(record, () => {
        if (!isCancelled) observer.startFailed(record, error, during);
      });
    });
  }

  /** The event of a service that came up. */
  onOnline(event: CurrentEvent): void {
    const { table, index, observer, placement, departure } = this.#parts;
    const record = table.get(event.origin);
    if (record === undefined || record.state !== 'injecting') return;
    const population = this.#population;
    record.transition(transitions.online);
    record.onlineEvent = event.id;
    population.starting--;
    population.progress++;
    record.activationOrder = ++population.activations;
    record.failure = undefined;
    if (record.restart !== undefined) record.activeSince = this.#kernel.clock.now();
    index.addProvider(record);
    observer.progressed(record);
    if (record.stopRequested || population.isEnding) {
      record.stopRequested = false;
      if (population.isEnding) record.removeAfterStop = true;
      departure.goOffline(record, internalPriority.dependency);
      return;
    }
    placement.offer(record, event.priority);
    if (record.replaces !== undefined) observer.arrived(record);
  }
}
