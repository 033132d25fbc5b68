// Ownership travels with the reference: how a provider hands each consumer a view of its own.

import type { Properties, ServiceContext, ServiceInfo } from './service.ts';

/** Key of the method with which a provider makes a view per consumer. */
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
