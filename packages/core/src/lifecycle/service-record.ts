// A registered service in the manager's table, its slots (one per dependency) and its links (one per provider in a slot).

import { FrameworkLogger } from '../contract/logger.ts';
import type {
  Ownable,
  Properties,
  RegisterOptions,
  RestartPolicy,
  ServiceFilter,
  ServiceInfo,
  ServiceState,
  ServiceContext,
} from '../contract/service.ts';
import type { ServiceIdentifier } from '../contract/token.ts';
import { coreError } from '../errors/catalogue.ts';
import type { ServiceDefinition } from '../services/definition.ts';
import type { DependencySpec } from '../services/dependency-spec.ts';
import type { ActivationState } from './activation-state.ts';
import type { ConsumerLink } from './consumer-link.ts';
import type { ListNode } from './linked-list.ts';
import type { Transition } from './states.ts';
import type { Listing, Offer, RequestNode, TokenEntry } from './token-entry.ts';

let lastId = 0;

/** Ids come from one process-wide counter, from 1, and are never reused (LC-1). */
function newServiceId(): number {
  return ++lastId;
}

/** Why a service is not running although it could be. */
export interface ServiceFailure {
  readonly error: unknown;
  /** What it was doing: `its constructor`, `start()`, `handling Dispatch (event 12)`. */
  readonly during: string;
}

export class ServiceRecord implements ServiceInfo {
  readonly id: number;
  readonly definition: ServiceDefinition;
  readonly name: string;
  readonly provides: readonly ServiceIdentifier[];
  readonly filter: ServiceFilter | undefined;
  /** Id of the one service that may have it, where its filter names one; else 0. */
  readonly onlyFor: number;
  readonly options: unknown;
  readonly registration: RegisterOptions;
  readonly restart: RestartPolicy | undefined;
  readonly isFrameworkLogger: boolean;
  readonly slots: readonly Slot[];
  properties: Properties;
  priority: number;
  state: ServiceState = 'installed';
  /** The manager's own services: always active, never stopped. */
  isInternal = false;
  /** In the table: its InsertService event was processed. */
  isInserted = false;
  /** Made at each start, dropped after each stop. */
  activation: ActivationState | undefined;
  /** Its registration as the child of another service, which owns that. */
  childOf: (Ownable & { readonly parent: ServiceContext }) | undefined;
  /** Required slots without a provider. */
  missing = 0;
  /** Links in which it is the provider, in the order of arrival. */
  firstConsumer: Link | undefined;
  lastConsumer: Link | undefined;
  /** Consumers that must stop before it may. */
  blockers = 0;
  /** Counts activations over all services, so that providers have smaller numbers than their consumers. */
  activationOrder = 0;
  /** Id of the event with which it became active. */
  onlineEvent = -1;
  failure: ServiceFailure | undefined;
  /** Restarts since it last ran well, for back-off. */
  restarts = 0;
  /** Clock time at which it became active; only kept for services with a restart policy. */
  activeSince: number | undefined;
  /** Registered before `run()`: its start failures are fatal under `failFast`. */
  isInitial = false;
  /** Stopped on purpose: does not start again by itself when a slot is filled anew after its stop. */
  isHeld = false;
  removeAfterStop = false;
  /** It stops because a provider leaves: it starts again by itself when another one is there. */
  restartAfterStop = false;
  /** The service in whose place it was registered, until it has taken over. */
  replaces: ServiceRecord | undefined;
  /** It has stopped so that the service which replaces it can start: until that is decided it does not start. */
  isMakingRoom = false;
  /** The service that has taken over from it: goes into the slots that it leaves. */
  successor: ServiceRecord | undefined;
  /** A stop that was asked for while it was starting; honoured as soon as its state allows (LC-136). */
  stopRequested = false;
  /** Somebody waits for it to become active, to stop or to be gone. */
  isWatched = false;
  /** What it offers and asks for in the index; undefined while it is not in the table. */
  listing: Listing<ServiceRecord, Slot> | undefined;
  /** Its places among the active providers of its tokens; undefined while it has none there. */
  offers: readonly Offer<ServiceRecord, Slot>[] | undefined;
  /** Active providers that are made for this service alone (loggers, clients), in the order of becoming active. */
  ownProviders: ServiceRecord[] | undefined;
  /** The service among whose own providers it is. */
  recipient: ServiceRecord | undefined;
  #uuid: string | undefined;
  #stopRequest: { readonly serviceId: number; readonly removeAfter: boolean } | undefined;

  constructor(
    definition: ServiceDefinition,
    provides: readonly ServiceIdentifier[],
    registration: RegisterOptions,
    priority: number,
    options: unknown,
  ) {
    this.id = newServiceId();
    this.definition = definition;
    this.name = registration.name ?? definition.name;
    this.provides = provides;
    const { filter } = registration;
    this.filter = filter;
    this.onlyFor = filter !== undefined && 'consumer' in filter ? filter.consumer : 0;
    this.options = options;
    this.registration = registration;
    this.restart = registration.restart;
    this.isFrameworkLogger = provides.includes(FrameworkLogger);
    this.properties = registration.properties ?? noProperties;
    this.priority = priority;
    this.slots = slotsOf(this, definition.specs);
    this.missing = definition.requiredCount;
  }

