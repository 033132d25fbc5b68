// Whether a set of periodic tasks can meet its deadlines under earliest-deadline-first on one thread. Pure.
// Called by whoever starts periodic tasks, before they start.

import { checkOption, realtimeError } from '../errors/catalogue.ts';

/** What the admission test knows of a periodic task. All times in milliseconds. */
export interface TaskLoad {
  readonly name: string;
  readonly periodMs: number;
  /** Worst execution time: the budget, or a measured maximum with a margin. */
  readonly worstCaseMs: number;
  /** Relative to each release. Default: the period. */
  readonly deadlineMs?: number;
}

/** How tasks are tested. */
export interface SchedulabilityOptions {
  /**
   * Whether a more urgent task can interrupt a running one. Event handlers cannot be interrupted, so the default is false:
   * the longest less urgent task then counts as blocking time (Jeffay, Stanat and Martel 1991).
   */
  readonly preemptive?: boolean;
  /** Time the thread may spend on something else at any moment: garbage collection, foreign callbacks. Default: 0. */
  readonly blockingMs?: number;
}

/** The answer of {@link testSchedulability}. */
export interface Schedulability {
  readonly schedulable: boolean;
  /** Part of the thread the tasks need; above 1 nothing helps (Liu and Layland 1973). */
  readonly utilisation: number;
  /** Why not, in words; empty when schedulable. */
  readonly reason: string;
  /** Length of the interval, from a common release on, in which more has to be done than it is long. */
  readonly overloadedIntervalMs?: number;
  /** What has to be done in that interval. */
  readonly demandMs?: number;
}

/** More deadlines than this are not examined; a set that needs more is not admitted. */
const examinedLimit = 1_000_000;
const epsilon = 1e-9;

/**
 * Tests utilisation (Liu and Layland 1973) and processor demand: in no interval [0, t] may the jobs released and due in it,
 * plus what blocks them, need more than t (Baruah, Rosier and Howell 1990).
 * Exact for preemptive tasks released together, sufficient otherwise.
 *
 * @throws ICHOR_REALTIME_INVALID_OPTION for a time that is not positive or a deadline shorter than the execution.
 * @example
 * ```ts
 * import { testSchedulability } from '@ichor/realtime';
 *
 * const answer = testSchedulability([
 *   { name: 'control', periodMs: 1, worstCaseMs: 0.2 },
 *   { name: 'telemetry', periodMs: 10, worstCaseMs: 2 },
 * ]);
 * console.log(answer.schedulable, answer.reason);
 * // false "control" can miss its deadline: within 1 ms it needs 0.2 ms, and "telemetry" can hold the thread for 2 ms more.
 * ```
 */
export function testSchedulability(tasks: readonly TaskLoad[], options: SchedulabilityOptions = {}): Schedulability {
  const foreign = options.blockingMs ?? 0;
  checkOption(foreign >= 0 && Number.isFinite(foreign), 'blockingMs', foreign, 'a number of milliseconds from 0');
  for (const task of tasks) checkTask(task);
  const utilisation = tasks.reduce((sum, { worstCaseMs, periodMs }) => sum + worstCaseMs / periodMs, 0);
  if (utilisation > 1 + epsilon) {
    const reason = `The tasks need ${percent(utilisation)} of the thread. Lengthen periods or shorten handlers.`;
    return { schedulable: false, utilisation, reason };
  }
  const preemptive = options.preemptive === true;
  const horizon = examinedHorizon(tasks, utilisation, foreign, preemptive);
  const cursors = tasks.map((task) => deadlineOf(task));
  for (let examined = 0; examined < examinedLimit; examined++) {
    let at = Infinity;
    for (const cursor of cursors) at = Math.min(at, cursor);
    if (at > horizon + epsilon) return { schedulable: true, utilisation, reason: '' };
    cursors.forEach((cursor, index) => {
      if (cursor <= at + epsilon) cursors[index] = cursor + (tasks[index] as TaskLoad).periodMs;
    });
    const demandMs = tasks.reduce((sum, task) => sum + demandOf(task, at), 0);
    const blocker = preemptive ? undefined : longestBlocker(tasks, at);
    const blockedMs = (blocker?.worstCaseMs ?? 0) + foreign;
    if (demandMs + blockedMs > at + epsilon) {
      const reason = explain(tasks, at, demandMs, blocker, foreign);
      return { schedulable: false, utilisation, reason, overloadedIntervalMs: at, demandMs: demandMs + blockedMs };
    }
  }
  const reason = `The first ${examinedLimit} deadlines did not decide it. Make the periods multiples of each other, or leave more time free.`;
  return { schedulable: false, utilisation, reason };
}

