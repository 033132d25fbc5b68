// Puts providers into slots and takes them out again, keeping the lists and counts of both sides.

import { Link, type ServiceRecord, type Slot } from './service-record.ts';

/** Puts a provider into a slot. */
export function connect(provider: ServiceRecord, slot: Slot): Link {
  const link = new Link(provider, slot);
  link.previous = provider.lastConsumer;
  if (provider.lastConsumer === undefined) provider.firstConsumer = link;
  else provider.lastConsumer.next = link;
  provider.lastConsumer = link;
  const wasEmpty = slot.count === 0;
  slot.add(link);
  if (wasEmpty && slot.spec.required) slot.consumer.missing--;
  return link;
}

/** Takes a provider out of a slot. */
export function disconnect(link: Link): void {
  const { provider, slot } = link;
  if (link.previous === undefined) provider.firstConsumer = link.next;
  else link.previous.next = link.next;
  if (link.next === undefined) provider.lastConsumer = link.previous;
  else link.next.previous = link.previous;
  link.previous = link.next = undefined;
  if (link.isBlocking) {
    link.isBlocking = false;
    provider.blockers--;
  }
  slot.delete(link);
  if (slot.count === 0 && slot.spec.required) slot.consumer.missing++;
}

/** The consumers of a provider, last arrived first: the order in which they have to stop. */
export function consumersInReverse(provider: ServiceRecord): Link[] {
  const links: Link[] = [];
  for (let link = provider.lastConsumer; link !== undefined; link = link.previous) links.push(link);
  return links;
}
