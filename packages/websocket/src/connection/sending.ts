// The sending half of a connection: messages go to the socket as long as it has room, and wait in the outbox beyond that.
// Used by Connection only. Invariant: while something waits, a flush of the socket is to come, or there is no socket.

import type { Awaitable, Work } from '@ichor/core';
import type { SendResult } from '../contract/websocket-connection.ts';
import { frameBytes, Outbox } from '../flow/outbox.ts';
import type { ResolvedConnectionOptions } from '../options/connection-options.ts';
import { DrainWait } from './drain-wait.ts';
import type { Socket } from './socket.ts';

/** The connection as its sending half sees it. */
export interface SendingConnection {
  readonly id: number;
  readonly side: 'server' | 'client';
  readonly isOver: boolean;
  /** Runs `work` in the event queue, as the service that owns the connection. */
  later(work: Work): void;
  /** Nothing waits any more. */
  emptied(): void;
}

/** The longest head of a frame (RFC 6455 section 5.2). */
const maxHeadBytes = 14;

export class Sending {
  readonly #connection: SendingConnection;
  readonly #options: ResolvedConnectionOptions;
  readonly #outbox: Outbox;
  #socket: Socket | undefined = undefined;
  #sent = 0;
  #lost = 0;
  #flushesToCome = 0;
  #drain: DrainWait | undefined = undefined;
  #isDrainQueued = false;

  constructor(connection: SendingConnection, options: ResolvedConnectionOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#outbox = new Outbox(options.maxQueuedBytes, options.whenFull);
  }

  /** Messages handed to sockets. */
  get sent(): number {
    return this.#sent;
  }

  /** Messages that were taken, or should have been, and will never leave. */
  get dropped(): number {
    return this.#outbox.dropped + this.#lost;
  }

  /** Messages that wait. */
  get queued(): number {
    return this.#outbox.length;
  }

  get bufferedBytes(): number {
    return this.#outbox.bytes + (this.#socket?.bufferedBytes ?? 0);
  }

  get isDrained(): boolean {
    if (this.#socket === undefined || this.#connection.isOver) return false;
    return this.bufferedBytes <= this.#options.lowWaterBytes || (this.#flushesToCome === 0 && this.queued === 0);
  }

  /** There is a socket: what waited for it goes. */
  attach(socket: Socket): void {
    this.#socket = socket;
    this.#flushesToCome = 0;
    this.flush();
    if (this.#drain?.hasWaiters === true && this.isDrained) this.#queueDrain();
  }

  detach(): void {
    this.#socket = undefined;
  }

  /** `overflow` when the policy wants the connection closed. */
  send(data: string | Uint8Array, isBinary: boolean): SendResult | 'overflow' {
    const socket = this.#socket;
    if (socket === undefined) {
      if (!this.#options.queuesOffline) return 'full';
    } else {
      if (!socket.isOpen) return 'closed';
      const buffered = socket.bufferedBytes;
      if (this.#outbox.length === 0 && this.#hasRoom(buffered)) {
        this.#handOver(socket, data, isBinary, buffered);
        return 'sent';
      }
    }
    const payloadBytes = typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength;
    const bytes = frameBytes(payloadBytes, this.#connection.side === 'client');
    const result = this.#outbox.offer({ data, isBinary, bytes });
    if (result !== 'close') return result;
    this.#lost++;
    this.drop();
    return 'overflow';
  }

  drained(): Awaitable<void> {
    return (this.#drain ??= new DrainWait(this));
  }

  /** Hands over what waits, as far as the socket has room. */
  flush(): void {
    const socket = this.#socket;
    // A socket that is being closed takes nothing more.
    if (socket?.isOpen !== true) return;
    while (this.#outbox.length > 0) {
      const buffered = socket.bufferedBytes;
      if (!this.#hasRoom(buffered)) return;
      const { data, isBinary } = this.#outbox.take()!;
      this.#handOver(socket, data, isBinary, buffered);
    }
    this.#connection.emptied();
  }

  /** What waits will never be sent. */
  drop(): void {
    this.#lost += this.#outbox.clear();
  }

  /** Nothing more is taken: those who wait for room learn it, in the event queue. */
  ending(): void {
    if (this.#drain?.hasWaiters === true) this.#queueDrain();
  }

  /** Those who still wait fail at once. */
  ended(): void {
    this.#drain?.release();
  }

  // For those who wait in drained().

  get id(): number {
    return this.#connection.id;
  }

  get isOver(): boolean {
    return this.#connection.isOver;
  }

  /** When no flush is to come, nothing would ever empty the queue: then what is in the socket are control frames only. */
  #hasRoom(buffered: number): boolean {
    return buffered < this.#options.highWaterBytes || this.#flushesToCome === 0;
  }

  /** Asks to be told when it has left only where somebody may wait for that: writes that nobody asks about are cheaper. */
  #handOver(socket: Socket, data: string | Uint8Array, isBinary: boolean, buffered: number): void {
    this.#sent++;
    const atMost = maxHeadBytes + (typeof data === 'string' ? data.length * 3 : data.byteLength);
    if (buffered + atMost < this.#options.lowWaterBytes) return socket.send(data, isBinary, undefined);
    this.#flushesToCome++;
    socket.send(data, isBinary, this.#flushed);
  }

  readonly #flushed = (failure?: unknown): void => {
    // Of a socket that breaks: its end follows, and what waits is not given to it.
    if (failure !== undefined && failure !== null) return;
    if (this.#flushesToCome > 0) this.#flushesToCome--;
    if (this.#outbox.length > 0) this.flush();
    if (this.#drain?.hasWaiters === true && this.isDrained) this.#queueDrain();
  };

  #queueDrain(): void {
    if (this.#isDrainQueued) return;
    this.#isDrainQueued = true;
    const release = (): void => {
      this.#isDrainQueued = false;
      this.#drain?.release();
    };
    this.#connection.later({ run: release, discarded: release });
  }
}
