// Tasks: coroutines with a result and an owner. A task is the host of its own frame. A task that has not begun and is awaited
// with yield* becomes a frame nested in its awaiter's, without native recursion.

import type { Awaitable, Continuation, Coroutine, Suspension } from '../contract/awaitable.ts';
import type { CoroutineHandle, CoroutineHost, CoroutineInfo, Scheduler } from '../contract/scheduler.ts';
import type { Task } from '../contract/task.ts';
import { CancelledError, isCancelled } from '../errors/cancelled-error.ts';
import { coroutineError } from '../errors/catalogue.ts';
import { checkFunction } from '../errors/check-option.ts';
import { claim } from './claim.ts';
import { countAsyncRelease, currentScheduler, enterScheduler } from './current-scheduler.ts';
import { beginFrame, Frame } from './frame.ts';
import { inlineScheduler } from './inline-scheduler.ts';
import { isAwaitable, isCoroutine, isPromiseLike } from './is-coroutine.ts';
import { AwaitableBase, defaultPriority, promiseOn } from './promise-host.ts';
import { captureStart, formatTrace, type StartTrace } from './start-trace.ts';
import { TaskEnd, TaskResult } from './task-waits.ts';
import { WaitList } from './wait-list.ts';

/** A function that is a coroutine, an async function or a plain one. */
export type TaskRoutine<T> = (() => Coroutine<T>) | (() => PromiseLike<T>) | (() => T);

/** How {@link task} makes a task. */
export interface TaskOptions {
  /** For diagnostics. Default: the name of the function. */
  readonly name?: string;
  /** Whose queue it continues through. Default: the current scheduler, else inline. */
  readonly scheduler?: Scheduler;
  /** Its priority in that queue; a lower number runs first. Default: 1000. A task nested in another takes the other's. */
  readonly priority?: number;
}

/** How {@link startTask} starts one. */
export interface StartTaskOptions extends TaskOptions {
  /** Whether the place of the start is recorded already by `recordStartTraces('tasks')`, the default. Costs some microseconds. Default: false. */
  readonly traced?: boolean;
  /** Called when it has ended, before anybody who waits for it continues. Does not count as somebody who awaits it. Must not throw. */
  readonly onEnd?: (task: Task<unknown>, succeeded: boolean, result: unknown) => void;
}

/**
 * Makes a task of a coroutine, an async function or a plain one. Nothing runs until it is awaited or started (CO-1…9).
 *
 * A failure goes to whoever awaits the task (`yield*`, `await`, `then`, `whenReady()`). If nobody has by the time it fails, it is
 * reported once, to the scheduler's `unhandled`. On the scheduler of a loop that is decided at once, unless it fails inside its
 * owner's call of `start()` or `cancel()`; then, and for tasks without a loop, two microtasks later, so that an `await` that was
 * already written down counts. Without a loop it goes to the hook of `onUnhandled()`. Being cancelled is not a failure.
 *
 * @param routine The function, or a coroutine object.
 * @example
 * ```ts
 * import { task, type Coroutine } from '@ichor/coroutines';
 *
 * function* depth(levels: number): Coroutine<number> {
 *   return levels === 0 ? 0 : 1 + (yield* task(() => depth(levels - 1)));
 * }
 * console.log(await task(() => depth(100_000))); // 100000: the driver keeps the frames, not the native stack
 * ```
 */
export function task<T>(routine: (() => Coroutine<T>) | Coroutine<T>, options?: TaskOptions): Task<T>;
export function task<T>(routine: () => PromiseLike<T>, options?: TaskOptions): Task<T>;
export function task<T>(routine: () => T, options?: TaskOptions): Task<T>;
export function task<T>(routine: TaskRoutine<T> | Coroutine<T>, options?: TaskOptions): Task<T> {
  if (isCoroutine(routine)) {
    claim(routine);

    return new CoroutineTask(() => routine, { ...options, traced: true }, options?.name ?? 'coroutine');
  }
  checkFunction('routine', routine);
  return new CoroutineTask(routine, options === undefined ? tracedOnly : { ...options, traced: true });
}

