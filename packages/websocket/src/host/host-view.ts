// The WebSocketHost of one consumer: its endpoints and their connections belong to it.

import type { Consumer } from '@ichor/core';
import type { HttpHost } from '@ichor/http';
import type { ConnectionHandler, EndpointOptions, Endpoint, Room, WebSocketHost } from '../contract/websocket-host.ts';
import { invalidOption } from '../options/checks.ts';
import { resolveEndpointOptions } from '../options/endpoint-options.ts';
import { HostEndpoint } from './endpoint.ts';
import type { HostConnections } from './host-connections.ts';

export class WebSocketHostView implements WebSocketHost, Disposable {
  readonly #http: HttpHost;
  readonly #host: HostConnections;
  readonly #consumer: Consumer;
  readonly #endpoints = new Set<HostEndpoint>();
  #watchesSignal = false;

  constructor(http: HttpHost, host: HostConnections, consumer: Consumer) {
    this.#http = http;
    this.#host = host;
    this.#consumer = consumer;
  }

  get url(): string | undefined {
    return this.#http.url?.replace(/^http/, 'ws');
  }

  get size(): number {
    return this.#host.size;
  }

  endpoint(path: string, second: EndpointOptions | ConnectionHandler, third?: ConnectionHandler): Endpoint {
    this.#consumer.assertConnected();
    const [options, handler] = typeof second === 'function' ? [{}, second] : [second, third];
    if (typeof handler !== 'function') throw invalidOption('handler', handler, 'a function');
    const resolved = resolveEndpointOptions(options);
    const endpoint = new HostEndpoint(path, resolved, handler, this.#host, this.#consumer);
    endpoint.route = this.#http.upgrade(path, { protocol: 'websocket', priority: resolved.priority }, (request) =>
      endpoint.upgrade(request),
    );
    if (!this.#watchesSignal) {
      this.#watchesSignal = true;
      this.#consumer.context.signal.addEventListener('abort', this.#shutDown, { once: true });
    }
    this.#endpoints.add(endpoint);
    endpoint.gone = () => void this.#endpoints.delete(endpoint);
    return endpoint;
  }

  room(name: string): Room {
    this.#consumer.assertConnected();
    return this.#host.rooms.room(name, this.#consumer);
  }

  /** One side has stopped. */
  [Symbol.dispose](): void {
    for (const endpoint of [...this.#endpoints]) {
      endpoint[Symbol.dispose]();
      endpoint.shutDownAll();
      endpoint.forget();
    }
  }

  /** The consumer begins to stop: what it waits for ends with its connections. */
  readonly #shutDown = (): void => {
    for (const endpoint of [...this.#endpoints]) endpoint.shutDownAll();
  };
}
