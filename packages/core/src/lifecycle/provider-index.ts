// Who offers and who asks for each token: the pure answer to "which slots does this provider fill" and the reverse.
// Starting or stopping a service costs O(its own edges); providers made for one consumer are found by that consumer's id.

import type { DependencyRequest, Properties } from '../contract/service.ts';
import type { ServiceIdentifier } from '../contract/token.ts';
import type { ServiceRecord, Slot } from './service-record.ts';
import type { ServiceDefinition } from '../services/definition.ts';
import { TokenEntry, type Listing, type Offer } from './token-entry.ts';

/** The market of one token, of this manager's records. */
export type Market = TokenEntry<ServiceRecord, Slot>;

const noSlots: readonly Slot[] = Object.freeze([]);

export class ProviderIndex {
  readonly #entries = new Map<ServiceIdentifier, Market>();
  /** Those of definitions that are in the table just as they are declared: most services have many of their kind. */
  readonly #listings = new Map<ServiceDefinition, Listing<ServiceRecord, Slot>>();
  readonly #table: ReadonlyMap<number, ServiceRecord>;

  /** @param table All services, by id. */
  constructor(table: ReadonlyMap<number, ServiceRecord>) {
    this.#table = table;
  }

  /** Makes the tokens of a service in the table known. */
  insert(record: ServiceRecord): void {
    const { definition, slots } = record;
    const isPlain = record.provides === definition.provides;
    let listing = isPlain ? this.#listings.get(definition) : undefined;
    if (listing === undefined) {
      listing = this.#list(record);
      if (isPlain) this.#listings.set(definition, listing);
    }
    listing.users++;
    record.listing = listing;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as Slot;
      const entry = listing.wanted[i] as Market;
      slot.entry = entry;
      entry.addRequest(slot);
    }
  }

  /** Forgets a service that leaves the table. */
  remove(record: ServiceRecord): void {
    const { listing, slots } = record;
    if (listing === undefined) return;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as Slot;
      const entry = slot.entry as Market;
      entry.deleteRequest(slot);
      entry.openSlots.delete(slot);
      slot.entry = undefined;
    }
    record.listing = undefined;
    record.offers = undefined;
    if (--listing.users === 0) this.#unlist(record, listing);
  }

  /** Makes an active provider findable: for everybody, or only for the service that it is made for. */
  addProvider(provider: ServiceRecord): void {
    if (provider.onlyFor === 0) {
      const offers = (provider.offers ??= offersOf(provider));
      for (let i = 0; i < offers.length; i++) {
        const offer = offers[i] as Offer<ServiceRecord, Slot>;
        offer.entry.providers.add(offer);
      }
      return;
    }
    const consumer = this.#table.get(provider.onlyFor);
    if (consumer === undefined) return;
    provider.recipient = consumer;
    if (consumer.ownProviders === undefined) consumer.ownProviders = [provider];
    else consumer.ownProviders.push(provider);
  }

  removeProvider(provider: ServiceRecord): void {
    const { offers, recipient } = provider;
    if (offers !== undefined)
      for (let i = 0; i < offers.length; i++) {
        const offer = offers[i] as Offer<ServiceRecord, Slot>;
        offer.entry.providers.delete(offer);
      }
    if (recipient === undefined) return;
    provider.recipient = undefined;
    const own = recipient.ownProviders;
    if (own === undefined || (own.length === 1 && own[0] === provider)) recipient.ownProviders = undefined;
    else recipient.ownProviders = own.filter((other) => other !== provider);
  }

  /** Who asks for `token`, in the order of insertion. */
  requestsFor(token: ServiceIdentifier): readonly Slot[] {
    return this.#entries.get(token)?.requests() ?? noSlots;
  }

  #list({ provides, slots }: ServiceRecord): Listing<ServiceRecord, Slot> {
    return {
      offered: provides.map((token) => this.#use(token)),
      wanted: slots.map((slot) => this.#use(slot.spec.token)),
      users: 0,
    };
  }

  #unlist({ definition, provides, slots }: ServiceRecord, listing: Listing<ServiceRecord, Slot>): void {
    if (this.#listings.get(definition) === listing) this.#listings.delete(definition);
    for (const token of provides) this.#release(token);
    for (const slot of slots) this.#release(slot.spec.token);
  }

  #use(token: ServiceIdentifier): Market {
    let entry = this.#entries.get(token);
    if (entry === undefined) this.#entries.set(token, (entry = new TokenEntry()));
    entry.users++;
    return entry;
  }

  #release(token: ServiceIdentifier): void {
    const entry = this.#entries.get(token);
    if (entry !== undefined && --entry.users === 0) this.#entries.delete(token);
  }
}

