// A coroutine that has suspended at least once, how it is started, and what others can do to it: resume, fail, cancel, describe.
// What then happens is in driver.ts.

import type { Continuation, Suspension } from '../contract/awaitable.ts';
import type { CoroutineHandle, CoroutineHost, Resumable, Scheduler } from '../contract/scheduler.ts';
import { checkDuration } from '../errors/check-option.ts';
import { Cancellation, defaultCleanupMs } from './cancellation.ts';
import { currentScheduler, enterScheduler } from './current-scheduler.ts';
import { arm, drive, execute, interrupt, keepContext, release, suspend } from './driver.ts';
import {
  ended,
  interrupted,
  nested,
  next,
  paused,
  raise,
  released,
  resumed,
  running,
  suspended,
  suspending,
  type DrivenFrame,
} from './driven-frame.ts';
import { inlineScheduler } from './inline-scheduler.ts';
import { captureStart, formatTrace, type StartTrace } from './start-trace.ts';

let lastId = 0;

/** A coroutine that has suspended at least once. */
export class Frame implements DrivenFrame {
  nextWaiter: Continuation | undefined = undefined;
  previousWaiter: Continuation | undefined = undefined;
  waitList: object | undefined = undefined;
  waitDetail: unknown = undefined;

  state = running;
  mode = next;
  sent: unknown = undefined;
  suspension: Suspension | undefined = undefined;
  parent: DrivenFrame | undefined = undefined;
  child: DrivenFrame | undefined = undefined;
  cancellation: Cancellation | undefined = undefined;
  unwinding = false;
  shields = 0;
  staleRuns = 0;
  announced = false;
  context: unknown = undefined;
  inContext: Resumable | undefined = undefined;

  readonly iterator: Iterator<Suspension, unknown, unknown>;
  readonly host: CoroutineHost;
  readonly scheduler: Scheduler;
  readonly id: number;
  readonly trace: StartTrace | undefined;

  constructor(iterator: Iterator<Suspension, unknown, unknown>, host: CoroutineHost, trace: StartTrace | undefined) {
    this.iterator = iterator;
    this.host = host;
    this.scheduler = host.scheduler;
    this.id = ++lastId;
    this.trace = trace;
  }

  get name(): string {
    return this.host.name ?? 'coroutine';
  }

  get startedAt(): string | undefined {
    return formatTrace(this.trace ?? (this.host as { readonly trace?: StartTrace }).trace);
  }

  get waitingFor(): string | undefined {
    return describeWait(this);
  }

  resume(value?: unknown): void {
    if (this.state === suspended) {
      this.mode = next;
      this.sent = value;
      release(this);
    } else if (this.state === suspending || this.state === interrupted) {
      this.mode = next;
      this.sent = value;
      this.state = resumed;
    }
  }

  fail(error: unknown): void {
    if (this.state === suspended) {
      this.mode = raise;
      this.sent = error;
      release(this);
    } else if (this.state === suspending || this.state === interrupted) {
      this.mode = raise;
      this.sent = error;
      this.state = resumed;
    }
  }

  /** Waits for its turn in the scheduler's queue. Called by the suspension of `pause()` while suspending. */
  pause(): void {
    this.state = paused;
    this.scheduler.schedule(this, this.host.priority);
  }

  /** Continues with a nested task, which resumes this frame when it ends. Called by the task's suspension while suspending. */
  nest(child: Frame): void {
    child.parent = this;
    if (this.inContext !== undefined) keepContext(child, this.context);
    this.child = child;
    this.state = nested;
  }

  /** A scheduler has come to it. */
  run(): void {
    if (this.staleRuns > 0) {
      this.staleRuns--;
      return;
    }
    if (this.state === paused) {
      this.mode = next;
      this.sent = pauseOver;
      this.state = released;
    }
    if (this.state === released) execute(this);
  }

  cancel(reason?: unknown, cleanupMs: number = defaultCleanupMs): void {
    if (this.state === ended || this.cancellation !== undefined) return;
    cancelFrom(this, new Cancellation(this, reason, checkDuration('cleanupMs', cleanupMs)));
  }
}

/** What a frame waits for, through the tasks nested in it. */
function describeWait(outermost: DrivenFrame): string | undefined {
  let frame = outermost;
  let chain = '';
  for (let depth = 0; frame.child !== undefined; depth++) {
    frame = frame.child;
    if (depth < 8) chain += `${frame.name} > `;
    else if (depth === 8) chain += '… > ';
  }
  if (frame.state === paused) return `${chain}pause()`;
  return frame.state === suspended || frame.state === suspending ? chain + frame.suspension!.describe() : undefined;
}

/** Marks a frame and what is nested in it, down to a shielded one, and begins to unwind the innermost. */
function cancelFrom(outermost: DrivenFrame, cancellation: Cancellation): void {
  let frame = outermost;
  frame.cancellation = cancellation;
  while (frame.child !== undefined && frame.shields === 0) {
    frame = frame.child;
    if (frame.cancellation !== undefined) {
      // It is being unwound already, on its own account; ours waits for that, but not longer than it was given.
      arm(cancellation, outermost);
      return;
    }
    frame.cancellation = cancellation;
  }
  if (frame.shields === 0) interrupt(frame);
}

/** What `pause()` resumes with. */
const pauseOver: unique symbol = Symbol('resumed');

/**
 * Runs `iterator` inline until its first suspension. When it ends in that time, nothing is allocated, the host is told with an
 * undefined handle and undefined is returned; else the host is told later, with the handle that is returned.
 */
export function startCoroutine(
  iterator: Iterator<Suspension, unknown, unknown>,
  host: CoroutineHost,
): CoroutineHandle | undefined {
  const scheduler = host.scheduler;
  if (scheduler === inlineScheduler || scheduler === currentScheduler()) return start(iterator, host);
  const previous = enterScheduler(scheduler);
  try {
    return start(iterator, host);
  } finally {
    enterScheduler(previous);
  }
}

function start(iterator: Iterator<Suspension, unknown, unknown>, host: CoroutineHost): CoroutineHandle | undefined {
  const scheduler = host.scheduler;
  const context = scheduler.captureContext === undefined ? undefined : scheduler.captureContext();
  let result: IteratorResult<Suspension, unknown>;
  try {
    result = iterator.next();
  } catch (error) {
    host.threw(error, undefined);
    return undefined;
  }
  if (result.done === true) {
    host.returned(result.value, undefined);
    return undefined;
  }
  const frame = new Frame(iterator, host, captureStart('coroutine'));
  if (scheduler.captureContext !== undefined) keepContext(frame, context);
  const following = suspend(frame, result.value);
  if (following !== undefined) drive(following);
  if (frame.state === ended) return undefined;
  frame.announced = true;
  return frame;
}

/**
 * Runs `frame`, which is new, inline until its first suspension. For hosts that want to be able to cancel it from its first step
 * on; the current scheduler is the frame's.
 */
export function beginFrame(frame: Frame): void {
  frame.announced = true;
  const { scheduler } = frame;
  if (scheduler.captureContext !== undefined) keepContext(frame, scheduler.captureContext());
  drive(frame);
}
