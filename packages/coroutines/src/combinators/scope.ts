// Structured concurrency: coroutines that end before the one that started them. A scope is the host of its children's ends; the
// body is a child like the others, except that its value is the result.

import type { Awaitable, Continuation, Coroutine } from '../contract/awaitable.ts';
import type { Task } from '../contract/task.ts';
import { defaultCleanupMs } from '../driver/cancellation.ts';
import { CoroutineAwaitable } from '../driver/coroutine-awaitable.ts';
import { currentScheduler } from '../driver/current-scheduler.ts';
import { Frame } from '../driver/frame.ts';
import { inlineScheduler } from '../driver/inline-scheduler.ts';
import { isAwaitable, isPromiseLike } from '../driver/is-coroutine.ts';
import { defaultPriority } from '../driver/promise-host.ts';
import { startTask } from '../driver/task.ts';
import { nothing, passed, Wait } from '../driver/wait.ts';
import { CancelledError, isCancelled } from '../errors/cancelled-error.ts';
import { coroutineError } from '../errors/catalogue.ts';
import { checkDuration, checkFunction } from '../errors/check-option.ts';
import { fromPromise } from '../primitives/from-promise.ts';
import { suppress } from './suppressed.ts';

/** What a scope runs: a coroutine, an async function or a plain one. It receives the scope. */
export type ScopeRoutine<T> =
  | ((scope: Scope) => Coroutine<T>)
  | ((scope: Scope) => PromiseLike<T>)
  | ((scope: Scope) => T);

/** How {@link Scope.run} runs. */
export interface ScopeOptions {
  /** Cancels the scope when it aborts, with its reason. */
  readonly signal?: AbortSignal;
  /** How long, in milliseconds, the clean-up of cancelled children may take before they are abandoned. Default: as long as the coroutine itself was given when it is cancelled, else 1000. */
  readonly cleanupMs?: number;
  /** For diagnostics. Default: `scope`. */
  readonly name?: string;
}

/**
 * Coroutines that end together: `Scope.run` ends after everything that was started in it.
 *
 * The first failure, of the body or of a child, cancels all others; it is thrown once they have ended, with further failures in
 * its `suppressed` array. Cancelling the scope (`cancel`, its `signal` option, or the coroutine that runs it) runs their `finally`
 * blocks and throws a CancelledError with the reason. A child that is cancelled by itself is no failure.
 *
 * @example
 * ```ts
 * import { Scope, sleep, type Coroutine } from '@ichor/coroutines';
 *
 * function* part(value: number): Coroutine<number> {
 *   yield* sleep(1);
 *   return value;
 * }
 * const sum = await Scope.run(function* (scope) {
 *   const left = scope.start(() => part(1));
 *   const right = scope.start(async () => 2);
 *   return (yield* left) + (yield* right);
 * });
 * console.log(sum); // 3
 * ```
 */
export class Scope {
  readonly name: string;
  readonly #cleanupMs: number | undefined;
  readonly #children = new Set<Task<unknown>>();
  readonly #end = new ScopeEnd(this);
  /** The coroutine that runs the scope. */
  #frame: Frame | undefined = undefined;
  #controller: AbortController | undefined = undefined;
  #state: 'open' | 'cancelled' | 'failed' | 'ended' = 'open';
  /** Why it was cancelled, or the first failure. */
  #reason: unknown = undefined;
  readonly #laterFailures: unknown[] = [];
  /** Children that have begun and not ended. Ahead of `#children` while one makes its first step. */
  #running = 0;

  private constructor(options: ScopeOptions | undefined) {
    this.name = options?.name ?? 'scope';
    this.#cleanupMs = options?.cleanupMs;
  }

