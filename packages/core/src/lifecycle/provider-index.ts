// Who offers and who asks for each token: the pure answer to "which slots does this provider fill" and the reverse.
// Starting or stopping a service costs O(its own edges); providers made for one consumer are found by that consumer's id.

import type { DependencyRequest, Properties } from '../contract/service.ts';
import type { ServiceIdentifier } from '../contract/token.ts';
import type { ServiceRecord, Slot } from './service-record.ts';

/** The market of one token. */
class TokenEntry {
  /** Active providers for everybody, in the order of becoming active. */
  readonly providers = new Set<ServiceRecord>();
  /** Active providers for one consumer, by its id. */
  readonly byConsumer = new Map<number, Set<ServiceRecord>>();
  /** Slots that can take a provider, in the order of becoming able to. */
  readonly openSlots = new Set<Slot>();
  /** All slots of inserted services that ask for the token. */
  readonly requests = new Set<Slot>();
}

export class ProviderIndex {
  readonly #entries = new Map<ServiceIdentifier, TokenEntry>();
  /** How often an entry became unused since the last sweep. */
  #unusedNotes = 0;

  /** Makes an active provider findable. */
  addProvider(provider: ServiceRecord): void {
    const { filter } = provider;
    for (const token of provider.provides) {
      const entry = this.#entry(token);
      if (filter !== undefined && 'consumer' in filter) {
        let providers = entry.byConsumer.get(filter.consumer);
        if (providers === undefined) entry.byConsumer.set(filter.consumer, (providers = new Set()));
        providers.add(provider);
      } else {
        entry.providers.add(provider);
      }
    }
  }

  removeProvider(provider: ServiceRecord): void {
    const { filter } = provider;
    for (const token of provider.provides) {
      const entry = this.#entries.get(token);
      if (entry === undefined) continue;
      if (filter !== undefined && 'consumer' in filter) {
        const providers = entry.byConsumer.get(filter.consumer);
        providers?.delete(provider);
        if (providers?.size === 0) entry.byConsumer.delete(filter.consumer);
      } else {
        entry.providers.delete(provider);
      }
      this.#noteIfUnused(entry);
    }
  }

  /** A service in the table asks for the token of `slot`. */
  addRequest(slot: Slot): void {
    this.#entry(slot.spec.token).requests.add(slot);
  }

  removeRequest(slot: Slot): void {
    const { token } = slot.spec;
    const entry = this.#entries.get(token);
    if (entry === undefined) return;
    entry.requests.delete(slot);
    entry.openSlots.delete(slot);
    this.#noteIfUnused(entry);
  }

  /** Who asks for `token`, in the order of insertion. */
  requestsFor(token: ServiceIdentifier): readonly Slot[] {
    const entry = this.#entries.get(token);
    return entry === undefined ? [] : [...entry.requests];
  }

  /** Active providers of `token` for everybody, accepted or not. */
  providersOf(token: ServiceIdentifier): readonly ServiceRecord[] {
    const entry = this.#entries.get(token);
    return entry === undefined ? [] : [...entry.providers];
  }

  /** The slot can take a provider. */
  openSlot(slot: Slot): void {
    this.#entry(slot.spec.token).openSlots.add(slot);
  }

  closeSlot(slot: Slot): void {
    const { token } = slot.spec;
    this.#entries.get(token)?.openSlots.delete(slot);
  }

  /** Active providers that the slot accepts, in the order of becoming active. */
  *providersFor(slot: Slot): Generator<ServiceRecord> {
    const entry = this.#entries.get(slot.spec.token);
    if (entry === undefined) return;
    for (const provider of entry.providers) if (accepts(provider, slot)) yield provider;
    const own = entry.byConsumer.get(slot.consumer.id);
    if (own !== undefined) for (const provider of own) if (accepts(provider, slot)) yield provider;
  }

  /** Open slots that accept the provider for `token`: at most its consumer's own, where it is made for one. */
  slotsFor(provider: ServiceRecord, token: ServiceIdentifier, consumer: ServiceRecord | undefined): Slot[] {
    const entry = this.#entries.get(token);
    if (entry === undefined) return [];
    const { filter } = provider;
    if (filter !== undefined && 'consumer' in filter) {
      if (consumer === undefined) return [];
      return consumer.slots.filter(
        (slot) => slot.spec.token === token && entry.openSlots.has(slot) && accepts(provider, slot),
      );
    }
    const slots: Slot[] = [];
    for (const slot of entry.openSlots) if (accepts(provider, slot)) slots.push(slot);
    return slots;
  }

  /** Tokens in use, for `explain()`. */
  tokens(): ServiceIdentifier[] {
    return [...this.#entries.keys()];
  }

  #entry(token: ServiceIdentifier): TokenEntry {
    let entry = this.#entries.get(token);
    if (entry === undefined) this.#entries.set(token, (entry = new TokenEntry()));
    return entry;
  }

  /**
   * Tokens are made at run time too (one per connection, say): unused entries must not pile up. They are swept together,
   * when they are many, because the provider of a token that is unused now often comes back at once.
   */
  #noteIfUnused(entry: TokenEntry): void {
    if (!isUnused(entry) || ++this.#unusedNotes < 256 + this.#entries.size) return;
    this.#unusedNotes = 0;
    for (const [token, other] of this.#entries) if (isUnused(other)) this.#entries.delete(token);
  }
}

function isUnused(entry: TokenEntry): boolean {
  return entry.providers.size === 0 && entry.byConsumer.size === 0 && entry.requests.size === 0;
}

/** Whether the provider may go into the slot: not its own, its properties match, and its filter lets the consumer have it. */
export function accepts(provider: ServiceRecord, slot: Slot): boolean {
  if (provider === slot.consumer) return false;
  const { match } = slot.spec;
  if (match !== undefined && !matches(provider.properties, match)) return false;
  const { filter } = provider;
  if (filter === undefined) return true;
  if ('consumer' in filter) return filter.consumer === slot.consumer.id;
  return filter.matches(slot.consumer, requestsOf(slot.consumer));
}

function matches(properties: Properties, wanted: Properties): boolean {
  for (const key of Reflect.ownKeys(wanted) as string[]) if (!Object.is(properties[key], wanted[key])) return false;
  return true;
}

/** What a service asks for, as trackers and filters see it. */
export function requestsOf(consumer: ServiceRecord): DependencyRequest[] {
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
