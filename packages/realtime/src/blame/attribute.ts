// Who is to blame for a late event: a pure judgement over the evidence. Called by the DeadlineMonitor once the evidence is in.
// Every millisecond of the window is given to one cause; the cause with the most, beyond what is usual, is to blame.

import type { Evidence, GcSpan, Span } from './evidence.ts';

/**
 * - `gc`: garbage collection;
 * - `event`: another event (or a handler of it) had the thread;
 * - `self`: the handler itself took longer than usual, on the processor;
 * - `microtasks`: promises and ticks between events;
 * - `preemption`: another thread or process had the processor;
 * - `steal`: the hypervisor had it;
 * - `stopped`: the process was stopped by a signal;
 * - `blocked`: the thread slept in a system call or page fault;
 * - `timer`: the timer that released it fired late;
 * - `event-loop`: other callbacks of the event loop (I/O, timers, immediates);
 */
export type BlameCause =
  | 'gc'
  | 'event'
  | 'self'
  | 'microtasks'
  | 'preemption'
  | 'steal'
  | 'stopped'
  | 'blocked'
  | 'timer'
  | 'event-loop';

/** How much of the window one cause explains. */
export interface BlameShare {
  readonly cause: BlameCause;
  readonly ms: number;
  /** In words: which event, which kind of collection. */
  readonly detail: string;
}

/** The judgement. */
export interface Blame {
  readonly cause: BlameCause;
  /** What the cause explains, in milliseconds. */
  readonly ms: number;
  /** One sentence. */
  readonly explanation: string;
  /** All causes, the largest first. */
  readonly shares: readonly BlameShare[];
  readonly evidence: Evidence;
}

/** Judges the evidence. No share is longer than the window. */
export function attribute(evidence: Evidence): Blame {
  const { window, startedMs, gcs, events, microtasks } = evidence;
  const waiting: Span = { startMs: window.startMs, endMs: startedMs };
  const running: Span = { startMs: startedMs, endMs: window.endMs };

  const gcMs = total(gcs, window);
  const eventTimes = timesByEvent(evidence, waiting);
  const eventMs = sum(eventTimes.values());
  const microtaskMs = Math.max(0, total(microtasks, waiting) - overlapOf(microtasks, [...events, ...gcs], waiting));
  const ownMs = lengthOf(running) - total(gcs, running);
  const os = offProcessor(evidence, gcMs);

  // When the thread was off the processor is not known; it is taken from the longest stretches first, collections included.
  const stretches: Stretch[] = [
    { ms: Math.max(0, ownMs - evidence.expectedMs), cause: 'self', detail: 'its own execution' },
    { ms: microtaskMs, cause: 'microtasks', detail: 'promises and ticks between events' },
    { ms: gcMs, cause: 'gc', detail: describeGcs(gcs, window) },
    ...[...eventTimes].map(([detail, ms]): Stretch => ({ ms, cause: 'event', detail })),
  ];
  const gap = lengthOf(waiting) - total(gcs, waiting) - eventMs - microtaskMs;
  const timerGap = evidence.timer === undefined ? 0 : Math.min(gap, lateness(evidence));
  stretches.push({ ms: Math.max(0, timerGap), cause: 'timer', detail: 'the timer fired late' });
  stretches.push({ ms: Math.max(0, gap - timerGap), cause: 'event-loop', detail: 'other callbacks of the event loop' });
  takeFrom(stretches, sum(os.map(({ ms }) => ms)));

  const shares: BlameShare[] = [...stretches, ...os].filter(({ ms }) => ms > 0);
  shares.sort((a, b) => b.ms - a.ms);
  const worst = shares[0] ?? { cause: 'self' as const, ms: 0, detail: 'its own execution' };
  const explanation = `${worst.ms.toFixed(3)} of ${lengthOf(window).toFixed(3)} ms: ${worst.detail}`;
  return { cause: worst.cause, ms: worst.ms, explanation, shares, evidence };
}

interface Stretch {
  ms: number;
  readonly cause: BlameCause;
  readonly detail: string;
}