  /** Runs `body` in a new scope each time the result is awaited. @throws ICHOR_COROUTINES_OPTION for a wrong option. */
  static run<T>(body: (scope: Scope) => Coroutine<T>, options?: ScopeOptions): Awaitable<T>;
  static run<T>(body: (scope: Scope) => PromiseLike<T>, options?: ScopeOptions): Awaitable<T>;
  static run<T>(body: (scope: Scope) => T, options?: ScopeOptions): Awaitable<T>;
  static run<T>(body: ScopeRoutine<T>, options?: ScopeOptions): Awaitable<T> {
    checkFunction('body', body);
    checkDuration('cleanupMs', options?.cleanupMs ?? defaultCleanupMs);
    return new CoroutineAwaitable(options?.name ?? 'scope', () => new Scope(options).#run(body, options?.signal));
  }

  /** Children that have not ended, the body included. */
  get size(): number {
    return this.#running;
  }

  /** Cancelled, failed or ended: nothing can be started any more. */
  get isClosed(): boolean {
    return this.#state !== 'open';
  }

  /** Aborts when the scope is cancelled or fails, with the reason. Made on first read. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#state === 'cancelled' || this.#state === 'failed') this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /**
   * Begins a child, inline until its first suspension. Its task may be awaited, or left to the scope.
   * A child that is an async function cannot be interrupted: give it `scope.signal`; the scope waits for it, within `cleanupMs`.
   *
   * @throws ICHOR_COROUTINES_SCOPE_CLOSED once the scope was cancelled, failed or ended.
   */
  start<T>(routine: (scope: Scope) => Coroutine<T>, options?: { readonly name?: string }): Task<T>;
  start<T>(routine: (scope: Scope) => PromiseLike<T>, options?: { readonly name?: string }): Task<T>;
  start<T>(routine: (scope: Scope) => T, options?: { readonly name?: string }): Task<T>;
  start<T>(routine: ScopeRoutine<T>, options?: { readonly name?: string }): Task<T> {
    checkFunction('routine', routine);
    if (this.#state !== 'open') {
      throw coroutineError(
        'ICHOR_COROUTINES_SCOPE_CLOSED',
        `The scope "${this.name}" is ${this.#state} and cannot start "${routine.name || 'a child'}". Start children while its body runs.`,
        { details: { scope: this.name, state: this.#state } },
      );
    }
    return this.#start(routine, options?.name ?? (routine.name || 'child'), false);
  }

  /** Cancels the body and all children. The first reason counts; later calls do nothing. */
  cancel(reason?: unknown): void {
    if (this.#state === 'open') this.#close('cancelled', reason);
  }

  *#run<T>(body: ScopeRoutine<T>, signal: AbortSignal | undefined): Coroutine<T> {
    if (signal?.aborted === true) throw new CancelledError(signal.reason, `The scope "${this.name}"`);
    const whenAborted = (): void => this.cancel(signal?.reason);
    signal?.addEventListener('abort', whenAborted, { once: true });
    this.#frame = yield* ownFrame;
    const main = this.#start(body, `body of ${this.name}`, true);
    try {
      yield* this.#end;
    } finally {
      if (this.#running > 0) {
        // The coroutine that runs the scope is being cancelled.
        this.cancel(this.#frame?.cancellation?.reason);
        yield* this.#end;
        this.#throwFailures();
      }
      signal?.removeEventListener('abort', whenAborted);
    }
    this.#throwFailures();
    if (this.#state === 'cancelled') throw new CancelledError(this.#reason, `The scope "${this.name}"`);
    this.#state = 'ended';
    return yield* main;
  }

  #start<T>(routine: ScopeRoutine<T>, name: string, isBody: boolean): Task<T> {
    this.#running++;
    const child = startTask(
      (): Coroutine<T> => {
        const work = routine(this);
        return (isPromiseLike(work) && !isAwaitable(work) ? followPromise(work) : work) as Coroutine<T>;
      },
      {
        name,
        scheduler: this.#frame?.scheduler ?? currentScheduler() ?? inlineScheduler,
        priority: this.#frame?.host.priority ?? defaultPriority,
        onEnd: (task, succeeded, result) => this.#childEnded(task, succeeded, result, isBody),
      },
    );
    // The scope answers for its failure.
    child.whenReady();
    if (!child.isReady) {
      this.#children.add(child);
      if (this.isClosed) child.cancel(this.#reason, this.#limit);
    }
    return child;
  }

  /** How long the clean-up of children may take: as long as that of the coroutine, unless said otherwise. */
  get #limit(): number | undefined {
    return this.#cleanupMs ?? this.#frame?.cancellation?.cleanupMs;
  }

  #childEnded(child: Task<unknown>, succeeded: boolean, result: unknown, isBody: boolean): void {
    this.#running--;
    this.#children.delete(child);
    if (!succeeded) {
      if (this.#state === 'open') {
        if (isBody || !isCancelled(result)) this.#close('failed', result);
      } else if (!isCancelled(result) && result !== this.#reason && !isAbort(result)) {
        this.#laterFailures.push(result);
      }
    }
    if (this.#running === 0) this.#end.reached();
  }

  #close(state: 'cancelled' | 'failed', reason: unknown): void {
    this.#state = state;
    this.#reason = reason;
    this.#controller?.abort(reason);
    for (const child of this.#children) child.cancel(reason, this.#limit);
  }

  /** Throws the first failure, with the others attached, if there was one. */
  #throwFailures(): void {
    const failures = this.#state === 'failed' ? [this.#reason, ...this.#laterFailures] : this.#laterFailures;
    if (failures.length === 0) return;
    const [first, ...others] = failures;
    if (!suppress(first, others)) {
      const { scheduler = inlineScheduler } = this.#frame ?? {};
      for (const other of others)
        scheduler.unhandled(other, { id: 0, name: this.name, waitingFor: undefined, startedAt: undefined });
    }
    throw first;
  }
}

/** Waits until no child of a scope runs. */
class ScopeEnd extends Wait<void> {
  readonly #scope: Scope;
  #continuation: Continuation | undefined = undefined;

  constructor(scope: Scope) {
    super();
    this.#scope = scope;
  }

  reached(): void {
    const continuation = this.#continuation;
    this.#continuation = undefined;
    continuation?.resume(nothing);
  }

  protected tryNow(): IteratorReturnResult<void> | undefined {
    return this.#scope.size === 0 ? passed : undefined;
  }

  suspend(continuation: Continuation): void {
    this.#continuation = continuation;
  }

  override cancel(): void {
    this.#continuation = undefined;
  }

  describe(): string {
    return `the ${this.#scope.size} children of ${this.#scope.name}`;
  }
}

/** Gives a coroutine the frame that runs it. */
class OwnFrame extends Wait<Frame | undefined> {
  protected tryNow(): undefined {
    return undefined;
  }

  suspend(continuation: Continuation): void {
    continuation.resume(continuation instanceof Frame ? continuation : nothing);
  }

  describe(): string {
    return 'its own frame';
  }
}

const ownFrame = new OwnFrame();

/** Makes a coroutine of an async function's promise: when cancelled, it waits for the promise to settle. */
function* followPromise<T>(promise: PromiseLike<T>): Coroutine<T> {
  let settled = false;
  const watched = promise.then(
    (value) => {
      settled = true;
      return value;
    },
    (error: unknown) => {
      settled = true;
      throw error;
    },
  );
  try {
    return yield* fromPromise(watched);
  } finally {
    if (!settled) yield* fromPromise(watched);
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
