// The scheduler of coroutines that belong to no loop: they resume inline from everywhere, and `pause()` waits for a turn of
// the event loop. Also the home of the hook for failures that nobody awaits.

import type { CoroutineInfo, Resumable, Scheduler } from '../contract/scheduler.ts';
import { coroutineError } from '../errors/catalogue.ts';
import { systemClock } from '../time/system-clock.ts';

/** Receives the failure of a coroutine that nobody awaits. */
export type UnhandledHook = (error: unknown, coroutine: CoroutineInfo) => void;

let hook: UnhandledHook | undefined;

/**
 * Sets who is told when a coroutine without a loop of its own fails and nobody awaits it. Without a hook the failure is thrown
 * in a microtask as ICHOR_COROUTINES_UNHANDLED (so it reaches `uncaughtException`) with the coroutine's name and start in the message.
 *
 * @param handler Must not throw. `undefined` restores the default.
 * @returns the previous hook.
 */
export function onUnhandled(handler: UnhandledHook | undefined): UnhandledHook | undefined {
  const previous = hook;
  hook = handler;
  return previous;
}

/** Tells the hook; see {@link onUnhandled}. */
function reportUnhandled(error: unknown, coroutine: CoroutineInfo): void {
  if (hook !== undefined) {
    hook(error, coroutine);
    return;
  }
  const started = coroutine.startedAt === undefined ? '' : `\nIt was started here:\n${coroutine.startedAt}`;
  const wrapped = coroutineError(
    'ICHOR_COROUTINES_UNHANDLED',
    `The coroutine "${coroutine.name}" failed and nobody awaits it: ${error instanceof Error ? error.message : String(error)}. ` +
      `Await its task, or set a hook with onUnhandled().${started}`,
    { cause: error, details: { coroutine: coroutine.name, startedAt: coroutine.startedAt } },
  );
  queueMicrotask(() => {
    throw wrapped;
  });
}

/** Priorities in ascending order, each with its FIFO. One turn of the event loop runs what was there at its beginning. */
let lanes: { readonly priority: number; readonly work: Resumable[] }[] = [];

function runTurn(): void {
  const turn = lanes;
  lanes = [];
  for (const lane of turn) for (const resumable of lane.work) resumable.run();
}

function nextTurn(): void {
  if (typeof setImmediate === 'function') setImmediate(runTurn);
  else setTimeout(runTurn, 0);
}

/** Resumes inline, whoever releases. Its clock is {@link systemClock}. */
export const inlineScheduler: Scheduler = {
  clock: systemClock,
  schedule(resumable, priority) {
    if (lanes.length === 0) nextTurn();
    let at = lanes.length;
    while (at > 0 && lanes[at - 1]!.priority > priority) at--;
    const lane = lanes[at - 1];
    if (lane?.priority === priority) lane.work.push(resumable);
    else lanes.splice(at, 0, { priority, work: [resumable] });
  },
  unhandled: reportUnhandled,
};
