// Puts providers into slots: an active provider is offered to everybody who has room for it, and a slot that has room takes
// what is active (LC-70…78). Used by what starts services and by what stops them.

import { canReceive, inject } from './injection.ts';
import { accepts, firstProviderFor, openSlotsFor, providersFor, type Market } from './provider-index.ts';
import { connect } from './linking.ts';
import type { ServiceRecord, Slot } from './service-record.ts';
import { firstChoice, isFree, takeFromCollection } from './slot-choice.ts';

/** The way up, as the others see it. */
export interface StartsServices {
  /** Starts a service that nothing is missing for, unless it may not start now. */
  start(record: ServiceRecord, priority: number): void;
  /** It is starting or injecting, and has to stop. */
  cancel(record: ServiceRecord): void;
}

export class Placement {
  /** Set by the lifecycle, whose parts need each other. */
  starts!: StartsServices;

  /** Offers an active provider for all its tokens. */
  offer(provider: ServiceRecord, priority: number): void {
    const offered = provider.listing?.offered ?? noMarkets;
    for (let i = 0; i < offered.length; i++) {
      const entry = offered[i] as Market;
      if (entry.openSlots.first === undefined) continue;
      if (provider.recipient !== undefined) this.#offerTo(provider.recipient, provider, entry, priority);
      else if (provider.onlyFor === 0) this.#offerToAll(provider, entry, priority);
    }
  }

  /** Connects a slot with the active providers there are. Whether it was empty and is not any more. */
  fill(slot: Slot, preferred?: ServiceRecord): boolean {
    const wasEmpty = slot.count === 0;
    if (slot.links !== undefined) {
      // A collection that is open has everything already, unless a provider has become free in another slot of the service.
      if (slot.list === undefined || slot.consumer.definition.hasRepeatedTokens) this.#collect(slot);
    } else {
      while (slot.link === undefined) {
        const isWanted = preferred?.state === 'active' && isFree(preferred, slot) && accepts(preferred, slot);
        const provider = isWanted ? preferred : firstProviderFor(slot, isFree);
        if (provider === undefined) break;
        const link = connect(provider, slot);
        if (slot.consumer.state !== 'installed' && canReceive(slot)) inject(link);
      }
    }
    if (slot.count === 0 && slot.consumer.definition.hasRepeatedTokens) takeFromCollection(slot);
    if (slot.links !== undefined || slot.link === undefined) slot.entry?.openSlots.add(slot);
    return wasEmpty && slot.count > 0;
  }

  #offerTo(consumer: ServiceRecord, provider: ServiceRecord, entry: Market, priority: number): void {
    const { slots } = consumer;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as Slot;
      if (slot.entry === entry && slot.list === entry.openSlots && accepts(provider, slot))
        this.#place(provider, slot, priority);
    }
  }

  #offerToAll(provider: ServiceRecord, entry: Market, priority: number): void {
    const { first, last } = entry.openSlots;
    if (first !== undefined && first === last) {
      if (accepts(provider, first)) this.#place(provider, first, priority);
      return;
    }
    for (const slot of openSlotsFor(provider, entry)) this.#place(provider, slot, priority);
  }

  #place(provider: ServiceRecord, open: Slot, priority: number): void {
    // An `added` callback of an earlier slot may have changed everything.
    if (provider.state !== 'active' || !open.isOpen || !isFree(provider, open)) return;
    const slot = open.consumer.definition.hasRepeatedTokens ? firstChoice(provider, open) : open;
    const wasEmpty = slot.count === 0;
    const link = connect(provider, slot);
    if (slot.links === undefined) slot.entry?.openSlots.delete(slot);
    const { consumer } = slot;
    if (consumer.state === 'installed') {
      if (wasEmpty && consumer.missing === 0) this.starts.start(consumer, priority);
    } else if (canReceive(slot)) {
      inject(link);
    }
  }

  #collect(slot: Slot): void {
    for (const provider of providersFor(slot)) {
      // An `added` callback may have changed everything.
      if (provider.state !== 'active' || slot.entry === undefined || !isFree(provider, slot)) continue;
      const link = connect(provider, slot);
      if (canReceive(slot)) inject(link);
    }
  }
}

const noMarkets: readonly Market[] = Object.freeze([]);
