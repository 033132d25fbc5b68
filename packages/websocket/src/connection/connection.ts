// One connection from the first byte to the last: its state, its halves (sending.ts, receiving.ts) and its end, which is bounded.
// Both sides use it; views (connection-view.ts) are what users see. Invariants: at most one socket at a time; nothing is
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
import type { ResolvedConnectionOptions } from '../options/connection-options.ts';
import { fittingReason } from '../protocol/close-codes.ts';
import type { IncomingMessage } from './incoming-message.ts';
import { Receiving, type ReceivingConnection } from './receiving.ts';
import { Sending, type SendingConnection } from './sending.ts';
import type { Socket, SocketListener } from './socket.ts';
import type { Source, Subscription } from './subscription.ts';

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

let lastId = 0;

export class Connection implements SocketListener, SendingConnection, ReceivingConnection, Source {
  readonly id = ++lastId;
  readonly parts: ConnectionParts;
  /** The rooms it is in, which it leaves when it closes. */
  rooms: Set<{ removed(connection: Connection): void }> | undefined = undefined;
  /** Something has come from the peer since the last look. Used by the heartbeat. */
  isAlive = true;
  readonly #sending: Sending;
  readonly #receiving: Receiving;
  #stateWatchers: Set<Watcher<ConnectionState>> | undefined = undefined;
  #closeWatchers: Set<Watcher<CloseInfo>> | undefined = undefined;
  #service: ServiceHandle | undefined = undefined;
  #socket: Socket | undefined = undefined;
  #state: ConnectionState = 'connecting';
  #protocol = '';
  #ending: { readonly code: number; readonly reason: string; readonly by: CloseInfo['by'] } | undefined = undefined;
  #closeTimer: ScheduledCall | undefined = undefined;
  #closeInfo: CloseInfo | undefined = undefined;
  #closed: ValueEvent<CloseInfo> | undefined = undefined;

  constructor(parts: ConnectionParts) {
    this.parts = parts;
    this.#sending = new Sending(this, parts.options);
    this.#receiving = new Receiving(this, parts.options);
  }

  // --- what it is ---

  get side(): 'server' | 'client' {
    return this.parts.side;
  }

