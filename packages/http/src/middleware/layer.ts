// Middleware as the pipeline uses it: who owns it, and the lists of a host and of its routes. Lists are replaced, never
// changed, so that a request keeps the one it began with.

import type { Consumer, ServiceContext } from '@ichor/core';
import { asMiddleware, type AnyMiddleware, type Middleware } from '../contract/middleware.ts';

export class Layer {
  readonly middleware: Middleware;
  readonly name: string;
  readonly order: number;
  /** What was given to `use`: by it a middleware is recognised that stands in a host and in a route. */
  readonly source: AnyMiddleware;
  readonly #consumer: Consumer;

  /** @throws ICHOR_HTTP_OPTION_INVALID */
  constructor(consumer: Consumer, given: AnyMiddleware, order: number) {
    this.middleware = asMiddleware(given);
    this.name = this.middleware.name ?? 'middleware';
    this.source = given;
    this.order = order;
    this.#consumer = consumer;
  }

  /** The service that it belongs to: what it runs is followed, and cancelled, on behalf of that. */
  get context(): ServiceContext {
    return this.#consumer.context;
  }

  /** Its service, and the host, still run. */
  get isConnected(): boolean {
    return this.#consumer.connected;
  }
}

/** No layers. */
export const noLayers: readonly Layer[] = Object.freeze([]);

/** `layers` with one more, behind those of the same order. */
export function withLayer(layers: readonly Layer[], added: Layer): readonly Layer[] {
  const at = layers.findIndex(({ order }) => order > added.order);
  return at === -1 ? [...layers, added] : [...layers.slice(0, at), added, ...layers.slice(at)];
}

/** Those of the host, then those of the route that the host does not have: each middleware runs once per request. */
export function combined(host: readonly Layer[], route: readonly Layer[]): readonly Layer[] {
  if (route.length === 0) return host;
  if (host.length === 0) return route;
  return [...host, ...route.filter(({ source }) => !host.some((other) => other.source === source))];
}
