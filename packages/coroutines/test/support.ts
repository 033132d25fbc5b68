// Helpers of the tests: starting coroutines and catching what nobody awaits.

import { onTestFinished } from 'vitest';
import { onUnhandled, task, type Coroutine, type CoroutineInfo, type Task } from '../src/index.ts';

/** Starts a coroutine at once. */
export function spawn<T>(routine: () => Coroutine<T>, name?: string): Task<T> {
  return task(routine, name === undefined ? undefined : { name }).start();
}

/** Collects failures that nobody awaits until the test ends. */
export function collectUnhandled(): { error: unknown; coroutine: CoroutineInfo }[] {
  const failures: { error: unknown; coroutine: CoroutineInfo }[] = [];
  const previous = onUnhandled((error, coroutine) => failures.push({ error, coroutine }));
  onTestFinished(() => void onUnhandled(previous));
  return failures;
}

/** What awaiting it throws. */
export async function failureOf(awaitable: PromiseLike<unknown>): Promise<unknown> {
  try {
    await awaitable;
  } catch (error) {
    return error;
  }
  throw new Error('It did not fail.');
}

/** What calling it throws. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('It did not throw.');
}
