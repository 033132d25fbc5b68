// Who offers and who asks for each token: the pure answer to "which slots does this provider fill" and the reverse.
// Starting or stopping a service costs O(its own edges); providers made for one consumer are found by that consumer's id.

import type { DependencyRequest, Properties } from '../contract/service.ts';
import type { ServiceIdentifier } from '../contract/token.ts';
import type { ServiceRecord, Slot } from './service-record.ts';
import { TokenEntry, type Offer } from './token-entry.ts';

/** The market of one token, of this manager's records. */
export type Market = TokenEntry<ServiceRecord, Slot>;

const noSlots: readonly Slot[] = Object.freeze([]);
const noOffers: readonly Offer<ServiceRecord, Slot>[] = Object.freeze([]);

export class ProviderIndex {
  readonly #entries = new Map<ServiceIdentifier, Market>();

  /** Makes the tokens of a service in the table known. */
  insert(record: ServiceRecord): void {
    record.offers = record.provides.map((token) => ({
      provider: record,
      entry: this.#use(token),
      list: undefined,
      previous: undefined,
      next: undefined,
    }));
    for (const slot of record.slots) {
      slot.entry = this.#use(slot.spec.token);
      slot.entry.requests.add(slot);
    }
  }

  /** Forgets a service that leaves the table. */
  remove(record: ServiceRecord): void {
    for (const slot of record.slots) {
      const { entry } = slot;
      if (entry === undefined) continue;
      entry.requests.delete(slot);
      entry.openSlots.delete(slot);
      this.#release(slot.spec.token, entry);
      slot.entry = undefined;
    }
    for (let i = 0; i < record.offers.length; i++)
      this.#release(record.provides[i] as ServiceIdentifier, record.offers[i]?.entry);
    record.offers = noOffers;
  }

  /**
   * Makes an active provider findable.
   * @param consumer The only service that may have it, where it is made for one; found there, and nowhere else.
   */
  addProvider(provider: ServiceRecord, consumer: ServiceRecord | undefined): void {
    if (consumer !== undefined) (consumer.ownProviders ??= []).push(provider);
    else if (!isForOne(provider)) for (const offer of provider.offers) offer.entry.providers.add(offer);
  }

  removeProvider(provider: ServiceRecord, consumer: ServiceRecord | undefined): void {
    if (consumer !== undefined) consumer.ownProviders = consumer.ownProviders?.filter((other) => other !== provider);
    else for (const offer of provider.offers) offer.entry.providers.delete(offer);
  }

  /** Who asks for `token`, in the order of insertion. */
  requestsFor(token: ServiceIdentifier): readonly Slot[] {
    const entry = this.#entries.get(token);
    return entry === undefined ? noSlots : [...entry.requests];
  }

  #use(token: ServiceIdentifier): Market {
    let entry = this.#entries.get(token);
    if (entry === undefined) this.#entries.set(token, (entry = new TokenEntry()));
    entry.users++;
    return entry;
  }

  #release(token: ServiceIdentifier, entry: Market | undefined): void {
    if (entry !== undefined && --entry.users === 0) this.#entries.delete(token);
  }
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

/** Whether the provider is made for one consumer. */
function isForOne(provider: ServiceRecord): boolean {
  return provider.filter !== undefined && 'consumer' in provider.filter;
}

/** Open slots that accept the provider for the token of `entry`: at most its consumer's own, where it is made for one. */
export function slotsFor(provider: ServiceRecord, entry: Market, consumer: ServiceRecord | undefined): readonly Slot[] {
  if (entry.openSlots.first === undefined) return noSlots;
  if (isForOne(provider)) {
    if (consumer === undefined) return noSlots;
    return consumer.slots.filter(
      (slot) => slot.entry === entry && slot.list === entry.openSlots && accepts(provider, slot),
    );
  }
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
  if ('consumer' in filter) return filter.consumer === slot.consumer.id;
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
