// Puts a new provider in the place of an old one, in one step of the queue: used by the lifecycle when a service that was
// registered to replace another one has become active. manager/replacements.ts sees the whole replacement through.

import { canReceive, eject, inject } from './injection.ts';
import { accepts } from './provider-index.ts';
import { connect, consumersInReverse, disconnect } from './linking.ts';
import type { Link, ServiceRecord } from './service-record.ts';

/**
 * The services that have to stop, for a while, because `provider` leaves: its consumers that cannot do without it, theirs, and
 * those of the children that go with them. O(services + links).
 */
export function affectedBy(
  provider: ServiceRecord,
  table: ReadonlyMap<number, ServiceRecord>,
  mustStopBefore: (link: Link) => boolean,
): Set<ServiceRecord> {
  const children = new Map<ServiceRecord, ServiceRecord[]>();
  for (const record of table.values())
    if (record.childOf !== undefined) {
      const parent = table.get(record.childOf.parent.id);
      if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), record]);
    }
  const affected = new Set<ServiceRecord>();
  const leaving = [provider];
  for (let record = leaving.pop(); record !== undefined; record = leaving.pop()) {
    leaving.push(...(children.get(record) ?? []));
    for (const link of consumersInReverse(record))
      if (mustStopBefore(link) && !affected.has(link.consumer)) {
        affected.add(link.consumer);
        leaving.push(link.consumer);
      }
  }
  return affected;
}

/**
 * Gives consumers that use `old` as an optional dependency `next` instead, without a moment in between: `added` with the new
 * one, then `removed` with the old one. Collections have received the new one already, and lose the old one when it leaves.
 */
export function swapOptional(old: ServiceRecord, next: ServiceRecord, mustStopBefore: (link: Link) => boolean): void {
  for (const link of consumersInReverse(old)) {
    const { slot, consumer } = link;
    if (slot.link !== link || mustStopBefore(link) || !accepts(next, slot)) continue;
    const { state } = consumer;
    if (state !== 'installed' && !canReceive(slot)) continue;
    disconnect(link);
    const fresh = connect(next, slot);
    if (state !== 'installed') inject(fresh);
    if (link.isInjected) eject(link);
  }
}
