// What is known about the time in which something was late: gathered by an EvidenceSource, judged by `attribute`. Types only.

/** A stretch of time on the manager's clock, in milliseconds. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** One garbage collection. */
export interface GcSpan extends Span {
  readonly kind: 'minor' | 'major' | 'incremental' | 'weak-callbacks';
  /** Asked for by the program (`global.gc()`), not by V8. */
  readonly forced: boolean;
}

/** One event that was processed on the same queue. */
export interface EventSpan extends Span {
  readonly eventType: string;
  /** Id of the service that pushed it; 0 for nobody. */
  readonly origin: number;
}

/** Counters of the operating system for this thread, as differences over `span`. */
export interface ThreadCounters {
  /** What the counters cover: from the last reading before the late event to the one after it. */
  readonly span: Span;
  /** Time on a processor. */
  readonly cpuMs: number;
  /** Time in which the thread could have run but another thread had the processor. */
  readonly runDelayMs: number;
  /** The thread had a realtime policy (fifo, rr, deadline). */
  readonly realtime: boolean;
  /** Times the thread was put on a processor. */
  readonly timeslices: number;
  /** Involuntary context switches; may begin up to 50 ms before `span`. */
  readonly involuntarySwitches: number;
  /** Time the hypervisor took from all processors together, in steps of 10 ms; may begin up to 50 ms before `span`. */
  readonly stealMs: number;
}

/** When a timer should have fired and when it did. */
export interface TimerFacts {
  readonly dueMs: number;
  readonly firedMs: number;
}

/** Everything known about one late event. */
export interface Evidence {
  /** From the push (or release) of the late event to the end of its processing. */
  readonly window: Span;
  /** When its own processing began. */
  readonly startedMs: number;
  /** How long its processing usually takes: the median so far, or the budget. */
  readonly expectedMs: number;
  readonly gcs: readonly GcSpan[];
  /** Other events that were processed in the window. */
  readonly events: readonly EventSpan[];
  /** Runs of microtasks and ticks that took noticeable time. */
  readonly microtasks: readonly Span[];
  /** Times at which SIGCONT arrived: the process had been stopped. */
  readonly continuedMs: readonly number[];
  /** Absent where the system offers no such counters. */
  readonly thread?: ThreadCounters;
  /** Present when a timer released the event. */
  readonly timer?: TimerFacts;
}

/** Gathers evidence while a program runs. `mark` must be cheap and must not allocate; the rest happens only after an overrun. */
export interface EvidenceSource extends Disposable {
  /** Reads the cheap counters, at most every so often. Called before watched events and at their pushes. */
  mark(nowMs: number): void;
  /** Called after each event: watches how long the microtasks behind it take. */
  eventEnded(): void;
  /** Calls back when the evidence of everything that happened so far has arrived. */
  whenSettled(callback: () => void): void;
  /** What is known about `window`. `captured` is what `capture` returned right after the overrun. */
  collect(window: Span, captured: ThreadCounters | undefined): SystemEvidence;
  /** Reads all counters now and returns their differences since the last reading before `startMs`. */
  capture(startMs: number, nowMs: number): ThreadCounters | undefined;
}

/** The part of the evidence that comes from outside the queue. */
export type SystemEvidence = Pick<Evidence, 'gcs' | 'microtasks' | 'continuedMs' | 'thread'>;
