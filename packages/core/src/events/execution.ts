// One run of user code on behalf of an event: follows what it returned (nothing, a promise, a coroutine) to its end,
// and brings the end to whom it concerns. The event system reuses the object while the code does not suspend.

import {
  CancelledError,
  isCancelled,
  type CoroutineHandle,
  type CoroutineHost,
  type Scheduler,
} from '@ichor/coroutines';
import type { EventView, Work } from '../contract/event-type.ts';
import type { Completion } from './completion.ts';

/** Who the code belongs to: the activation of a service, or the manager itself. */
export interface ExecutionOwner {
  readonly id: number;
  /** It has stopped: nothing runs on its behalf any more. */
  readonly isRevoked: boolean;
  /** Priority with which its coroutines are queued. */
  readonly priority: number;
  /** What of it is suspended now, in the order of starting. */
  readonly executions: Set<Execution>;
  /** A failure that nobody waits for. */
  failed(error: unknown, event: EventView | undefined): void;
  /** One of `executions` has ended. */
  executionEnded(): void;
}

/** Who receives the end of an execution; without `threw` a failure goes to the owner. */
export interface ExecutionEnd extends Pick<Work, 'returned' | 'threw'> {
  /** What it does, for reports. Default: made of the event that it handles. */
  readonly name?: string;
  /** With which it goes on after it has suspended. Default: that of its owner. */
  readonly resumePriority?: number | undefined;
}

export class Execution implements CoroutineHost {
  readonly scheduler: Scheduler;
  owner: ExecutionOwner | undefined;
  event: EventView | undefined;
  work: ExecutionEnd | undefined;
  completion: Completion | undefined;
  /** Set while it is suspended in a coroutine. */
  handle: CoroutineHandle | undefined;
  /** It has suspended: it is registered with its owner and cannot be reused. */
  isSuspended = false;
  #isEnded = false;

  constructor(scheduler: Scheduler) {
    this.scheduler = scheduler;
  }

  get priority(): number {
    return this.work?.resumePriority ?? (this.owner as ExecutionOwner).priority;
  }

  /** What it waits for, for `inspect()` and time-out reports. */
  get waitingFor(): string {
    return this.handle === undefined ? 'a promise' : (this.handle.waitingFor ?? 'running');
  }

  get name(): string {
    const name = this.work?.name;
    return name ?? (this.event === undefined ? 'a step of its own' : `handling of ${this.event.type.name}`);
  }

  suspended(handle: CoroutineHandle | undefined): void {
    this.handle = handle;
    this.isSuspended = true;
    (this.owner as ExecutionOwner).executions.add(this);
    this.completion?.retain();
  }

  returned(value: unknown): void {
    if (!this.#leave()) return;
    const { work } = this;
    if (work?.returned !== undefined)
      try {
        work.returned(value);
      } catch (error) {
        this.#receiverFailed(error);
      }
    this.#left();
  }

  threw(error: unknown): void {
    if (!this.#leave()) return;
    const owner = this.owner as ExecutionOwner;
    if (this.work?.threw !== undefined) this.#tellFailure(this.work, error);
    else if (this.completion !== undefined) this.completion.fail(error);
    else if (!isCancelled(error)) owner.failed(error, this.event);
    this.#left();
  }

  /** Cancels a coroutine, whose clean-up may take `cleanupMs`; ignores a promise from now on. */
  cancel(reason: unknown, cleanupMs?: number): void {
    if (this.handle === undefined) this.abandon(new CancelledError(reason, this.name));
    else this.handle.cancel(reason, cleanupMs);
  }

  /** Its end will be ignored: a coroutine is cancelled without time to clean up. The owner is told as if it had ended. */
  abandon(error: unknown): void {
    if (!this.#leave()) return;
    this.handle?.cancel(error, 0);
    if (this.work !== undefined) this.#tellFailure(this.work, error);
    this.completion?.fail(error);
    this.#left();
  }

  #tellFailure(work: ExecutionEnd, error: unknown): void {
    try {
      work.threw?.(error);
    } catch (receiverError) {
      this.#receiverFailed(receiverError);
    }
  }

  /** A receiver that fails must not take the loop down: its failure goes to the owner. */
  #receiverFailed(error: unknown): void {
    this.owner?.failed(error, this.event);
  }

  /** Takes it from its owner before anybody hears of the end. False when it has ended before. */
  #leave(): boolean {
    if (!this.isSuspended) return true;
    if (this.#isEnded) return false;
    this.#isEnded = true;
    this.owner?.executions.delete(this);
    return true;
  }

  #left(): void {
    if (!this.isSuspended) return;
    this.completion?.release();
    this.owner?.executionEnded();
  }
}
