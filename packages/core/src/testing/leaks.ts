// Counts what a manager holds, to find what was not given back: after quit, or between two moments of a running manager.

import { VirtualClock } from '@ichor/coroutines/testing';
import type { DependencyManager } from '../manager/dependency-manager.ts';
import { SteppedHost } from './stepped-host.ts';

/** What a manager holds at one moment. */
export type HeldResources = Readonly<Record<(typeof kinds)[number], number>>;

const kinds = [
  'services',
  'handlers',
  'interceptors',
  'trackers',
  'coroutines',
  'awaitedEvents',
  'queuedEvents',
  'timers',
  'signalHandlers',
  'keepAlives',
] as const;

/** Counts what `manager` holds. Timers, signal handlers and keep-alives are only seen with a virtual clock and a stepped host. */
export function heldResources(manager: DependencyManager): HeldResources {
  const { clock, host, services } = manager;
  return {
    ...services.resources(),
    services: services.all().length,
    queuedEvents: manager.queue.size,
    timers: clock instanceof VirtualClock ? clock.pending : 0,
    signalHandlers: host instanceof SteppedHost ? host.signalHandlers : 0,
    keepAlives: host instanceof SteppedHost ? host.keptAlive : 0,
  };
}

/**
 * What is left that should not be, one line each. Without `since` the manager should hold nothing: call it after quit.
 * With `since` nothing should have been added: call it with the {@link heldResources} of before.
 *
 * @example
 * ```ts
 * import { defineService } from '@ichor/core';
 * import { heldResources, leaks, testManager } from '@ichor/core/testing';
 *
 * const manager = testManager();
 * await manager.begin();
 * const before = heldResources(manager);
 * const { id } = manager.register(defineService({ setup: () => ({}) }));
 * await manager.settle();
 * console.log(leaks(manager, before)); // ['1 more services than before: service (3)']
 * void manager.removeService(id);
 * await manager.settle();
 * console.log(leaks(manager, before)); // []
 * await manager.quit();
 * console.log(leaks(manager)); // []
 * ```
 */
export function leaks(manager: DependencyManager, since?: HeldResources): string[] {
  const now = heldResources(manager);
  const lines: string[] = [];
  for (const kind of kinds) {
    const more = now[kind] - (since?.[kind] ?? 0);
    if (more > 0)
      lines.push(`${more} ${since === undefined ? `${kind} left` : `more ${kind} than before`}${names(manager, kind)}`);
  }
  return lines;
}

/** As {@link leaks}. @throws Error listing what is left. */
export function assertNoLeaks(manager: DependencyManager, since?: HeldResources): void {
  const found = leaks(manager, since);
  if (found.length > 0) throw new Error(`${manager.name} leaks:\n${found.map((line) => `- ${line}`).join('\n')}`);
}

function names(manager: DependencyManager, kind: (typeof kinds)[number]): string {
  const list =
    kind === 'services'
      ? manager.services
          .all()
          .slice(2)
          .map((service) => `${service.name} (${service.id})`)
      : kind === 'coroutines'
        ? manager.services.running().map((one) => `${one.name} waits for ${one.waitingFor}`)
        : [];
  return list.length === 0 ? '' : `: ${list.slice(0, 10).join(', ')}`;
}
