// The driver: runs a generator from suspension to suspension. One Frame per suspended coroutine; nested tasks are frames linked
// by `parent`/`child`, so their depth costs no native stack. Invariants: a frame is in one state; it is handed to `drive` only
// with `mode` and `sent` set; a release runs inline at most `inlineLimit` deep, what exceeds that runs first-in-first-out.

import type { Continuation, Suspension } from '../contract/awaitable.ts';
import type { CoroutineHandle, CoroutineHost, Resumable, Scheduler } from '../contract/scheduler.ts';
import { Cancellation, cancelledOutcome, cancelledResult, cleanupTimeout, defaultCleanupMs } from './cancellation.ts';
import { currentScheduler, enterScheduler } from './current-scheduler.ts';
import { Fifo } from './fifo.ts';
import { inlineScheduler } from './inline-scheduler.ts';
import { notAwaitable } from './not-awaitable.ts';
import { checkDuration } from '../errors/check-option.ts';
import { captureStart, formatTrace, type StartTrace } from './start-trace.ts';

/** How deep releases nest before they are queued. */
const inlineLimit = 128;

// How a frame continues.
const next = 0;
const raise = 1;
const unwind = 2;

// What a frame is doing. Numbers rather than names because every suspension compares them.
const running = 0;
/** `suspend` of its suspension is being called. */
const suspending = 1;
/** Released while suspending: the driver's loop goes on with it. */
const resumed = 2;
/** Cancelled while suspending: the driver's loop interrupts it. */
const interrupted = 3;
/** Handed over to a nested task while suspending. */
const nested = 4;
const suspended = 5;
/** In the scheduler's queue by its own wish. */
const paused = 6;
/** Its continuation is decided and waits for its turn. */
const released = 7;
const ended = 8;

let lastId = 0;

/** A coroutine that has suspended at least once. */
export class Frame implements CoroutineHandle, Continuation, Resumable {
  nextWaiter: Continuation | undefined = undefined;
  previousWaiter: Continuation | undefined = undefined;
  waitList: object | undefined = undefined;
  waitDetail: unknown = undefined;