  get owner(): Consumer {
    return this.parts.owner;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get protocol(): string {
    return this.#protocol;
  }

  get bufferedBytes(): number {
    return this.#sending.bufferedBytes;
  }

  get metrics(): ConnectionMetrics {
    const sending = this.#sending;
    const receiving = this.#receiving;
    return {
      bufferedBytes: sending.bufferedBytes,
      queued: sending.queued,
      sent: sending.sent,
      dropped: sending.dropped,
      received: receiving.received,
      pending: receiving.pending,
      isPaused: receiving.isPaused,
    };
  }

  get closeInfo(): CloseInfo | undefined {
    return this.#closeInfo;
  }

  get isOver(): boolean {
    return this.#state === 'closing' || this.#state === 'closed';
  }

  get isMuted(): boolean {
    return this.#receiving.isMuted;
  }

  get isPaused(): boolean {
    return this.#receiving.isPaused;
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
    this.isAlive = true;
    this.#enter('open');
    this.#receiving.attach(socket);
    this.#sending.attach(socket);
  }

  // --- sending and receiving ---

  send(data: string | Uint8Array, isBinary: boolean): SendResult {
    if (this.isOver) return 'closed';
    const result = this.#sending.send(data, isBinary);
    if (result !== 'overflow') return result;
    this.close(1013, 'receiver too slow');
    return 'full';
  }

  /** Waits for room. */
  drained(): Awaitable<void> {
    return this.#sending.drained();
  }

  emptied(): void {
    if (this.#state === 'closing') this.#sendClose();
  }

  received(bytes: Uint8Array, isBinary: boolean): void {
    this.isAlive = true;
    if (this.#state === 'open') this.#receiving.deliver(bytes, isBinary);
  }

  ponged(): void {
    this.isAlive = true;
  }

  unpaused(): void {
    this.isAlive = true;
  }

  subscribe(subscription: Subscription): void {
    this.#receiving.subscribe(subscription);
  }

  unsubscribe(subscription: Subscription): void {
    this.#receiving.unsubscribe(subscription);
  }

  finished(message: IncomingMessage): void {
    this.#receiving.finished(message);
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

  // --- watching ---

  onState(watcher: Watcher<ConnectionState>): void {
    (this.#stateWatchers ??= new Set()).add(watcher);
  }

  /** Tells at once, in turn, when it has closed already. */
  onClose(watcher: Watcher<CloseInfo>): void {
    if (this.#closeInfo === undefined) (this.#closeWatchers ??= new Set()).add(watcher);
    else this.#tell(watcher, this.#closeInfo, this.#receiving.lastPriority);
  }

  unwatch(watcher: Watcher<never>): void {
    this.#stateWatchers?.delete(watcher as Watcher<ConnectionState>);
    this.#closeWatchers?.delete(watcher as Watcher<CloseInfo>);
  }

  /** Waits until it has closed; continues in the event queue. */
  whenClosed(): Awaitable<CloseInfo> {
    if (this.#closed === undefined) {
      this.#closed = new ValueEvent();
      if (this.#closeInfo !== undefined) this.#closed.set(this.#closeInfo);
    }
    return this.#closed.wait();
  }

  later(work: Work, priority = this.parts.options.priority): void {
    this.#queue(this.parts.owner, work, priority);
  }

  // --- closing ---

  /** Begins the closing handshake. `code` and `reason` have been checked. What has been received is not delivered any more. */
  close(code: number, reason: string): void {
    if (this.isOver) return;
    this.#receiving.mute();
    this.shutDown(code, reason);
  }

  /** As `close`, but what has been received already is still delivered. */
  shutDown(code: number, reason: string): void {
    if (this.isOver) return;
    this.#ending = { code, reason: fittingReason(reason), by: 'us' };
    if (this.#socket === undefined) return this.#over(code, reason, false);
    this.#beginClosing();
    this.#sending.flush();
  }

  terminate(): void {
    if (this.#state === 'closed') return;
    this.#receiving.mute();
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
    this.#sending.detach();
    this.#receiving.detach();
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

  #beginClosing(): void {
    this.#enter('closing');
    const { options, owner } = this.parts;
    this.#closeTimer = owner.context.clock.schedule(() => this.#socket?.terminate(), options.closeTimeoutMs);
    // The peer's close frame can only be read by reading.
    this.#receiving.unpause();
    this.#sending.ending();
  }

  #sendClose(): void {
    const ending = this.#ending;
    if (ending !== undefined) this.#socket?.close(ending.code, ending.reason);
  }

  #over(code: number, reason: string, wasClean: boolean): void {
    const by = code === 1006 ? ('lost' as const) : ('peer' as const);
    const ending = this.#ending ?? { code, reason, by };
    const info: CloseInfo = { code: ending.code, reason: ending.reason, wasClean, by: ending.by };
    this.#closeInfo = info;
    this.#sending.drop();
    this.#enter('closed');
    this.#stateWatchers = undefined;
    if (this.rooms !== undefined) for (const room of this.rooms) room.removed(this);
    this.rooms = undefined;
    this.parts.over(this);
    // Behind the messages that came before, in the same queue.
    const { lastPriority } = this.#receiving;
    if (this.#closeWatchers !== undefined)
      for (const watcher of this.#closeWatchers) this.#tell(watcher, info, lastPriority);
    this.#closeWatchers = undefined;
    const end = (): void => {
      this.#receiving.ended();
      this.#sending.ended();
      this.#closed?.set(info);
      this.#service?.stop({ remove: true });
    };
    this.later({ run: end, discarded: end }, lastPriority);
  }

  #enter(state: ConnectionState): void {
    this.#state = state;
    if (this.#stateWatchers === undefined) return;
    for (const watcher of this.#stateWatchers) this.#tell(watcher, state, this.parts.options.priority);
  }

  #tell<T>({ consumer, handler }: Watcher<T>, value: T, priority: number): void {
    const work: Work = {
      run: () => handler(value),
      threw: (error) => this.handlerFailed(error, 'a change of state'),
    };
    this.#queue(consumer, work, priority);
  }

  #queue(consumer: Consumer, work: Work, priority: number): void {
    const { queue } = consumer.context;
    try {
      queue.pushWork(WebSocketChange, work, priority);
    } catch {
      // That service has stopped.
      work.discarded?.('stopped');
      return;
    }
    queue.wake();
  }
}
