// Who has to stop before whom (LC-93): pure questions about links.

import type { Link, ServiceRecord } from './service-record.ts';

/** Whether the consumer has to stop before the provider of `link` may. */
export function mustStopBefore(link: Link): boolean {
  const { consumer } = link;
  // A service that owns a provider as its child takes it along at the end of its own stop.
  if (consumer.activation?.isEnding === true && !link.isInjected) return false;
  switch (consumer.state) {
    case 'installed':
    case 'uninstalled':
      return false;
    case 'stopping':
      return link.isInjected;
    case 'uninjecting':
      return isNeeded(link) && !waitsFor(consumer, link.provider, new Set());
    default:
      return isNeeded(link);
  }
}

/** Whether the consumer's instance cannot run without the provider of `link`. One that it has not received does not replace it. */
function isNeeded(link: Link): boolean {
  const { spec, links } = link.slot;
  if (!link.isInjected) return false;
  if (spec.isFixed) return true;
  if (!spec.required) return false;
  if (links !== undefined) for (const other of links) if (other !== link && other.isInjected) return false;
  return true;
}

/** Whether `record` cannot stop before `other` has: services that need each other must not wait for each other for ever. */
function waitsFor(record: ServiceRecord, other: ServiceRecord, seen: Set<ServiceRecord>): boolean {
  if (record.blockers === 0 || seen.has(record)) return false;
  seen.add(record);
  for (let link = record.firstConsumer; link !== undefined; link = link.next)
    if (link.isBlocking && (link.consumer === other || waitsFor(link.consumer, other, seen))) return true;
  return false;
}