  state = running;
  mode = next;
  sent: unknown = undefined;
  suspension: Suspension | undefined = undefined;
  /** The frame that awaits this one, when this is a task nested in it. */
  parent: Frame | undefined = undefined;
  /** The nested task this one awaits. */
  child: Frame | undefined = undefined;
  cancellation: Cancellation | undefined = undefined;
  /** The cancellation has been thrown in, as `return()`. */
  unwinding = false;
  /** Shielded sections entered and not left. */
  shields = 0;
  /** Queue entries of cancelled pauses, to be skipped. */
  staleRuns = 0;
  /** The host knows this frame. */
  announced = false;
  /** Ambient context of its start, and what runs it in there; undefined when its scheduler captures none. */
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
function describeWait(outermost: Frame): string | undefined {
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
function cancelFrom(outermost: Frame, cancellation: Cancellation): void {
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

/** From now on `frame` runs in `context`. */
function keepContext(frame: Frame, context: unknown): void {
  frame.context = context;
  frame.inContext = { run: () => drive(frame) };
}

/** Runs frames until one suspends for good: the given one, the nested tasks it starts, and those that await it. */
function drive(first: Frame): void {
  let frame: Frame | undefined = first;
  while (frame !== undefined) {
    let result: IteratorResult<Suspension, unknown>;
    const sent = frame.sent;
    frame.sent = undefined;
    frame.state = running;
    try {
      if (frame.mode === next) result = frame.iterator.next(sent);
      else if (frame.mode === raise)
        result = frame.iterator.throw === undefined ? rethrow(sent) : frame.iterator.throw(sent);
      else result = frame.iterator.return === undefined ? { done: true, value: sent } : frame.iterator.return(sent);
    } catch (error) {
      frame = end(frame, false, error);
      continue;
    }
    frame = result.done === true ? end(frame, true, result.value) : suspend(frame, result.value);
  }
}

function rethrow(error: unknown): never {
  throw error;
}

/** Hands `frame` to `suspension`. Returns the frame to go on with: itself when it does not have to wait, or a nested task. */
function suspend(frame: Frame, suspension: Suspension): Frame | undefined {
  if (frame.cancellation !== undefined) {
    const verdict = interceptSuspension(frame, frame.cancellation);
    if (verdict !== 'suspend') return verdict === 'unwind' ? frame : undefined;
  }
  frame.suspension = suspension;
  frame.state = suspending;
  try {
    suspension.suspend(frame);
  } catch (error) {
    frame.suspension = undefined;
    frame.mode = raise;
    frame.sent =
      typeof (suspension as Partial<Suspension> | undefined)?.suspend === 'function'
        ? error
        : notAwaitable(suspension, 'yielded');
    return frame;
  }
  if (frame.state === suspending) {
    frame.state = suspended;
    return undefined;
  }
  switch (frame.state) {
    case resumed:
      return frame;
    case nested:
      frame.state = suspended;
      return frame.child;
    case interrupted:
      suspension.cancel(frame);
      prepareUnwinding(frame);
      return frame;
    default:
      return undefined;
  }
}

/** A frame that is being cancelled wants to suspend: its clean-up may, within its time; otherwise it is unwound instead. */
function interceptSuspension(frame: Frame, cancellation: Cancellation): 'suspend' | 'unwind' | 'abandoned' {
  if (!frame.unwinding) {
    if (frame.shields > 0) return 'suspend';
    prepareUnwinding(frame);
    return 'unwind';
  }
  if (cancellation.expired) {
    frame.state = released;
    abandon(cancellation.target as Frame, cancellation);
    return 'abandoned';
  }
  arm(cancellation, cancellation.target as Frame);
  return 'suspend';
}

function arm(cancellation: Cancellation, target: Frame): void {
  cancellation.arm(target.scheduler.clock, () => abandon(target, cancellation));
}

function prepareUnwinding(frame: Frame): void {
  frame.unwinding = true;
  frame.mode = unwind;
  frame.sent = cancelledResult;
}

/** Begins to unwind a frame, unless it runs or its continuation is decided: then its next suspension does. */
function interrupt(frame: Frame): void {
  if (frame.state === suspended) {
    frame.suspension!.cancel(frame);
  } else if (frame.state === paused) {
    frame.staleRuns++;
  } else {
    if (frame.state === suspending) frame.state = interrupted;
    return;
  }
  prepareUnwinding(frame);
  release(frame);
}

/** Settles a frame. Returns the frame that awaits it, to go on with, when it is nested in one. */
function end(frame: Frame, succeeded: boolean, value: unknown): Frame | undefined {
  frame.state = ended;
  frame.suspension = undefined;
  const { parent, cancellation } = frame;
  let cancelled = false;
  if (cancellation !== undefined) {
    if (frame.unwinding) {
      const outcome = cancelledOutcome(frame, frame.scheduler, cancellation.reason, succeeded, value);
      cancelled = succeeded;
      succeeded = false;
      value = outcome;
    }
    if (cancellation.target === frame) cancellation.disarm();
  }
  const handle = frame.announced ? frame : undefined;
  if (succeeded) frame.host.returned(value, handle);
  else frame.host.threw(value, handle);
  if (parent === undefined) return undefined;

  frame.parent = undefined;
  parent.child = undefined;
  parent.suspension = undefined;
  parent.sent = value;
  if (parent.cancellation === undefined || parent.unwinding) {
    parent.mode = succeeded ? next : raise;
  } else if (cancelled) {
    prepareUnwinding(parent);
  } else {
    // A clean-up of the nested task threw on the way out: that is what its awaiter sees, as with native nesting.
    parent.mode = succeeded ? next : raise;
    if (frame.unwinding) parent.unwinding = true;
  }
  return parent;
}

/** Gives up a cancelled coroutine whose clean-up takes too long, with everything nested in it. */
function abandon(target: Frame, cancellation: Cancellation): void {
  const chain: Frame[] = [target];
  for (let frame = target.child; frame !== undefined; frame = frame.child) chain.push(frame);
  const innermost = chain.at(-1)!;
  if (innermost.state === running || innermost.state === suspending) {
    cancellation.expired = true;
    return;
  }
  const error = cleanupTimeout(target, target.waitingFor, cancellation.cleanupMs, cancellation.reason);
  if (innermost.state === suspended) innermost.suspension!.cancel(innermost);
  else if (innermost.state === paused) innermost.staleRuns++;
  for (let frame = chain.pop()!; frame !== target; frame = chain.pop()!) {
    frame.state = ended;
    frame.parent = undefined;
    frame.child = undefined;
    frame.host.threw(error, frame.announced ? frame : undefined);
  }
  target.child = undefined;
  target.unwinding = false;
  const parent = end(target, false, error);
  if (parent !== undefined) release(parent);
}

let nesting = 0;
/** Releases that came too deep, in order. */
const deferred = new Fifo<Frame>();

/** The continuation of `frame` is decided (`mode`, `sent`): runs it now where that is allowed, else when its turn comes. */
function release(frame: Frame): void {
  frame.state = released;
  frame.suspension = undefined;
  const scheduler = frame.scheduler;
  const current = currentScheduler();
  if (scheduler !== current && scheduler !== inlineScheduler && current !== undefined) {
    scheduler.schedule(frame, frame.host.priority);
  } else if (nesting >= inlineLimit || (nesting > 0 && deferred.size > 0)) {
    deferred.push(frame);
  } else {
    execute(frame);
  }
}

function execute(frame: Frame): void {
  const scheduler = frame.scheduler;
  const current = currentScheduler();
  const entered = scheduler !== current && scheduler !== inlineScheduler;
  if (entered) enterScheduler(scheduler);
  nesting++;
  try {
    if (frame.inContext === undefined) drive(frame);
    else scheduler.runInContext!(frame.context, frame.inContext);
    if (nesting === 1 && deferred.size > 0) runDeferred();
  } finally {
    nesting--;
    if (entered) enterScheduler(current);
  }
}

/** Runs what was deferred, and what that defers, in order. Only the outermost release does. */
function runDeferred(): void {
  for (let frame = deferred.shift(); frame !== undefined; frame = deferred.shift()) {
    if (frame.state === released) execute(frame);
  }
}
