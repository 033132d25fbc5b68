// Services that ask for one token more than once: which of their slots a provider goes to (LC-72, LC-74, LC-76).

import { accepts } from './provider-index.ts';
import { connect, disconnect } from './linking.ts';
import type { ServiceRecord, Slot } from './service-record.ts';

/**
 * Which of several slots for one token chooses first: those with conditions, so that a provider they need is not taken by one
 * that takes any; and single ones before collections, which take what is left, but for one that needs its first provider.
 */
export function rankOf({ spec, links }: Slot): number {
  const kind = links === undefined ? 0 : spec.required && links.size === 0 ? 1 : 2;
  return (spec.match === undefined ? 3 : 0) + kind;
}

/** The slot of the same consumer and token that a provider goes to: by rank, then as they are declared (LC-72). */
export function firstChoice(provider: ServiceRecord, slot: Slot): Slot {
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
export function takeFromCollection(slot: Slot): void {
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
export function isFree(provider: ServiceRecord, slot: Slot): boolean {
  const { consumer, spec } = slot;
  if (!consumer.definition.hasRepeatedTokens) return slot.links === undefined || !slot.has(provider);
  return !consumer.slots.some((other) => other.spec.token === spec.token && other.has(provider));
}
