// Checks and completes the options of connections. Called by endpoints and clients, once each.

import type { Priority } from '@ichor/core';
import type { CompressionOptions, ConnectionOptions } from '../contract/connection-options.ts';
import type { WebSocketMessage } from '../contract/websocket-connection.ts';
import type { FullPolicy } from '../flow/outbox.ts';
import type { ReconnectPolicy, ResolvedReconnect } from '../flow/reconnect-delay.ts';
import {
  between,
  checkNames,
  duration,
  flag,
  invalidOption,
  oneOf,
  priorityNumber,
  protocolNames,
  wholeNumber,
} from './checks.ts';

/** Options of a connection, complete. */
export interface ResolvedConnectionOptions {
  readonly protocols: readonly string[];
  readonly maxMessageBytes: number;
  readonly highWaterBytes: number;
  readonly lowWaterBytes: number;
  readonly maxQueuedBytes: number;
  readonly whenFull: FullPolicy;
  readonly priority: number;
  readonly priorityOf: ((message: WebSocketMessage) => Priority) | undefined;
  readonly maxPendingMessages: number;
  readonly maxPendingBytes: number;
  readonly closeTimeoutMs: number;
  /** Whether messages wait for a reconnection. */
  readonly queuesOffline: boolean;
  readonly compression: Required<CompressionOptions> | undefined;
}

/** Names of the options that every connection has. */
export const connectionOptionNames = [
  'protocols',
  'maxMessageBytes',
  'highWaterBytes',
  'lowWaterBytes',
  'maxQueuedBytes',
  'whenFull',
  'priority',
  'maxPendingMessages',
  'maxPendingBytes',
  'closeTimeoutMs',
  'compression',
] as const;

/** @throws ICHOR_WEBSOCKET_OPTION_INVALID */
export function resolveConnectionOptions(given: ConnectionOptions): ResolvedConnectionOptions {
  const highWaterBytes = wholeNumber('highWaterBytes', given.highWaterBytes, 65_536, 1);
  const lowWaterBytes = wholeNumber('lowWaterBytes', given.lowWaterBytes, Math.min(16_384, highWaterBytes), 0);
  if (lowWaterBytes > highWaterBytes)
    throw invalidOption('lowWaterBytes', lowWaterBytes, `at most highWaterBytes, which is ${highWaterBytes}`);
  const { priority } = given;
  return {
    protocols: protocolNames(given.protocols),
    // A frame of the longest message must fit a buffer of Node.
    maxMessageBytes: between(
      'maxMessageBytes',
      wholeNumber('maxMessageBytes', given.maxMessageBytes, 1_048_576, 1),
      1,
      1,
      2 ** 31 - 1,
    ),
    highWaterBytes,
    lowWaterBytes,
    maxQueuedBytes: wholeNumber('maxQueuedBytes', given.maxQueuedBytes, 1_048_576, 0),
    whenFull: oneOf('whenFull', given.whenFull, ['wait', 'drop-oldest', 'drop-newest', 'close']),
    priority: typeof priority === 'function' ? 1000 : priorityNumber('priority', priority),
    priorityOf: typeof priority === 'function' ? priority : undefined,
    maxPendingMessages: wholeNumber('maxPendingMessages', given.maxPendingMessages, 256, 1),
    maxPendingBytes: wholeNumber('maxPendingBytes', given.maxPendingBytes, 1_048_576, 1),
    closeTimeoutMs: between('closeTimeoutMs', given.closeTimeoutMs, 2000, 0, 60_000),
    queuesOffline: true,
    compression: compression(given.compression),
  };
}

function compression(given: unknown): Required<CompressionOptions> | undefined {
  if (given === undefined || given === false) return undefined;
  const options: CompressionOptions = given === true ? {} : (given as CompressionOptions);
  checkNames('compression', options, ['level', 'thresholdBytes', 'contextTakeover']);
  return {
    level: between('compression.level', wholeNumber('compression.level', options.level, 3, 1), 3, 1, 9),
    thresholdBytes: wholeNumber('compression.thresholdBytes', options.thresholdBytes, 1024, 0),
    contextTakeover: flag('compression.contextTakeover', options.contextTakeover, false),
  };
}

/** @throws ICHOR_WEBSOCKET_OPTION_INVALID */
export function resolveReconnect(given: boolean | ReconnectPolicy | undefined): ResolvedReconnect | undefined {
  if (given === undefined || given === false) return undefined;
  const policy: ReconnectPolicy = given === true ? {} : given;
  checkNames('reconnect', policy, ['attempts', 'delayMs', 'factor', 'maxDelayMs', 'jitter']);
  const delayMs = between('reconnect.delayMs', policy.delayMs, 500, 0, 2 ** 31 - 1);
  const maxDelayMs = duration('reconnect.maxDelayMs', policy.maxDelayMs, Math.max(30_000, delayMs), 0);
  if (maxDelayMs < delayMs)
    throw invalidOption('reconnect.maxDelayMs', maxDelayMs, `at least reconnect.delayMs, which is ${delayMs}`);
  return {
    attempts: wholeNumber('reconnect.attempts', policy.attempts, Number.POSITIVE_INFINITY, 1, true),
    delayMs,
    factor: between('reconnect.factor', policy.factor, 2, 1, 10),
    maxDelayMs,
    jitter: between('reconnect.jitter', policy.jitter, 0.5, 0, 1),
  };
}