const tracedOnly: StartTaskOptions = { traced: true };

/** Makes a task and begins it at once: inline until its first suspension. */
export function startTask<T>(routine: TaskRoutine<T>, options?: StartTaskOptions): Task<T> {
  return new CoroutineTask(routine, options).start();
}

/** The implementation of Task; other files of the package recognise tasks by it. */
export class CoroutineTask<T> extends AwaitableBase<T> implements Task<T>, CoroutineHost {
  readonly name: string;
  readonly #routine: TaskRoutine<T>;
  readonly #traced: boolean;
  readonly #onEnd: StartTaskOptions['onEnd'];
  scheduler: Scheduler;
  priority: number;
  trace: StartTrace | undefined = undefined;
  #state: 'new' | 'starting' | 'running' | 'returned' | 'threw' = 'new';
  #result: unknown = undefined;
  #handle: CoroutineHandle | undefined = undefined;
  /** Cancelled while its routine, which is no generator function, was being called. */
  #earlyCancel: { readonly reason: unknown } | undefined = undefined;
  /** Its owner is calling `start` or `cancel`, and could not await what comes of that yet. */
  #inOwnersCall = false;
  /** Somebody awaits it, or has. */
  #observed = false;
  #owned = false;
  /** The awaiter whose waiting began it, when it is no coroutine that could be nested. */
  #begunBy: Continuation | undefined = undefined;
  #waiters: WaitList | undefined = undefined;

  constructor(
    routine: TaskRoutine<T>,
    options: StartTaskOptions | undefined,
    name = options?.name ?? (routine.name || 'task'),
  ) {
    super();
    this.#routine = routine;
    this.#traced = options?.traced ?? false;
    this.name = name;
    this.scheduler = options?.scheduler ?? currentScheduler() ?? inlineScheduler;
    this.priority = options?.priority ?? defaultPriority;
    this.#onEnd = options?.onEnd;
  }

  get isReady(): boolean {
    return this.#state === 'returned' || this.#state === 'threw';
  }

