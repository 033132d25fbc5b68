// What all connections of one host share: pipeline, encoder, buffers, the list of connections, the turn's writes, and the sweep
// that checks all time-outs. One per HttpHostService; engines add connections.

import type { Clock, Logger, Queue, ScheduledCall } from '@ichor/core';
import type { ResolvedHostOptions } from '../contract/host-options.ts';
import { HeadReader } from '../parser/head-reader.ts';
import type { ParseFailure } from '../parser/parse-failure.ts';
import { Connection } from './connection.ts';
import type { ConnectionEnvironment, Flushable, HostedConnection } from './connection-environment.ts';
import { DateCache } from './date-cache.ts';
import { OutputPool } from './output-buffer.ts';
import { RequestPipeline } from './request-pipeline.ts';
import { ResponseEncoder } from './response-encoder.ts';
import type { Transport } from './transport.ts';

const sweepMs = 500;
const keptReaders = 64;

export class ConnectionHost implements ConnectionEnvironment {
  readonly options: ResolvedHostOptions;
  readonly pipeline: RequestPipeline;
  readonly encoder: ResponseEncoder;
  readonly output = new OutputPool();
  readonly #date = new DateCache();
  readonly clock: Clock;
  readonly #queue: Queue;
  readonly #log: () => Logger;
  readonly #connections = new Set<HostedConnection>();
  readonly #spareReaders: HeadReader[] = [];
  #toFlush: Flushable[] = [];
  #isFlushScheduled = false;
  #isInTurn = false;
  #sweep: ScheduledCall | undefined = undefined;
  #sweepDue = 0;
  #whenEmpty: (() => void)[] = [];

  /** Reads heads for all connections that hold no part of one. */
  sharedReader: HeadReader;
  /** Connections are being closed after the answer in flight. */
  isDraining = false;

  constructor(options: ResolvedHostOptions, clock: Clock, queue: Queue, log: () => Logger) {
    this.options = options;
    this.clock = clock;
    this.#queue = queue;
    this.#log = log;
    this.pipeline = new RequestPipeline(options, clock, log);
    this.encoder = new ResponseEncoder(this.#date, options.server);
    this.sharedReader = new HeadReader(options.limits);
    this.#setTime();
  }

  /** Coarse time in milliseconds: moved twice a second while there are connections. */
  get now(): number {
    return this.pipeline.overload.now;
  }

  get log(): Logger {
    return this.#log();
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** The coarse time at which `durationMs` from now has surely passed. */
  deadlineIn(durationMs: number): number {
    return this.pipeline.overload.now + sweepMs + durationMs;
  }

  /** Whether one more connection may be added. */
  get hasRoom(): boolean {
    return this.#connections.size < this.options.limits.connections;
  }

  /** Makes the connection for a transport that has just been established; the engine delivers what it receives to it. */
  add(transport: Transport): Connection {
    this.#startSweep();
    const connection = new Connection(this, transport);
    this.#connections.add(connection);
    return connection;
  }

  /** Looks after a connection that its engine reads by itself, until `removed`. */
  adopt(connection: HostedConnection): void {
    this.#startSweep();
    this.#connections.add(connection);
  }

  #startSweep(): void {
    if (this.#sweep !== undefined) return;
    this.#setTime();
    this.#scheduleSweep();
  }

  /** The connection is gone or belongs to somebody else now. */
  removed(connection: HostedConnection): void {
    if (!this.#connections.delete(connection) || this.#connections.size > 0) return;
    this.#sweep?.cancel();
    this.#sweep = undefined;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }

  /** To be called after requests were pushed. */
  wake(): void {
    this.#queue.wake();
  }

  /** The shared reader holds part of a head now: it belongs to that connection, the others get another one. */
  lendReader(): void {
    this.sharedReader = this.#spareReaders.pop() ?? new HeadReader(this.options.limits);
  }

  returnReader(reader: HeadReader): void {
    reader.reset();
    if (this.#spareReaders.length < keptReaders) this.#spareReaders.push(reader);
  }

  /** `output` has something to send at the end of this turn. */
  willFlush(output: Flushable): void {
    this.#toFlush.push(output);
    if (this.#isFlushScheduled || this.#isInTurn) return;
    this.#isFlushScheduled = true;
    queueMicrotask(this.#flushScheduled);
  }

  readonly #flushScheduled = (): void => {
    this.#isFlushScheduled = false;
    this.flushAll();
  };

  /** Bytes are being processed: whoever does that calls `flushAll` at the end. */
  enterTurn(): void {
    this.#isInTurn = true;
  }

  /** Sends what has been gathered, one write per connection. */
  flushAll(): void {
    this.#isInTurn = false;
    while (this.#toFlush.length > 0) {
      const outputs = this.#toFlush;
      this.#toFlush = [];
      for (const output of outputs) output.flush();
    }
  }

  /** A message was refused. */
  refused(failure: ParseFailure): void {
    this.#log().debug('A message was refused', { status: failure.status, detail: failure.detail });
  }

  /** Closes idle connections now and the others after the answer in flight. */
  beginDrain(): void {
    this.isDraining = true;
    this.pipeline.routes.isDraining = true;
    for (const connection of [...this.#connections]) connection.drain();
    this.flushAll();
  }

  /** Resolves when all connections are closed, or after `drainMs` by force. */
  async drain(drainMs: number): Promise<void> {
    this.beginDrain();
    if (this.#connections.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = this.clock.schedule(resolve, drainMs);
      this.#whenEmpty.push(() => {
        timer.cancel();
        resolve();
      });
    });
    this.destroyAll();
  }

  /** Destroys every connection. */
  destroyAll(): void {
    if (this.#connections.size > 0) {
      this.#log().warn('Connections were destroyed because they did not close in time', {
        count: this.#connections.size,
      });
    }
    for (const connection of [...this.#connections]) connection.destroy();
  }

  #setTime(): void {
    this.#date.update(this.clock.wallTime());
    this.pipeline.overload.tick(this.clock.now(), 0);
  }

  #scheduleSweep(): void {
    this.#sweepDue = this.clock.now() + sweepMs;
    this.#sweep = this.clock.schedule(this.#runSweep, sweepMs, { keepAlive: false });
  }

  readonly #runSweep = (): void => {
    const now = this.clock.now();
    this.#date.update(this.clock.wallTime());
    this.pipeline.overload.tick(now, now - this.#sweepDue);
    this.#scheduleSweep();
    for (const connection of this.#connections) connection.check(now);
    this.flushAll();
  };
}
