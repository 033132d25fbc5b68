// One connection from the first byte to the last: state, sending with backpressure, receiving with flow control, closing with a
// bound. Both sides use it; views (connection-view.ts) are what users see. Invariants: at most one socket at a time; nothing is
// delivered once closing has begun; `closed` happens once.

import {
  defineWork,
  type Awaitable,
  type Consumer,
  type Handled,
  type Logger,
  type ScheduledCall,
  type ServiceHandle,
  type Work,
} from '@ichor/core';
import { isCancelled, ValueEvent } from '@ichor/coroutines';
import type { CloseInfo, ConnectionMetrics, ConnectionState, SendResult } from '../contract/websocket-connection.ts';
import { frameBytes, Outbox } from '../flow/outbox.ts';
import { priorityNumber } from '../options/checks.ts';
import type { ResolvedConnectionOptions } from '../options/connection-options.ts';
import { fittingReason } from '../protocol/close-codes.ts';
import { DrainWait, type Drainable } from './drain-wait.ts';
import { IncomingMessage, WebSocketMessageWork, type Receiver } from './incoming-message.ts';
import type { Socket, SocketListener } from './socket.ts';
import type { Subscription } from './subscription.ts';

/** The event type with which connections tell their services about closing, changes of state and room to send. */
export const WebSocketChange = defineWork('WebSocketChange');

/** Who a connection belongs to and what it is. */
export interface ConnectionParts {
  readonly side: 'server' | 'client';
  readonly path: string;
  readonly options: ResolvedConnectionOptions;
  /** The link of the service that owns it. */
  readonly owner: Consumer;
  readonly log: () => Logger;
  /** Its socket is gone and this side has not closed it: true when it will get another one. */
  readonly lost?: (code: number, reason: string) => boolean;
  /** It has closed for good. Called before its handlers. */
  readonly over: (connection: Connection) => void;
}

/** A handler of a service for something that happens on the connection. */
export interface Watcher<T> {
  readonly consumer: Consumer;
  readonly handler: (value: T) => Handled;
}

/** The longest head of a frame (RFC 6455 section 5.2). */
const maxHeadBytes = 14;

let lastId = 0;
const noReceivers: readonly Subscription[] = [];

export class Connection implements SocketListener, Drainable {
  readonly id = ++lastId;
  readonly parts: ConnectionParts;
  readonly closeWatchers = new Set<Watcher<CloseInfo>>();
  readonly stateWatchers = new Set<Watcher<ConnectionState>>();
  /** The rooms it is in, which it leaves when it closes. */
  rooms: Set<{ removed(connection: Connection): void }> | undefined = undefined;
  readonly #outbox: Outbox;
  #service: ServiceHandle | undefined = undefined;
  #socket: Socket | undefined = undefined;
  #state: ConnectionState = 'connecting';
  #protocol = '';
  #subscriptions: readonly Subscription[] = noReceivers;
  #early: { readonly bytes: Uint8Array; readonly isBinary: boolean }[] | undefined = undefined;
  #pending = 0;
  #pendingBytes = 0;
  #isPaused = false;
  #isMuted = false;
  #sent = 0;
  #flushesToCome = 0;
  #received = 0;
  #lostMessages = 0;
  #drain: DrainWait | undefined = undefined;
  #isDrainQueued = false;
  #ending: { readonly code: number; readonly reason: string; readonly by: CloseInfo['by'] } | undefined = undefined;
  #closeTimer: ScheduledCall | undefined = undefined;
  #closeInfo: CloseInfo | undefined = undefined;
  #closed: ValueEvent<CloseInfo> | undefined = undefined;
  /** Something has come from the peer since the last look. Used by the heartbeat. */
  isAlive = true;

  constructor(parts: ConnectionParts) {
    this.parts = parts;
    this.#outbox = new Outbox(parts.options.maxQueuedBytes, parts.options.whenFull);
  }

  // --- what it is ---

  get state(): ConnectionState {
    return this.#state;
  }

  get protocol(): string {
    return this.#protocol;
  }

  get bufferedBytes(): number {
    return this.#outbox.bytes + (this.#socket?.bufferedBytes ?? 0);
  }