  start(): this {
    if (this.#state === 'new') {
      this.trace = captureStart(this.#traced ? 'task' : 'coroutine');
      this.#begin();
    }
    return this;
  }

  whenReady(): Awaitable<void> {
    this.#observed = true;
    return new TaskEnd(this);
  }

  cancel(reason?: unknown, cleanupMs?: number): void {
    if (this.isReady) return;
    if (this.#handle !== undefined) {
      const nested = this.#inOwnersCall;
      this.#inOwnersCall = true;
      this.#handle.cancel(reason, cleanupMs);
      this.#inOwnersCall = nested;
    } else if (this.#state === 'starting') this.#earlyCancel ??= { reason };
    else this.threw(new CancelledError(reason, `The task "${this.name}"`));
  }

  [Symbol.iterator](): Iterator<Suspension, T, unknown> {
    return new TaskResult(this);
  }

  override then<Fulfilled = T, Rejected = never>(
    onFulfilled?: ((value: T) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((error: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    this.#observed = true;
    // Its failure has an address, so the place of its start is of no interest.
    if (this.#state === 'new') this.#begin();
    const waiting = { [Symbol.iterator]: () => new TaskResult(this, true) };
    return promiseOn(this.scheduler, waiting).then(onFulfilled, onRejected);
  }

  // As the host of its frame.

  returned(value: unknown): void {
    if (!this.isReady) this.#settle('returned', value);
  }

  threw(error: unknown): void {
    if (!this.isReady) this.#settle('threw', error);
  }

  // For those who wait.

  /** The result, once ready. Whoever takes it answers for a failure. */
  take(): T {
    this.#observed = true;
    if (this.#state === 'threw') throw this.#result;
    return this.#result as T;
  }

  /** The awaiter begins to wait; `exclusive`: it wants to be the only one. */
  attach(continuation: Continuation, exclusive: boolean): void {
    if (exclusive) {
      if (this.#owned) throw awaitedTwice(this.name);
      this.#owned = true;
    }
    this.#observed = true;
    if (this.#state === 'new') {
      if (continuation instanceof Frame) {
        this.#nest(continuation);
        return;
      }
      this.#begin();
    }
    if (this.isReady) continuation.resume();
    else (this.#waiters ??= new WaitList()).push(continuation);
  }

  /** The awaiter is cancelled. A task that only began because it was awaited ends with it. */
  detach(continuation: Continuation, exclusive: boolean): void {
    if (exclusive) this.#owned = false;
    WaitList.remove(continuation);
    if (this.#begunBy === continuation) this.cancel();
  }

  /** Begins as a frame nested in `awaiter`, which goes on when this one has ended. */
  #nest(awaiter: Frame): void {
    this.scheduler = awaiter.scheduler;
    this.priority = awaiter.host.priority;
    this.#state = 'starting';
    const work = this.#call();
    if (isCoroutine(work)) {
      this.#state = 'running';
      const frame = new Frame(work, this, captureStart('coroutine'));
      this.#handle = frame;
      awaiter.nest(frame);
      return;
    }
    this.#follow(work);
    if (this.isReady) {
      awaiter.resume();
      return;
    }
    this.#begunBy = awaiter;
    (this.#waiters ??= new WaitList()).push(awaiter);
  }

  #begin(): void {
    this.#state = 'starting';
    this.#inOwnersCall = true;
    const previous = this.scheduler === inlineScheduler ? undefined : enterScheduler(this.scheduler);
    try {
      const work = this.#call();
      if (isCoroutine(work)) {
        const frame = new Frame(work, this, this.trace);
        this.#handle = frame;
        beginFrame(frame);
        if (!this.isReady) this.#state = 'running';
      } else this.#follow(work);
    } finally {
      this.#inOwnersCall = false;
      if (this.scheduler !== inlineScheduler) enterScheduler(previous);
    }
  }

  /** Calls the routine; a failure settles the task. An awaitable is run as a coroutine. */
  #call(): unknown {
    try {
      const work: unknown = this.#routine();
      return isAwaitable(work) ? run(work) : work;
    } catch (error) {
      this.threw(error);
      return undefined;
    }
  }

  /** The routine was no generator function: `work` is its result, or a promise of it. */
  #follow(work: unknown): void {
    if (this.isReady) return;
    if (!isPromiseLike(work)) {
      this.returned(work);
      return;
    }
    this.#state = 'running';
    work.then(
      (value) => this.returned(value),
      (error: unknown) => this.threw(error),
    );
    const early = this.#earlyCancel;
    if (early !== undefined) this.cancel(early.reason);
  }

  #settle(state: 'returned' | 'threw', result: unknown): void {
    const handle = this.#handle;
    this.#state = state;
    this.#result = result;
    this.#handle = undefined;
    this.#onEnd?.(this, state === 'returned', result);
    const waiters = this.#waiters;
    if (waiters !== undefined) {
      this.#waiters = undefined;
      for (let waiter = waiters.shift(); waiter !== undefined; waiter = waiters.shift()) waiter.resume();
    }
    if (state === 'returned' || this.#observed || isCancelled(result)) return;
    const info = this.#info(handle);
    if (!this.#inOwnersCall && this.scheduler !== inlineScheduler) {
      this.scheduler.unhandled(result, info);
      return;
    }
    // An `await` attaches one microtask after it was evaluated: look after that.
    countAsyncRelease();
    queueMicrotask(() =>
      queueMicrotask(() => {
        if (!this.#observed) this.scheduler.unhandled(result, info);
      }),
    );
  }

  #info(handle: CoroutineHandle | undefined): CoroutineInfo {
    const { name, trace } = this;
    return {
      id: handle?.id ?? 0,
      name,
      waitingFor: undefined,
      get startedAt() {
        return formatTrace(trace);
      },
    };
  }
}

function* run<T>(awaitable: Awaitable<T>): Coroutine<T> {
  return yield* awaitable;
}

function awaitedTwice(name: string): Error {
  return coroutineError(
    'ICHOR_COROUTINES_TASK_AWAITED',
    `The task "${name}" is awaited by two coroutines at once. Let one await it and the others use whenReady(), or await a promise of it.`,
    { details: { task: name } },
  );
}
