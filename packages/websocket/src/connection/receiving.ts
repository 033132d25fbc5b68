// The receiving half of a connection: messages become events for its subscribers, and reading pauses while too many of them
// are on their way. Used by Connection only. Invariant: every message that was counted is uncounted once, by its subscriber.

import type { Consumer, Work } from '@ichor/core';
import { priorityNumber } from '../options/checks.ts';
import type { ResolvedConnectionOptions } from '../options/connection-options.ts';
import { IncomingMessage, WebSocketMessageWork } from './incoming-message.ts';
import type { Socket } from './socket.ts';
import type { Subscription } from './subscription.ts';

/** The connection as its receiving half sees it. */
export interface ReceivingConnection {
  readonly owner: Consumer;
  readonly isOver: boolean;
  handlerFailed(error: unknown, handling: string): void;
  /** Runs `work` in the event queue, as the service that owns the connection. */
  later(work: Work, priority: number): void;
  /** Reading goes on. */
  unpaused(): void;
}

const nobody: readonly Subscription[] = [];

export class Receiving {
  readonly #connection: ReceivingConnection;
  readonly #options: ResolvedConnectionOptions;
  #socket: Socket | undefined = undefined;
  #subscriptions = nobody;
  // What came before the first subscriber.
  #early: { readonly bytes: Uint8Array; readonly isBinary: boolean }[] = [];
  #received = 0;
  #pending = 0;
  #pendingBytes = 0;
  #isPaused = false;
  #isMuted = false;
  #hasEnded = false;
  #lastPriority: number;

  constructor(connection: ReceivingConnection, options: ResolvedConnectionOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#lastPriority = options.priority;
  }

  get received(): number {
    return this.#received;
  }

  /** Messages that wait for handlers or are being handled. */
  get pending(): number {
    return this.#pending;
  }

  /** Whether reading is paused because too much is pending: then nothing can be heard of the peer. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Whether what waits for handlers is dropped, because this side has closed. */
  get isMuted(): boolean {
    return this.#isMuted;
  }

  /** No message that is on its way has a lower priority: what has this one comes behind them all. */
  get lastPriority(): number {
    return this.#lastPriority;
  }

  attach(socket: Socket): void {
    this.#socket = socket;
    if (this.#isPaused) socket.pause();
  }

  detach(): void {
    this.#socket = undefined;
  }

  deliver(bytes: Uint8Array, isBinary: boolean): void {
    this.#received++;
    if (this.#subscriptions.length === 0) {
      this.#early.push({ bytes, isBinary });
      this.#count(bytes.byteLength);
      return;
    }
    for (const subscription of this.#subscriptions) this.#push(bytes, isBinary, subscription);
    this.#connection.owner.context.queue.wake();
  }

  /** The first subscriber gets what came before it, also when the connection has closed meanwhile. */
  subscribe(subscription: Subscription): void {
    const early = this.#early;
    this.#early = [];
    if (this.#hasEnded && early.length === 0) return subscription.ended();
    if (!this.#hasEnded) this.#subscriptions = [...this.#subscriptions, subscription];
    for (const { bytes, isBinary } of early) {
      this.#uncount(bytes.byteLength);
      this.#push(bytes, isBinary, subscription);
    }
    if (!this.#hasEnded) return;
    const end = (): void => subscription.ended();
    this.#connection.later({ run: end, discarded: end }, this.#lastPriority);
  }

  unsubscribe(subscription: Subscription): void {
    this.#subscriptions = this.#subscriptions.filter((other) => other !== subscription);
  }

  /** A received message has been dealt with by one of its subscribers. */
  finished(message: IncomingMessage): void {
    this.#uncount(message.bytes.byteLength);
  }

  /** What has been received is not delivered any more. */
  mute(): void {
    this.#isMuted = true;
    for (const { bytes } of this.#early) this.#uncount(bytes.byteLength);
    this.#early = [];
  }

  /** Nothing more will come. Called behind the last message in the queue. */
  ended(): void {
    this.#hasEnded = true;
    const subscriptions = this.#subscriptions;
    this.#subscriptions = nobody;
    for (const subscription of subscriptions) subscription.ended();
  }

  unpause(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#connection.unpaused();
    this.#socket?.resume();
  }

  #push(bytes: Uint8Array, isBinary: boolean, subscription: Subscription): void {
    this.#count(bytes.byteLength);
    const message = new IncomingMessage(bytes, isBinary, subscription);
    const { priority, priorityOf } = this.#options;
    let number = priority;
    try {
      if (priorityOf !== undefined) {
        number = priorityNumber('priority', priorityOf(message));
        if (number > this.#lastPriority) this.#lastPriority = number;
      }
      subscription.consumer.context.queue.pushWork(WebSocketMessageWork, message, number);
    } catch (error) {
      // The service has stopped, the queue is full, or the priority function failed.
      this.#uncount(bytes.byteLength);
      if (subscription.consumer.connected) this.#connection.handlerFailed(error, 'a message');
    }
  }

  #count(bytes: number): void {
    this.#pending++;
    this.#pendingBytes += bytes;
    const { maxPendingMessages, maxPendingBytes } = this.#options;
    if (this.#isPaused || this.#connection.isOver) return;
    if (this.#pending < maxPendingMessages && this.#pendingBytes < maxPendingBytes) return;
    this.#isPaused = true;
    this.#socket?.pause();
  }

  #uncount(bytes: number): void {
    this.#pending--;
    this.#pendingBytes -= bytes;
    if (!this.#isPaused) return;
    const { maxPendingMessages, maxPendingBytes } = this.#options;
    if (this.#pending * 2 <= maxPendingMessages && this.#pendingBytes * 2 <= maxPendingBytes) this.unpause();
  }
}
