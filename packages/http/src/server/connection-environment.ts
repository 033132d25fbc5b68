// What a connection needs of its host. `ConnectionHost` is it.

import type { ResolvedHostOptions } from '../contract/host-options.ts';
import type { HeadReader } from '../parser/head-reader.ts';
import type { ParseFailure } from '../parser/parse-failure.ts';
import type { OutputPool } from './output-buffer.ts';
import type { RequestPipeline } from './request-pipeline.ts';
import type { ResponseEncoder } from './response-encoder.ts';

/** Something with bytes to send at the end of the turn. */
export interface Flushable {
  flush(): void;
}

/** What the host asks of a connection, whichever engine made it. */
export interface HostedConnection {
  /** Looks after time-outs. Called by the sweep, twice a second. @param now Coarse time in milliseconds. */
  check(now: number): void;
  /** Asks it to close: at once when idle, after the answer when a request is in flight. */
  drain(): void;
  /** Closes at once, whatever is in flight. */
  destroy(): void;
}

export interface ConnectionEnvironment {
  readonly options: ResolvedHostOptions;
  readonly pipeline: RequestPipeline;
  readonly encoder: ResponseEncoder;
  readonly output: OutputPool;
  /** Connections are being closed after the answer in flight. */
  readonly isDraining: boolean;
  /** Coarse time in milliseconds: moved twice a second while there are connections. */
  readonly now: number;
  /** Reads heads for all connections that hold no part of one. */
  readonly sharedReader: HeadReader;
  /** The coarse time at which `durationMs` from now has surely passed. */
  deadlineIn(durationMs: number): number;
  /** The shared reader holds part of a head now: it belongs to that connection, the others get another one. */
  lendReader(): void;
  returnReader(reader: HeadReader): void;
  /** To be called after requests were pushed. */
  wake(): void;
  /** Bytes are being processed: whoever does that calls `flushAll` at the end. */
  enterTurn(): void;
  /** `output` has something to send at the end of this turn. */
  willFlush(output: Flushable): void;
  /** Sends what has been gathered, one write per connection. */
  flushAll(): void;
  /** A message was refused. */
  refused(failure: ParseFailure): void;
  /** The connection is gone or belongs to somebody else now. */
  removed(connection: HostedConnection): void;
}
