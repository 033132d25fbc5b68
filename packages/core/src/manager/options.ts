// The options of a manager, with their defaults, and the check that refuses wrong ones.

import type { Clock } from '@ichor/coroutines';
import type { Container } from 'inversify';
import type { EventQueue } from '../contract/event-queue.ts';
import type { FailurePolicy } from '../contract/service.ts';
import { coreError } from '../errors/catalogue.ts';
import {
  checkDuration,
  checkFlag,
  checkKeys,
  checkMethods,
  checkText,
  hasMethods,
  invalidOption,
} from '../errors/checks.ts';
import type { LoopHost } from '../queue/loop-host.ts';
import type { QueueLimit } from '../queue/queue-limit.ts';

/** Something like `AsyncLocalStorage` of node:async_hooks. */
export interface AsyncContext {
  getStore(): unknown;
  run<T>(store: never, call: () => T): T;
}

/** How a manager is made. */
export interface ManagerOptions {
  /** Shown in logs and by `inspect()`. Default: `manager <id>`. */
  readonly name?: string;
  /** Supplies the static dependencies of constructor-injected classes. Nothing is ever bound in it. */
  readonly container?: Container;
  /** Source of time for everything below. Default: the system clock. */
  readonly clock?: Clock;
  /** The queue. Default: a new `PriorityQueue`. */
  readonly queue?: EventQueue;
  /** What failures without a recipient do. Default: `'failService'`. */
  readonly onFailure?: FailurePolicy;
  /** A start failure of a service registered before `run()` ends the program, until start-up has settled. Default: true. */
  readonly failFast?: boolean;
  /** Longest time the loop holds the thread before other work of the process gets its turn, in milliseconds. Default: 5. */
  readonly sliceMs?: number;
  /** `'every-event'` lets microtasks run after each event, not only after those that touched a promise. Default: `'when-needed'`. */
  readonly checkpoint?: 'when-needed' | 'every-event';
  /** How long the coroutines of a stopping service may go on before they are cancelled, in milliseconds. Default: 1000. */
  readonly stopGraceMs?: number;
  /** How long one `stop()`, or the undoing of one owned thing, may take, in milliseconds. Default: 10000. */
  readonly stopTimeoutMs?: number;
  /** How long cancelled coroutines may clean up, in milliseconds. Default: 1000. */
  readonly cleanupMs?: number;
  /** How long quitting may make no progress before the rest is stopped by force, in milliseconds. Default: 5000. */
  readonly quitTimeoutMs?: number;
  /** How long start-up may make no progress before `explain()` is printed, in milliseconds. `Infinity`: never. Default: 10000. */
  readonly startupReportMs?: number;
  /** Ambient stores that follow events and coroutines. Default: none, and nothing is paid. */
  readonly context?: readonly AsyncContext[];
  /** Record the push time of events, for latency figures. Default: false. */
  readonly recordTimes?: boolean;
  /** When the queue counts as full, and what happens then. Default: it has no bound. */
  readonly queueLimit?: QueueLimit;
  /** Keep the last so many events with their causes, for `explainEvent()`: 61 bytes each. Default: 0, nothing is kept or paid. */
  readonly journal?: number;
  /** The platform under the loop. Default: Node.js. */
  readonly host?: LoopHost;
}

const durations = ['sliceMs', 'stopGraceMs', 'stopTimeoutMs', 'cleanupMs', 'quitTimeoutMs', 'startupReportMs'] as const;

const known: ReadonlySet<string> = new Set([
  ...durations,
  'name',
  'container',
  'clock',
  'queue',
  'onFailure',
  'failFast',
  'checkpoint',
  'context',
  'recordTimes',
  'host',
  'queueLimit',
  'journal',
]);

/** @throws ICHOR_OPTION_INVALID naming the option, the value received, and what is allowed. */
export function checkManagerOptions(options: ManagerOptions): void {
  checkKeys('DependencyManager', options, known);
  for (const key of durations) checkDuration(key, options[key]);
  if (options.sliceMs === 0) throw invalidOption('sliceMs', 0, 'numbers of milliseconds above 0');
  if (options.name !== undefined) checkText('name', options.name);
  checkFlag('failFast', options.failFast);
  checkFlag('recordTimes', options.recordTimes);
  checkChoice('checkpoint', options.checkpoint, ['when-needed', 'every-event']);
  checkFailurePolicy(options.onFailure);
  checkParts(options);
  if (options.queueLimit !== undefined) checkQueueLimit(options.queueLimit);
  const { journal } = options;
  if (journal !== undefined && !(Number.isSafeInteger(journal) && journal >= 0 && journal <= maxJournal))
    throw invalidOption('journal', journal, `whole numbers of events from 0 (off) to ${maxJournal}`);
}

/** Objects that the manager works with. */
function checkParts({ container, clock, queue, host, context }: ManagerOptions): void {
  checkMethods('container', container, 'containers of inversify', 'isBound', 'getAsync', 'getAllAsync');
  checkMethods('clock', clock, 'clocks with now() and schedule()', 'now', 'schedule');
  checkMethods(
    'queue',
    queue,
    'event queues with push(), take(), clear(), depths()',
    'push',
    'take',
    'clear',
    'depths',
  );
  checkMethods('host', host, 'loop hosts with defer(), checkpoint(), keepAlive(), onSignal()', ...hostMethods);
  if (context === undefined) return;
  if (!Array.isArray(context) || !context.every((store) => hasMethods(store, ['getStore', 'run'])))
    throw invalidOption('context', context, 'arrays of AsyncLocalStorage');
}

const hostMethods = ['defer', 'checkpoint', 'keepAlive', 'onSignal', 'emergencyLog'];

const maxJournal = 10_000_000;

const knownOfQueueLimit: ReadonlySet<string> = new Set(['highWater', 'lowWater', 'policy', 'onHigh', 'onLow']);

function checkQueueLimit(limit: QueueLimit): void {
  checkKeys('DependencyManager', limit, knownOfQueueLimit, 'queueLimit');
  const { highWater, lowWater, policy, onHigh, onLow } = limit;
  if (!(Number.isSafeInteger(highWater) && highWater >= 1))
    throw invalidOption('queueLimit.highWater', highWater, 'whole numbers of events from 1');
  if (lowWater !== undefined && !(Number.isSafeInteger(lowWater) && lowWater >= 0 && lowWater < highWater))
    throw invalidOption('queueLimit.lowWater', lowWater, 'whole numbers from 0 and below highWater');
  checkChoice('queueLimit.policy', policy, ['reject', 'none']);
  for (const [key, callback] of [
    ['onHigh', onHigh],
    ['onLow', onLow],
  ] as const)
    if (callback !== undefined && typeof callback !== 'function')
      throw invalidOption(`queueLimit.${key}`, callback, 'functions');
}

/** @throws ICHOR_OPTION_INVALID when it is none of the policies. */
export function checkFailurePolicy(policy: unknown): void {
  if (typeof policy !== 'function') checkChoice('onFailure', policy, ['failService', 'quit', 'log']);
}

function checkChoice(key: string, value: unknown, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value as string))
    throw invalidOption(key, value, allowed.map((choice) => `'${choice}'`).join(', '));
}

const claimedQueues = new WeakSet<EventQueue>();

/** A queue belongs to one manager (LC-8): two would take each other's events. @throws ICHOR_OPTION_INVALID */
export function claimQueue(queue: EventQueue): void {
  if (claimedQueues.has(queue))
    throw coreError(
      'ICHOR_OPTION_INVALID',
      'Option "queue": it belongs to another manager already; make one for each.',
    );
  claimedQueues.add(queue);
}
