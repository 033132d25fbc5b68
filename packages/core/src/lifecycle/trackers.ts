// Dependency trackers: who wants to know who asks for a token, to make providers on request (LC-180…188).

import type { DependencyRequest, DependencyTracker, ServiceInfo } from '../contract/service.ts';
import type { ServiceIdentifier } from '../contract/token.ts';
import { checkFunction, invalidOption } from '../errors/checks.ts';
import type { EventSystem } from '../events/event-system.ts';
import { AddTracker } from '../events/internal-events.ts';
import type { ExecutionOwner } from '../events/execution.ts';

/** The service that tracks. */
export type TrackerOwner = ExecutionOwner & Pick<ServiceInfo, 'state'>;

/** One registration of a tracker. Each request reaches it exactly once. */
export class TrackerEntry implements Disposable {
  readonly token: ServiceIdentifier;
  readonly tracker: DependencyTracker;
  readonly owner: TrackerOwner;
  isRemoved = false;
  readonly #trackers: Trackers;

  constructor(trackers: Trackers, token: ServiceIdentifier, tracker: DependencyTracker, owner: TrackerOwner) {
    this.#trackers = trackers;
    this.token = token;
    this.tracker = tracker;
    this.owner = owner;
  }

  [Symbol.dispose](): void {
    if (this.isRemoved) return;
    this.isRemoved = true;
    this.#trackers.remove(this);
  }
}

export class Trackers {
  readonly #byToken = new Map<ServiceIdentifier, readonly TrackerEntry[]>();
  readonly #events: EventSystem;

  constructor(events: EventSystem) {
    this.#events = events;
  }

  get count(): number {
    let count = 0;
    for (const list of this.#byToken.values()) count += list.length;
    return count;
  }

  /** Queues the tracker's beginning: existing requests are replayed when that event is processed. */
  add(token: ServiceIdentifier, tracker: DependencyTracker, owner: TrackerOwner): TrackerEntry {
    checkTracker(token, tracker);
    const entry = new TrackerEntry(this, token, tracker, owner);
    this.#events.push(AddTracker.id, owner.id, Math.min(50, owner.priority), entry, Number.POSITIVE_INFINITY);
    return entry;
  }

  /** The event of `add` has come: from now on it is live. False when it was removed before. */
  activate(entry: TrackerEntry): boolean {
    if (entry.isRemoved) return false;
    this.#byToken.set(entry.token, [...(this.#byToken.get(entry.token) ?? []), entry]);
    return true;
  }

  remove(entry: TrackerEntry): void {
    const rest = this.#byToken.get(entry.token)?.filter((other) => other !== entry) ?? [];
    if (rest.length === 0) this.#byToken.delete(entry.token);
    else this.#byToken.set(entry.token, rest);
  }

  /** In the order of registration. */
  of(token: ServiceIdentifier): readonly TrackerEntry[] {
    return this.#byToken.get(token) ?? none;
  }

  /** Tokens that a service tracks (LC-219). */
  tokensOf(serviceId: number): ServiceIdentifier[] {
    const tokens: ServiceIdentifier[] = [];
    for (const [token, list] of this.#byToken)
      if (list.some((entry) => entry.owner.id === serviceId)) tokens.push(token);
    return tokens;
  }

  /** Tells one tracker of one request. */
  deliver(entry: TrackerEntry, request: DependencyRequest): void {
    if (!entry.isRemoved) this.#events.execute(entry.owner, () => entry.tracker.requested(request));
  }

  /** Tells all trackers that a requester was removed. Whether anybody was told. */
  undo(request: DependencyRequest): boolean {
    let told = false;
    for (const entry of this.of(request.token)) {
      const { state } = entry.owner;
      if (state !== 'starting' && state !== 'injecting' && state !== 'active') continue;
      told = true;
      if (entry.tracker.released !== undefined)
        this.#events.execute(entry.owner, () => entry.tracker.released?.(request));
    }
    return told;
  }
}

const none: readonly TrackerEntry[] = [];

/** @throws ICHOR_OPTION_INVALID */
function checkTracker(token: unknown, tracker: Partial<DependencyTracker> | undefined): void {
  if (typeof token !== 'symbol' && typeof token !== 'function')
    throw invalidOption('token', token, 'tokens and classes');
  if (typeof tracker?.requested !== 'function')
    throw invalidOption('tracker', tracker, 'objects with requested() and, if wanted, released()');
  if (tracker.released !== undefined) checkFunction('released', tracker.released);
}
