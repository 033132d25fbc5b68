// The driver: runs a generator from suspension to suspension. Nested tasks are frames linked by `parent`/`child`, so their depth
// costs no native stack. Invariants: a frame is in one state; it is handed to `drive` only with `mode` and `sent` set; a release
// runs inline at most `inlineLimit` deep, what exceeds that runs first-in-first-out.

import type { Suspension } from '../contract/awaitable.ts';
import { cancelledOutcome, cancelledResult, cleanupTimeout, type Cancellation } from './cancellation.ts';
import { currentScheduler, enterScheduler } from './current-scheduler.ts';
import { Fifo } from './fifo.ts';
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
  unwind,
  type DrivenFrame,
} from './driven-frame.ts';
import { inlineScheduler } from './inline-scheduler.ts';
import { notAwaitable } from './not-awaitable.ts';

/** How deep releases nest before they are queued. */
const inlineLimit = 128;

/** From now on `frame` runs in `context`. */
export function keepContext(frame: DrivenFrame, context: unknown): void {
  frame.context = context;
  frame.inContext = { run: () => drive(frame) };
}

/** Runs frames until one suspends for good: the given one, the nested tasks it starts, and those that await it. */
export function drive(first: DrivenFrame): void {
  let frame: DrivenFrame | undefined = first;
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
export function suspend(frame: DrivenFrame, suspension: Suspension): DrivenFrame | undefined {
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
function interceptSuspension(frame: DrivenFrame, cancellation: Cancellation): 'suspend' | 'unwind' | 'abandoned' {
  if (!frame.unwinding) {
    if (frame.shields > 0) return 'suspend';
    prepareUnwinding(frame);
    return 'unwind';
  }
  if (cancellation.expired) {
    frame.state = released;
    abandon(cancellation.target as DrivenFrame, cancellation);
    return 'abandoned';
  }
  arm(cancellation, cancellation.target as DrivenFrame);
  return 'suspend';
}

export function arm(cancellation: Cancellation, target: DrivenFrame): void {
  cancellation.arm(target.scheduler.clock, () => abandon(target, cancellation));
}

function prepareUnwinding(frame: DrivenFrame): void {
  frame.unwinding = true;
  frame.mode = unwind;
  frame.sent = cancelledResult;
}

/** Begins to unwind a frame, unless it runs or its continuation is decided: then its next suspension does. */
export function interrupt(frame: DrivenFrame): void {
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
function end(frame: DrivenFrame, succeeded: boolean, value: unknown): DrivenFrame | undefined {
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
function abandon(target: DrivenFrame, cancellation: Cancellation): void {
  const chain: DrivenFrame[] = [target];
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
const deferred = new Fifo<DrivenFrame>();

/** The continuation of `frame` is decided (`mode`, `sent`): runs it now where that is allowed, else when its turn comes. */
export function release(frame: DrivenFrame): void {
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

export function execute(frame: DrivenFrame): void {
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
