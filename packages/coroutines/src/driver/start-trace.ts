// Where coroutines were started, as stack traces. Only captured when asked for; formatted only when read.

/** What gets a trace: nothing, tasks (the default), or every coroutine. */
export type StartTraces = 'off' | 'tasks' | 'all';

let level: StartTraces = 'tasks';

/** Holds the captured stack until somebody reads it. */
export class StartTrace extends Error {
  override readonly name = 'started';
}

/**
 * Chooses for which coroutines the place of their start is recorded, as `startedAt` in diagnostics and unhandled failures.
 * `'tasks'`: tasks that are started, rather than awaited (some microseconds each); `'all'`: every coroutine that suspends; `'off'`: none.
 *
 * @returns the previous choice.
 */
export function recordStartTraces(traces: StartTraces): StartTraces {
  const previous = level;
  level = traces;
  return previous;
}

/** Captures the place of the call, if traces of this kind are recorded. */
export function captureStart(kind: 'task' | 'coroutine'): StartTrace | undefined {
  return level === 'off' || (level === 'tasks' && kind === 'coroutine') ? undefined : new StartTrace();
}

/** The trace without its first line. */
export function formatTrace(trace: StartTrace | undefined): string | undefined {
  const stack = trace?.stack;
  // Without the message and captureStart itself.
  return stack?.split('\n').slice(2).join('\n');
}
