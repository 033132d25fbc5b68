// What the user says about a connection, on either side, and the defaults.

import type { Priority } from '@ichor/core';
import type { FullPolicy } from '../flow/outbox.ts';
import type { WebSocketMessage } from './websocket-connection.ts';

/**
 * permessage-deflate (RFC 7692). Costs up to 300 KB per connection, which ws allocates with the first compressed message in each
 * direction, and CPU per message and receiver. What one read of a socket brings (64 KiB) may expand a thousandfold before reading
 * pauses: keep `maxMessageBytes` low for peers that are not trusted.
 */
export interface CompressionOptions {
  /** zlib level, 1 (fast) to 9 (small). Default: 3. */
  readonly level?: number;
  /** Messages shorter than this many bytes are sent uncompressed. Default: 1024. */
  readonly thresholdBytes?: number;
  /** Keep the compression window between messages: smaller messages, more memory. Default: false. */
  readonly contextTakeover?: boolean;
}

/** Options of one connection, given with its endpoint or to `connect()`. */
export interface ConnectionOptions {
  /** Sub-protocols. A host chooses the first one of the client's list that it knows. Default: none. */
  readonly protocols?: readonly string[];
  /** Longest message that is received, in bytes after decompression; a longer one closes with 1009. Default: 1 MiB. */
  readonly maxMessageBytes?: number;
  /** While so many bytes wait in the socket, messages wait in the queue of the connection instead. Default: 64 KiB. */
  readonly highWaterBytes?: number;
  /** When no more than this waits in socket and queue, `drained()` passes. Default: 16 KiB. */
  readonly lowWaterBytes?: number;
  /** Longest queue of the connection in bytes of frames. Default: 1 MiB. */
  readonly maxQueuedBytes?: number;
  /** What happens when the queue is full. Default: `wait`. */
  readonly whenFull?: FullPolicy;
  /** Priority of its messages in the event queue, for all or by message. Lower runs first. Default: 1000. */
  readonly priority?: Priority | ((message: WebSocketMessage) => Priority);
  /** Reading pauses while so many received messages wait for handlers or are being handled. Default: 256. */
  readonly maxPendingMessages?: number;
  /** Reading pauses while received messages of so many bytes wait or are being handled. Default: 1 MiB. */
  readonly maxPendingBytes?: number;
  /** Longest closing handshake in milliseconds; then the connection is cut. Default: 2000. */
  readonly closeTimeoutMs?: number;
  /** Compression of messages. Default: false. */
  readonly compression?: boolean | CompressionOptions;
}