/** Time in the window during which the thread was not on a processor, by reason. */
function offProcessor(evidence: Evidence, gcMs: number): BlameShare[] {
  const { window, thread, continuedMs } = evidence;
  if (thread === undefined) return [];
  const length = lengthOf(window);
  // The counters cover more than the window. What lies outside cannot be told from what lies inside, so all of it is given the benefit of the doubt.
  const outside = Math.max(0, lengthOf(thread.span) - length);
  const delayed = clamp(thread.runDelayMs - outside, length);
  const off = clamp(lengthOf(thread.span) - thread.cpuMs - thread.runDelayMs - outside, length - delayed);
  const shares: BlameShare[] = [];
  const stopped = continuedMs.some((at) => at >= window.startMs);
  if (stopped) {
    shares.push({ cause: 'stopped', ms: off, detail: 'the process was stopped and continued (SIGSTOP, SIGCONT)' });
  } else {
    // While it collects garbage the thread sleeps for its helpers, and before a late timer for that timer: neither is a call of its own.
    const blocked = clamp(off - gcMs - lateness(evidence), length);
    shares.push({ cause: 'blocked', ms: blocked, detail: 'the thread slept in a system call or page fault' });
  }
  const stolen = thread.stealMs > delayed && length >= 1 ? Math.min(thread.stealMs, length - off) : 0;
  if (stolen > 0 && stolen >= length / 2) {
    shares.push({ cause: 'steal', ms: stolen, detail: `the hypervisor took ${thread.stealMs} ms` });
  } else {
    const switches = `${thread.timeslices} time slices, ${thread.involuntarySwitches} involuntary switches`;
    const who = thread.realtime
      ? 'kept off the processor despite its realtime policy, by realtime throttling or a more urgent thread'
      : 'other threads had the processor';
    shares.push({ cause: 'preemption', ms: delayed, detail: `${who} (${switches})` });
  }
  return shares.filter(({ ms }) => ms > 0);
}

/** Lateness of the timer that is inside the window. */
function lateness({ timer, window, startedMs }: Evidence): number {
  if (timer === undefined) return 0;
  return Math.max(0, Math.min(timer.firedMs, startedMs) - Math.max(timer.dueMs, window.startMs));
}

function timesByEvent({ events, gcs }: Evidence, waiting: Span): Map<string, number> {
  const times = new Map<string, number>();
  for (const event of events) {
    const ms =
      overlap(event, waiting) -
      total(gcs, { startMs: Math.max(event.startMs, waiting.startMs), endMs: Math.min(event.endMs, waiting.endMs) });
    if (ms > 0) {
      const origin = event.origin === 0 ? '' : ` of service ${event.origin}`;
      const name = `event "${event.eventType}"${origin}`;
      times.set(name, (times.get(name) ?? 0) + ms);
    }
  }
  return times;
}

function describeGcs(gcs: readonly GcSpan[], window: Span): string {
  const inside = gcs.filter((gc) => overlap(gc, window) > 0);
  return inside.map(({ kind, forced }) => `${forced ? 'forced ' : ''}${kind} garbage collection`).join(', ');
}

/** Takes `ms` from the stretches, the longest first. */
function takeFrom(stretches: Stretch[], ms: number): void {
  let rest = ms;
  for (const stretch of stretches.toSorted((a, b) => b.ms - a.ms)) {
    const taken = Math.min(rest, stretch.ms);
    stretch.ms -= taken;
    rest -= taken;
  }
}

/** Time in which spans of `first` and of `second` overlap, inside `within`. */
function overlapOf(first: readonly Span[], second: readonly Span[], within: Span): number {
  let ms = 0;
  for (const a of first) {
    const inside = { startMs: Math.max(a.startMs, within.startMs), endMs: Math.min(a.endMs, within.endMs) };
    for (const b of second) ms += overlap(inside, b);
  }
  return ms;
}

function total(spans: readonly Span[], within: Span): number {
  return sum(spans.map((span) => overlap(span, within)));
}

function overlap(a: Span, b: Span): number {
  return Math.max(0, Math.min(a.endMs, b.endMs) - Math.max(a.startMs, b.startMs));
}

function lengthOf({ startMs, endMs }: Span): number {
  return endMs - startMs;
}

function clamp(value: number, largest: number): number {
  return Math.max(0, Math.min(value, largest));
}

function sum(values: Iterable<number>): number {
  let result = 0;
  for (const value of values) result += value;
  return result;
}
