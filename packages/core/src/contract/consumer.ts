// Ownership travels with the reference: how a provider hands each consumer a view of its own.

import type { Properties, ServiceContext, ServiceInfo } from './service.ts';

/**
 * Key of the method with which a provider makes a view per consumer. See {@link ProvidesViews}.
 *
 * @example
 * ```ts
 * import { defineService, DependencyManager, forConsumer, required, token, type Consumer } from '@ichor/core';
 *
 * interface Doors { open(name: string): void }
 * const Doors = token<Doors>('Doors');
 * const isOpen = new Set<string>();
 * const DoorService = defineService({
 *   provides: [Doors],
 *   setup: () => ({
 *     [forConsumer]: (consumer: Consumer): Doors => ({
 *       open(name) {
 *         consumer.assertConnected();
 *         isOpen.add(name);
 *         consumer.own(() => isOpen.delete(name)); // closes with the consumer that opened it
 *       },
 *     }),
 *   }),
 * });
 * await using manager = new DependencyManager();
 * manager.register(DoorService);
 * const { id } = manager.register(
 *   defineService({ dependencies: { doors: required(Doors) }, setup: ({ doors }) => doors.open('north') }),
 * );
 * void manager.run();
 * await manager.whenActive(id);
 * console.log([...isOpen]); // [ 'north' ]
 * await manager.stopService(id);
 * console.log([...isOpen]); // []
 * ```
 */
export const forConsumer: unique symbol = Symbol.for('@ichor/core/forConsumer');

/**
 * Implemented by a provider whose consumers own what they make through it (routes, timers, handlers).
 * Core calls it once per consumer and activation, injects the view, and disposes the view when either side stops.
 */
export interface ProvidesViews<View> {
  [forConsumer](consumer: Consumer): View;
}

/** The link between one provider and one consumer, as the provider's view sees it. */
export interface Consumer {
  /** The consumer's own context: what is made through it belongs to the consumer. */
  readonly context: ServiceContext;
  readonly provider: ServiceInfo;
  /** Properties the consumer gave with its dependency. */
  readonly properties: Properties | undefined;
  /** Both sides still run. */
  readonly connected: boolean;
  /** @throws ICHOR_SERVICE_GONE, naming both, when one side has stopped. */
  assertConnected(): void;
  /** Undoes `resource` when the link ends. Returns it. */
  own<T extends Disposable | (() => void)>(resource: T): T;
  /** Takes a resource back from `own`, without undoing it. False when it was not owned. O(1). */
  disown(resource: Disposable | (() => void)): boolean;
}
