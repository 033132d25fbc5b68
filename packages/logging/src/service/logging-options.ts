// The options of LoggerFactory and FrameworkLoggerService, checked when they are registered.

import type { LogThreshold, SchemaIssue, SchemaResult, StandardSchema } from '@ichor/core';
import type { LogSink } from '../contract/log-sink.ts';
import { describeValue } from '../format/plain-value.ts';
import { ranks } from './levels.ts';

/** What loggers write, and where to. */
export interface LoggingOptions {
  /** Level of loggers whose requester names none. Default: `'error'` for services, `'warn'` for the framework. */
  readonly level?: LogThreshold;
  /** Where records go, beside the services that provide `LogSink`. Default: a `ConsoleSink`, used while there is no other. */
  readonly sinks?: readonly LogSink[];
  /** Adds file and line of the call to each record; costs some microseconds per record. Default: false. */
  readonly source?: boolean;
  /** Asynchronous writes that may be pending per sink before records are dropped. Default: 10,000. */
  readonly maxPendingWrites?: number;
  /** How long stopping waits for the sinks to flush, in milliseconds. Default: 1000. */
  readonly flushTimeoutMs?: number;
}

/** The same with defaults filled in. */
export interface CheckedLoggingOptions {
  readonly level: LogThreshold;
  readonly sinks: readonly LogSink[] | undefined;
  readonly source: boolean;
  readonly maxPendingWrites: number;
  readonly flushTimeoutMs: number;
}

const isWholeFrom1 = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 1;
const isSink = (value: unknown) => typeof (value as { write?: unknown } | null | undefined)?.write === 'function';

const checks: Readonly<Record<keyof LoggingOptions, readonly [accepts: (value: unknown) => boolean, allowed: string]>> =
  {
    level: [
      (value) => typeof value === 'string' && Object.hasOwn(ranks, value),
      Object.keys(ranks)
        .map((name) => `'${name}'`)
        .join(', '),
    ],
    sinks: [(value) => Array.isArray(value) && value.every(isSink), 'an array of objects with a write method'],
    source: [(value) => typeof value === 'boolean', 'true or false'],
    maxPendingWrites: [isWholeFrom1, 'whole numbers from 1'],
    flushTimeoutMs: [(value) => typeof value === 'number' && value >= 0, 'numbers of milliseconds from 0'],
  };

/** The schema of both services. */
export function loggingOptions(
  defaultLevel: LogThreshold,
): StandardSchema<LoggingOptions | undefined, CheckedLoggingOptions> {
  return {
    '~standard': {
      version: 1,
      vendor: 'ichor',
      validate: (value) => validate(value, defaultLevel),
    },
  };
}

function validate(value: unknown, defaultLevel: LogThreshold): SchemaResult<CheckedLoggingOptions> {
  if (value !== undefined && (typeof value !== 'object' || value === null))
    return { issues: [{ message: `expected an object, received ${describeValue(value)}` }] };
  const given: LoggingOptions = value ?? {};
  const issues: SchemaIssue[] = [];
  for (const [name, member] of Object.entries(given)) {
    if (!Object.hasOwn(checks, name))
      issues.push({ message: `no such option; known are ${Object.keys(checks).join(', ')}`, path: [name] });
    else if (member !== undefined && !checks[name as keyof LoggingOptions][0](member))
      issues.push({
        message: `received ${describeValue(member)}; allowed: ${checks[name as keyof LoggingOptions][1]}`,
        path: [name],
      });
  }
  if (issues.length > 0) return { issues };
  return {
    value: {
      level: given.level ?? defaultLevel,
      sinks: given.sinks,
      source: given.source ?? false,
      maxPendingWrites: given.maxPendingWrites ?? 10_000,
      flushTimeoutMs: given.flushTimeoutMs ?? 1000,
    },
  };
}