/** What {@link admit} does with tasks that are not schedulable. */
export interface AdmissionOptions extends SchedulabilityOptions {
  /** `'refuse'` throws; a function is told instead. Default: `'refuse'`. */
  readonly otherwise?: 'refuse' | ((answer: Schedulability) => void);
}

/**
 * Tests the tasks and refuses, or warns about, a set that can miss deadlines.
 * @throws ICHOR_REALTIME_NOT_SCHEDULABLE unless `otherwise` is a function.
 */
export function admit(tasks: readonly TaskLoad[], options: AdmissionOptions = {}): Schedulability {
  const answer = testSchedulability(tasks, options);
  if (!answer.schedulable) {
    if (typeof options.otherwise === 'function') options.otherwise(answer);
    else throw realtimeError('ICHOR_REALTIME_NOT_SCHEDULABLE', answer.reason, { details: { ...answer } });
  }
  return answer;
}

function checkTask(task: TaskLoad): void {
  const { name, periodMs, worstCaseMs } = task;
  const positive = 'a positive number of milliseconds';
  checkOption(periodMs > 0 && Number.isFinite(periodMs), `periodMs of "${name}"`, periodMs, positive);
  checkOption(worstCaseMs > 0 && Number.isFinite(worstCaseMs), `worstCaseMs of "${name}"`, worstCaseMs, positive);
  const deadline = deadlineOf(task);
  const allowed = `a number of milliseconds not below worstCaseMs (${worstCaseMs})`;
  checkOption(deadline >= worstCaseMs, `deadlineMs of "${name}"`, deadline, allowed);
}

function deadlineOf(task: TaskLoad): number {
  return task.deadlineMs ?? task.periodMs;
}

/** Execution of the jobs released from 0 on and due by `at`. */
function demandOf(task: TaskLoad, at: number): number {
  const jobs = Math.floor((at - deadlineOf(task) + epsilon) / task.periodMs) + 1;
  return Math.max(0, jobs) * task.worstCaseMs;
}

/** The longest task that is less urgent than a deadline at `at`, and so may just have begun. */
function longestBlocker(tasks: readonly TaskLoad[], at: number): TaskLoad | undefined {
  let longest: TaskLoad | undefined;
  for (const task of tasks) {
    if (deadlineOf(task) > at + epsilon && task.worstCaseMs > (longest?.worstCaseMs ?? 0)) longest = task;
  }
  return longest;
}

/** No first miss can be later than the end of the longest busy period (or, at full utilisation, the hyperperiod). */
function examinedHorizon(
  tasks: readonly TaskLoad[],
  utilisation: number,
  foreign: number,
  preemptive: boolean,
): number {
  const latest = tasks.reduce((longest, task) => Math.max(longest, deadlineOf(task)), 0);
  const blocking = foreign + (preemptive ? 0 : tasks.reduce((most, task) => Math.max(most, task.worstCaseMs), 0));
  if (utilisation >= 1 - epsilon && blocking > 0) return Math.max(latest, hyperperiod(tasks) + latest);
  let length = blocking + tasks.reduce((sum, task) => sum + task.worstCaseMs, 0);
  for (let round = 0; round < 100_000; round++) {
    const next =
      blocking + tasks.reduce((sum, task) => sum + Math.ceil((length - epsilon) / task.periodMs) * task.worstCaseMs, 0);
    if (next <= length + epsilon) break;
    length = next;
  }
  return Math.max(latest, length);
}

function hyperperiod(tasks: readonly TaskLoad[]): number {
  const perMs = 1000;
  const common = tasks.reduce((multiple, { periodMs }) => {
    const period = Math.max(1, Math.round(periodMs * perMs));
    return (multiple / divisor(multiple, period)) * period;
  }, 1);
  return common / perMs;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

function explain(
  tasks: readonly TaskLoad[],
  at: number,
  demandMs: number,
  blocker: TaskLoad | undefined,
  foreign: number,
): string {
  const due = tasks.filter((task) => demandOf(task, at) > 0).map(({ name }) => `"${name}"`);
  const one = due.length === 1;
  const parts = [`within ${rounded(at)} ms ${one ? 'it needs' : 'they need'} ${rounded(demandMs)} ms`];
  if (blocker !== undefined)
    parts.push(`"${blocker.name}" can hold the thread for ${rounded(blocker.worstCaseMs)} ms more`);
  if (foreign > 0) parts.push(`${rounded(foreign)} ms are set aside for everything else`);
  return `${due.join(', ')} can miss ${one ? 'its deadline' : 'their deadlines'}: ${parts.join(', and ')}.`;
}

function rounded(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

function percent(part: number): string {
  return `${Math.round(part * 1000) / 10} %`;
}
