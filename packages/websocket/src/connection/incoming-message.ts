// One received message on its way to one subscriber: what the handler sees, and the work item of the queue.

import { defineWork, type DiscardReason, type Handled, type Work } from '@ichor/core';
import type { WebSocketMessage } from '../contract/websocket-connection.ts';

/**
 * The event type of received messages, for interceptors and observers: `intercept(WebSocketMessageWork, …)` sees each before its
 * handler, and a veto drops it.
 *
 * @example
 * ```ts
 * import { DependencyManager, type ServiceContext } from '@ichor/core';
 * import { WebSocketMessageWork } from '@ichor/websocket';
 *
 * class Gate {
 *   static readonly dependencies = {};
 *   constructor(_dependencies: object, self: ServiceContext) {
 *     self.intercept(WebSocketMessageWork, { before: () => console.log('a message') });
 *   }
 * }
 *
 * const manager = new DependencyManager();
 * manager.register(Gate);
 * const run = manager.run();
 * await manager.quit();
 * await run;
 * ```
 */
export const WebSocketMessageWork = defineWork('WebSocketMessage');

/** Where a message goes. */
export interface Receiver {
  deliver(message: IncomingMessage): Handled;
  /** The message was dealt with; a failure closes the connection. */
  finished(message: IncomingMessage, error: unknown, hasFailed: boolean): void;
  /** Receives it later: `finished` is called when it has been taken. */
  readonly keeps: boolean;
}

// A byte order mark is part of the message.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export class IncomingMessage implements WebSocketMessage, Work {
  readonly bytes: Uint8Array;
  readonly isBinary: boolean;
  readonly receiver: Receiver;
  #text: string | undefined = undefined;

  constructor(bytes: Uint8Array, isBinary: boolean, receiver: Receiver) {
    this.bytes = bytes;
    this.isBinary = isBinary;
    this.receiver = receiver;
  }

  get text(): string {
    return (this.#text ??= decoder.decode(this.bytes));
  }

  json(): unknown {
    return JSON.parse(this.text);
  }

  run(): Handled {
    return this.receiver.deliver(this);
  }

  returned(): void {
    if (!this.receiver.keeps) this.receiver.finished(this, undefined, false);
  }

  threw(error: unknown): void {
    this.receiver.finished(this, error, true);
  }

  discarded(_reason: DiscardReason): void {
    this.receiver.finished(this, undefined, false);
  }
}