function offersOf(provider: ServiceRecord): readonly Offer<ServiceRecord, Slot>[] {
  const offered = provider.listing?.offered ?? [];
  const offers = new Array<Offer<ServiceRecord, Slot>>(offered.length);
  for (let i = 0; i < offers.length; i++)
    offers[i] = { provider, entry: offered[i] as Market, list: undefined, previous: undefined, next: undefined };
  return offers;
}

/** The first active provider that the slot accepts and `isFree` lets it have: in the order of becoming active. */
export function firstProviderFor(
  slot: Slot,
  isFree: (provider: ServiceRecord, slot: Slot) => boolean,
): ServiceRecord | undefined {
  const { entry } = slot;
  if (entry === undefined) return undefined;
  for (let offer = entry.providers.first; offer !== undefined; offer = offer.next)
    if (accepts(offer.provider, slot) && isFree(offer.provider, slot)) return offer.provider;
  const { ownProviders } = slot.consumer;
  if (ownProviders !== undefined)
    for (const provider of ownProviders)
      if (provider.provides.includes(slot.spec.token) && accepts(provider, slot) && isFree(provider, slot))
        return provider;
  return undefined;
}

/** All active providers that the slot accepts, in the order of becoming active. O(providers). */
export function providersFor(slot: Slot): readonly ServiceRecord[] {
  const { entry } = slot;
  if (entry === undefined) return [];
  const all = Array.from(entry.providers, (offer) => offer.provider);
  for (const provider of slot.consumer.ownProviders ?? [])
    if (provider.provides.includes(slot.spec.token)) all.push(provider);
  return all.filter((provider) => accepts(provider, slot));
}

/** Open slots of the token that accept a provider which is for everybody, in the order in which they became open. */
export function openSlotsFor(provider: ServiceRecord, entry: Market): readonly Slot[] {
  const slots: Slot[] = [];
  for (let slot: Slot | undefined = entry.openSlots.first; slot !== undefined; slot = slot.next)
    if (accepts(provider, slot)) slots.push(slot);
  return slots;
}

/** Whether the provider may go into the slot: not its own, its properties match, and its filter lets the consumer have it. */
export function accepts(provider: ServiceRecord, slot: Slot): boolean {
  if (provider === slot.consumer || provider === slot.consumer.replaces) return false;
  const { match } = slot.spec;
  if (match !== undefined && !matches(provider.properties, match)) return false;
  const { filter } = provider;
  if (filter === undefined) return true;
  if ('consumer' in filter) return provider.onlyFor === slot.consumer.id;
  try {
    return filter.matches(slot.consumer, requestsOf(slot.consumer));
  } catch (error) {
    provider.activation?.fail(error, `the filter's matches(${slot.consumer.name})`);
    return false;
  }
}

function matches(properties: Properties, wanted: Properties): boolean {
  for (const key of Reflect.ownKeys(wanted) as string[]) if (!Object.is(properties[key], wanted[key])) return false;
  return true;
}

/** What a service asks for, as trackers and filters see it. */
function requestsOf(consumer: ServiceRecord): DependencyRequest[] {
  return consumer.slots.map((slot) => requestOf(slot));
}

export function requestOf(slot: Slot): DependencyRequest {
  const { consumer, spec } = slot;
  return {
    requester: consumer,
    token: spec.token,
    required: spec.required,
    multiple: spec.multiple,
    properties: spec.properties,
    priority: Math.min(consumer.priority, 100),
  };
}
