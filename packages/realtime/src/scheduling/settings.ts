// What can be asked of the operating system for a realtime thread, and the report on what was granted. Types and checks, pure.

import { checkOption } from '../errors/catalogue.ts';

/** Linux scheduling policies: `fifo` and `rr` are realtime, `deadline` is EDF in the kernel, `other` is the normal one. */
export type SchedulingPolicy = 'fifo' | 'rr' | 'deadline' | 'other';

/** What to apply. What is left out is not touched. Nothing system-wide is ever changed. */
export interface RealtimeSettings {
  readonly policy?: SchedulingPolicy;
  /** Realtime priority for `fifo` and `rr`, 1 to 99, higher runs first. Default: 20. Above 50 a thread competes with the kernel's own. */
  readonly priority?: number;
  /** Reservation for `deadline`: so much time in each period, due within the deadline (default: the period), in milliseconds. */
  readonly reservation?: { readonly runtimeMs: number; readonly periodMs: number; readonly deadlineMs?: number };
  /** Processors the threads may run on, from 0. */
  readonly cpus?: readonly number[];
  /**
   * Keep the program text, libraries, C heap and stack that are mapped now resident, so that they need not be paged in.
   * The memory of V8 is left out: V8 gives pages back in a way that is fatal on locked memory. It is only ever paged out to swap.
   */
  readonly lockMemory?: boolean;
  /** -20 (first) to 19; counts only under the policy `other`. */
  readonly nice?: number;
  /**
   * `current`: the calling thread, which runs JavaScript; `all`: also the helpers of V8 and libuv that exist now.
   * Applies to policy, cpus and nice. Default: `current`.
   */
  readonly threads?: 'current' | 'all';
}

/** What became of one setting. */
export interface AppliedSetting {
  readonly setting: 'policy' | 'cpus' | 'lockMemory' | 'nice';
  /** What was asked for, in words. */
  readonly requested: string;
  readonly applied: boolean;
  /** What the system says now. */
  readonly actual: string;
  /** Ids of the threads that it was applied to; the process id alone for memory. */
  readonly threads: readonly number[];
  /** Why it was not applied. */
  readonly reason?: string;
  /** What would be needed. */
  readonly remedy?: string;
}

/** The result of `applyRealtimeSettings`. */
export interface RealtimeReport {
  readonly settings: readonly AppliedSetting[];
  /** Everything that was asked for was applied. */
  readonly complete: boolean;
  /** What was not applied, one sentence each, for a log. */
  readonly warnings: readonly string[];
}

const policies: readonly SchedulingPolicy[] = ['fifo', 'rr', 'deadline', 'other'];
const largestCpu = 1023;
/** The kernel's own lower limit for a reservation: 1024 ns. */
const shortestRuntimeMs = 0.001024;

/** @throws ICHOR_REALTIME_INVALID_OPTION */
export function checkSettings(settings: RealtimeSettings): void {
  const { policy, priority = 20, nice = 0, cpus = [], reservation, threads = 'current' } = settings;
  checkOption(policy === undefined || policies.includes(policy), 'policy', policy, policies.join(', '));
  checkOption(isWhole(priority, 1, 99), 'priority', priority, 'a whole number from 1 to 99');
  checkOption(isWhole(nice, -20, 19), 'nice', nice, 'a whole number from -20 to 19');
  checkOption(threads === 'current' || threads === 'all', 'threads', threads, '"current" or "all"');
  checkOption(settings.cpus === undefined || cpus.length > 0, 'cpus', '[]', 'a list of at least one processor');
  for (const processor of cpus) {
    checkOption(
      isWhole(processor, 0, largestCpu),
      'cpus',
      processor,
      `a list of whole numbers from 0 to ${largestCpu}`,
    );
  }
  checkOption(
    policy !== 'deadline' || reservation !== undefined,
    'reservation',
    reservation,
    'given with the policy "deadline"',
  );
  if (reservation !== undefined) {
    const { runtimeMs, periodMs, deadlineMs = periodMs } = reservation;
    const ordered = runtimeMs >= shortestRuntimeMs && runtimeMs <= deadlineMs && deadlineMs <= periodMs;
    const allowed = `${shortestRuntimeMs} <= runtimeMs <= deadlineMs <= periodMs`;
    checkOption(ordered, 'reservation', `${runtimeMs}/${deadlineMs}/${periodMs}`, allowed);
  }
}

function isWhole(value: number, smallest: number, largest: number): boolean {
  return Number.isInteger(value) && value >= smallest && value <= largest;
}