  get metrics(): ConnectionMetrics {
    return {
      bufferedBytes: this.bufferedBytes,
      queued: this.#outbox.length,
      sent: this.#sent,
      dropped: this.#outbox.dropped + this.#lostMessages,
      received: this.#received,
      pending: this.#pending,
      isPaused: this.#isPaused,
    };
  }

  get closeInfo(): CloseInfo | undefined {
    return this.#closeInfo;
  }

  get isDrained(): boolean {
    if (this.#state !== 'open') return false;
    return (
      this.bufferedBytes <= this.parts.options.lowWaterBytes || (this.#flushesToCome === 0 && this.#outbox.length === 0)
    );
  }

  get isOver(): boolean {
    return this.#state === 'closing' || this.#state === 'closed';
  }

  /** Whether what waits for handlers is dropped, because this side has closed. */
  get isMuted(): boolean {
    return this.#isMuted;
  }

  /** Whether reading is paused because too much is pending: then nothing can be heard of the peer. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** The service that stands for it; it is removed with the connection. */
  standsFor(service: ServiceHandle): void {
    this.#service = service;
    if (this.#state === 'closed') service.stop({ remove: true });
  }

  // --- opening ---

  /** The socket is open. */
  opened(socket: Socket): void {
    if (this.#state !== 'connecting') return socket.terminate();
    this.#socket = socket;
    this.#protocol = socket.protocol;
    this.#flushesToCome = 0;
    this.isAlive = true;
    if (this.#isPaused) socket.pause();
    this.#enter('open');
    this.#flush();
  }

  // --- sending ---

  send(data: string | Uint8Array, isBinary: boolean): SendResult {
    if (this.isOver) return 'closed';
    const socket = this.#socket;
    if (socket === undefined) {
      if (!this.parts.options.queuesOffline) return 'full';
    } else if (!socket.isOpen) return 'closed';
    if (socket !== undefined && this.#outbox.length === 0 && this.#hasRoom(socket)) {
      this.#handOver(socket, data, isBinary);
      return 'sent';
    }
    const payloadBytes = typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength;
    const bytes = frameBytes(payloadBytes, this.parts.side === 'client');
    const result = this.#outbox.offer({ data, isBinary, bytes });
    if (result !== 'close') return result;
    this.#lostMessages += 1 + this.#outbox.clear();
    this.close(1013, 'receiver too slow');
    return 'full';
  }

  drained(): Awaitable<void> {
    return (this.#drain ??= new DrainWait(this));
  }

  /** When no flush is to come, nothing would ever empty the queue: then what is in the socket are control frames only. */
  #hasRoom(socket: Socket): boolean {
    return socket.bufferedBytes < this.parts.options.highWaterBytes || this.#flushesToCome === 0;
  }

  /** Asks to be told when it has left only where somebody may wait for that: writes that nobody asks about are cheaper. */
  #handOver(socket: Socket, data: string | Uint8Array, isBinary: boolean): void {
    this.#sent++;
    const atMost = maxHeadBytes + (typeof data === 'string' ? data.length * 3 : data.byteLength);
    if (socket.bufferedBytes + atMost < this.parts.options.lowWaterBytes) return socket.send(data, isBinary, undefined);
    this.#flushesToCome++;
    socket.send(data, isBinary, this.#flushed);
  }

  readonly #flushed = (failure?: unknown): void => {
    // Of a socket that breaks: `closed` follows, and what waits is not given to it.
    if (failure !== undefined && failure !== null) return;
    if (this.#flushesToCome > 0) this.#flushesToCome--;
    if (this.#outbox.length > 0) this.#flush();
    if (this.#drain?.hasWaiters === true && this.isDrained) this.#queueDrain();
  };

  /** Hands over what waits, as far as the socket has room. */
  #flush(): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    while (this.#outbox.length > 0 && this.#hasRoom(socket)) {
      const { data, isBinary } = this.#outbox.take()!;
      this.#handOver(socket, data, isBinary);
    }
    if (this.#outbox.length === 0 && this.#state === 'closing') this.#sendClose();
  }

  /** Those who wait go on in the event queue, as the service that owns the connection. */
  #queueDrain(): void {
    if (this.#isDrainQueued) return;
    this.#isDrainQueued = true;
    const release = (): void => {
      this.#isDrainQueued = false;
      this.#drain?.release();
    };
    this.#change(this.parts.owner, { run: release, discarded: release });
  }

  // --- receiving ---

  received(bytes: Uint8Array, isBinary: boolean): void {
    this.isAlive = true;
    if (this.#state !== 'open') return;
    this.#received++;
    if (this.#subscriptions.length === 0) {
      (this.#early ??= []).push({ bytes, isBinary });
      this.#count(bytes.byteLength);
      return;
    }
    for (const subscription of this.#subscriptions) this.#deliver(bytes, isBinary, subscription);
    this.parts.owner.context.queue.wake();
  }

  ponged(): void {
    this.isAlive = true;
  }

  subscribe(subscription: Subscription): void {
    if (this.#state === 'closed') return subscription.ended();
    this.#subscriptions = [...this.#subscriptions, subscription];
    const early = this.#early;
    if (early === undefined) return;
    this.#early = undefined;
    for (const { bytes, isBinary } of early) {
      this.#uncount(bytes.byteLength);
      this.#deliver(bytes, isBinary, subscription);
    }
  }

  unsubscribe(subscription: Subscription): void {
    this.#subscriptions = this.#subscriptions.filter((other) => other !== subscription);
  }

  /** A received message has been dealt with by one of its receivers. */
  finished(message: IncomingMessage): void {
    this.#uncount(message.bytes.byteLength);
  }

  /** Code of a service failed: the peer learns it by 1011, the log gets the reason. */
  handlerFailed(error: unknown, handling: string): void {
    if (isCancelled(error)) return;
    const { context } = this.parts.owner;
    this.parts.log().error(`A handler of a WebSocket connection failed while handling ${handling}`, {
      connection: this.id,
      path: this.parts.path,
      service: context.name,
      error,
    });
    this.close(1011, 'internal error');
  }

  #deliver(bytes: Uint8Array, isBinary: boolean, receiver: Receiver & Subscription): void {
    this.#count(bytes.byteLength);
    const message = new IncomingMessage(bytes, isBinary, receiver);
    const { priority, priorityOf } = this.parts.options;
    let number = priority;
    try {
      if (priorityOf !== undefined) number = priorityNumber('priority', priorityOf(message));
      receiver.consumer.context.queue.pushWork(WebSocketMessageWork, message, number);
    } catch (error) {
      // The service has stopped, the queue is full, or the priority function failed.
      this.#uncount(bytes.byteLength);
      if (receiver.consumer.connected) this.handlerFailed(error, 'a message');
    }
  }

  #count(bytes: number): void {
    this.#pending++;
    this.#pendingBytes += bytes;
    const { maxPendingMessages, maxPendingBytes } = this.parts.options;
    if (this.#isPaused || this.isOver) return;
    if (this.#pending < maxPendingMessages && this.#pendingBytes < maxPendingBytes) return;
    this.#isPaused = true;
    this.#socket?.pause();
  }

  #uncount(bytes: number): void {
    this.#pending--;
    this.#pendingBytes -= bytes;
    if (!this.#isPaused) return;
    const { maxPendingMessages, maxPendingBytes } = this.parts.options;
    if (this.#pending * 2 <= maxPendingMessages && this.#pendingBytes * 2 <= maxPendingBytes) this.#unpause();
  }

  #unpause(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.isAlive = true;
    this.#socket?.resume();
  }

  // --- closing ---

  /** Begins the closing handshake. `code` and `reason` have been checked. What has been received is not delivered any more. */
  close(code: number, reason: string): void {
    if (this.isOver) return;
    this.#isMuted = true;
    this.shutDown(code, reason);
  }

  /** As `close`, but what has been received already is still delivered. */
  shutDown(code: number, reason: string): void {
    if (this.isOver) return;
    this.#ending = { code, reason: fittingReason(reason), by: 'us' };
    if (this.#socket === undefined) return this.#over(code, reason, false);
    this.#beginClosing();
    if (this.#outbox.length === 0) this.#sendClose();
    else this.#flush();
  }

  terminate(): void {
    if (this.#state === 'closed') return;
    this.#isMuted = true;
    this.#ending ??= { code: 1006, reason: '', by: 'us' };
    if (this.#socket === undefined) return this.#over(1006, '', false);
    if (this.#state !== 'closing') this.#enter('closing');
    this.#socket.terminate();
  }

  /** Asks the peer for a sign of life. */
  ping(): void {
    this.#socket?.ping();
  }

  /** The peer has not been heard of for too long. */
  peerIsDead(): void {
    this.#socket?.terminate();
  }

  violated(code: number, reason: string): void {
    if (this.isOver) return;
    this.parts.log().warn('A WebSocket peer violated the protocol', { connection: this.id, code, reason });
    this.#ending = { code, reason, by: 'us' };
    this.#beginClosing();
  }

  closed(code: number, reason: string): void {
    this.#socket = undefined;
    this.#closeTimer?.cancel();
    this.#closeTimer = undefined;
    if (this.#state === 'closed') return;
    if (this.#ending === undefined && this.parts.lost?.(code, reason) === true) {
      this.#enter('connecting');
      return;
    }
    this.#over(code, reason, code !== 1006);
  }

  /** There will be no further socket. */
  gaveUp(): void {
    if (this.#state === 'connecting') this.#over(1006, 'could not reconnect', false);
  }

  /** Waits until it has closed; continues in the event queue. */
  whenClosed(): Awaitable<CloseInfo> {
    if (this.#closed === undefined) {
      this.#closed = new ValueEvent();
      if (this.#closeInfo !== undefined) this.#closed.set(this.#closeInfo);
    }
    return this.#closed.wait();
  }

  #beginClosing(): void {
    this.#enter('closing');
    const { options, owner } = this.parts;
    this.#closeTimer = owner.context.clock.schedule(() => this.#socket?.terminate(), options.closeTimeoutMs);
    // The peer's close frame can only be read by reading.
    this.#unpause();
    if (this.#drain?.hasWaiters === true) this.#queueDrain();
  }

  #sendClose(): void {
    const ending = this.#ending;
    if (ending !== undefined) this.#socket?.close(ending.code, ending.reason);
  }

  #over(code: number, reason: string, wasClean: boolean): void {
    const by = code === 1006 ? ('lost' as const) : ('peer' as const);
    const ending = this.#ending ?? { code, reason, by };
    this.#closeInfo = { code: ending.code, reason: ending.reason, wasClean, by: ending.by };
    this.#lostMessages += this.#outbox.clear();
    const info = this.#closeInfo;
    this.#enter('closed');
    if (this.rooms !== undefined) for (const room of this.rooms) room.removed(this);
    this.rooms = undefined;
    this.parts.over(this);
    for (const watcher of this.closeWatchers) this.#tell(watcher, info);
    // Behind the messages that came before, in the same queue.
    const end = (): void => {
      for (const subscription of this.#subscriptions) subscription.ended();
      this.#subscriptions = noReceivers;
      this.#early = undefined;
      this.#drain?.release();
      this.#closed?.set(info);
    };
    this.#change(this.parts.owner, { run: end, discarded: end });
    this.#service?.stop({ remove: true });
    this.closeWatchers.clear();
    this.stateWatchers.clear();
  }

  #enter(state: ConnectionState): void {
    this.#state = state;
    for (const watcher of this.stateWatchers) this.#tell(watcher, state);
  }

  #tell<T>({ consumer, handler }: Watcher<T>, value: T): void {
    this.#change(consumer, {
      run: () => handler(value),
      threw: (error) => this.handlerFailed(error, 'a change of state'),
    });
  }

  #change(consumer: Consumer, work: Work): void {
    const { queue } = consumer.context;
    try {
      queue.pushWork(WebSocketChange, work, this.parts.options.priority);
    } catch {
      // That service has stopped.
      work.discarded?.('stopped');
      return;
    }
    queue.wake();
  }
}