  get uuid(): string {
    return (this.#uuid ??= crypto.randomUUID());
  }

  /** Its properties, for itself to change (LC-2). */
  ownProperties(): Record<string, unknown> {
    if (this.properties === noProperties) this.properties = {};
    return this.properties;
  }

  /** Its code may run: started or on the way. */
  get isUp(): boolean {
    return this.state !== 'installed' && this.state !== 'uninstalled';
  }

  /** It stops, or will as soon as its start lets it. */
  get isGoingDown(): boolean {
    return this.stopRequested || this.state === 'uninjecting' || this.state === 'stopping';
  }

  /** Moves on, or throws when it is not where the transition begins. */
  transition(transition: Transition): void {
    if (this.state !== transition.from)
      throw coreError(
        'ICHOR_LIFECYCLE_INVALID',
        `${this.name} (${this.id}) is ${this.state}, which knows no "${transition.name}". Please report this as a defect of @ichor/core.`,
      );
    this.state = transition.to;
  }

  /** The payload of the events that stop it. */
  stopRequest(removeAfter: boolean): { readonly serviceId: number; readonly removeAfter: boolean } {
    if (this.#stopRequest === undefined || this.#stopRequest.removeAfter !== removeAfter)
      this.#stopRequest = { serviceId: this.id, removeAfter };
    return this.#stopRequest;
  }

  /** Whether it was made by `stopRequest`: the stop goes on, nobody asks for it anew. */
  isOwnStopRequest(request: object): boolean {
    return request === this.#stopRequest;
  }
}

const noProperties: Properties = Object.freeze({});
/** Made with its length, not with `map`: whatever the engine does to the code, all loops over slots see one kind of array. */
function slotsOf(record: ServiceRecord, specs: readonly DependencySpec[]): readonly Slot[] {
  const slots = new Array<Slot>(specs.length);
  for (let i = 0; i < slots.length; i++) slots[i] = new Slot(record, specs[i] as DependencySpec);
  return slots;
}

/** One dependency of one registered service. While it can take a provider it is in the list of open slots of its token. */
export class Slot implements ListNode<Slot>, RequestNode<Slot> {
  list: object | undefined = undefined;
  previous: Slot | undefined = undefined;
  next: Slot | undefined = undefined;
  previousRequest: Slot | undefined = undefined;
  nextRequest: Slot | undefined = undefined;
  readonly consumer: ServiceRecord;
  readonly spec: DependencySpec;
  /** Its request was shown to trackers. */
  isRequested = false;
  /** How many providers it has. */
  count = 0;
  /** The one provider of a single slot. */
  link: Link | undefined;
  /** The providers of a multiple slot, in the order of arrival; undefined for a single slot. */
  readonly links: Set<Link> | undefined;
  readonly #providers: Set<ServiceRecord> | undefined;
  /** What the index knows of its token; undefined while its service is not in the table. */
  entry: TokenEntry<ServiceRecord, Slot> | undefined;

  constructor(consumer: ServiceRecord, spec: DependencySpec) {
    this.consumer = consumer;
    this.spec = spec;
    if (spec.multiple) {
      this.links = new Set();
      this.#providers = new Set();
    }
  }

  add(link: Link): void {
    if (this.links === undefined) {
      this.link = link;
      this.count = 1;
    } else {
      this.links.add(link);
      this.#providers?.add(link.provider);
      this.count = this.links.size;
    }
  }

  delete(link: Link): void {
    if (this.links === undefined) {
      this.link = undefined;
      this.count = 0;
    } else {
      this.links.delete(link);
      this.#providers?.delete(link.provider);
      this.count = this.links.size;
    }
  }

  /** Whether `provider` is in it. O(1). */
  has(provider: ServiceRecord): boolean {
    return this.#providers === undefined ? this.link?.provider === provider : this.#providers.has(provider);
  }

  /** It can take a provider: it takes many, or has none. */
  get isOpen(): boolean {
    return this.links !== undefined || this.link === undefined;
  }

  *[Symbol.iterator](): Generator<Link> {
    if (this.link !== undefined) yield this.link;
    if (this.links !== undefined) yield* this.links;
  }
}

/** A provider in a slot. Exists from the moment the provider is active until it leaves or the consumer is removed. */
export class Link {
  readonly provider: ServiceRecord;
  readonly slot: Slot;
  readonly consumer: ServiceRecord;
  /** What the consumer's present instance received; undefined while it has no instance. */
  value: unknown;
  /** The consumer's present instance has received it (its `added` was called). */
  isInjected = false;
  /** The consumer's instance was told with `added`. */
  isAnnounced = false;
  /** The provider waits for the consumer to stop. */
  isBlocking = false;
  /** Made when the provider makes views, or the consumer owns things through it. */
  consumerLink: ConsumerLink | undefined;
  previous: Link | undefined;
  next: Link | undefined;

  constructor(provider: ServiceRecord, slot: Slot) {
    this.provider = provider;
    this.slot = slot;
    this.consumer = slot.consumer;
  }
}
