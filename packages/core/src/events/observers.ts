// The observers of one manager, as one. Nothing is paid while there is none.

import type { Clock } from '@ichor/coroutines';
import type { EventObserver, ObservedEvent } from '../contract/event-observer.ts';
import { checkMethods } from '../errors/checks.ts';

export class Observers {
  count = 0;
  /** Somebody wants to know of every single handler. */
  wantsHandlers = false;
  /** When the last handler of the current event ended; NaN while none has been timed. */
  handledAt = Number.NaN;
  /** When the handler that runs now began, where that is known without reading the clock: the end of what was before it. */
  #handlingSince = Number.NaN;
  #all: readonly EventObserver[] = [];
  #handling: readonly EventObserver[] = [];
  readonly #clock: Clock;
  readonly #failed: (error: unknown) => void;
  readonly #changed: () => void;

  /**
   * @param failed Receives what an observer throws.
   * @param changed Called when one came or went.
   */
  constructor(clock: Clock, failed: (error: unknown) => void, changed: () => void) {
    this.#clock = clock;
    this.#failed = failed;
    this.#changed = changed;
  }

  add(observer: EventObserver): Disposable {
    checkMethods('observer', observer ?? null, 'objects with processed()', 'processed');
    this.#set([...this.#all, observer]);
    return {
      [Symbol.dispose]: () => {
        this.#remove(observer);
      },
    };
  }

  processing(event: ObservedEvent, startedAt: number): void {
    this.#handlingSince = startedAt;
    this.handledAt = Number.NaN;
    for (const observer of this.#all)
      try {
        observer.processing?.(event, startedAt);
      } catch (error) {
        this.#takeOut(observer, error);
      }
  }

  /** Interceptors have run: the first handler does not begin when the event did. */
  intercepted(): void {
    this.#handlingSince = Number.NaN;
  }

  /** The first handler of an event begins; the next ones begin where it ends. */
  handling(): void {
    if (Number.isNaN(this.#handlingSince)) this.#handlingSince = this.#clock.now();
  }

  /** A handler has ended. */
  handled(event: ObservedEvent, serviceId: number): void {
    const startedAt = this.#handlingSince;
    const endedAt = this.#clock.now();
    this.#handlingSince = endedAt;
    this.handledAt = endedAt;
    for (const observer of this.#handling)
      try {
        observer.handled?.(event, serviceId, startedAt, endedAt);
      } catch (error) {
        this.#takeOut(observer, error);
      }
  }

  processed(event: ObservedEvent, startedAt: number, endedAt: number, isProcessed: boolean, isVetoed: boolean): void {
    for (const observer of this.#all)
      try {
        observer.processed(event, startedAt, endedAt, isProcessed, isVetoed);
      } catch (error) {
        this.#takeOut(observer, error);
      }
  }

  #takeOut(observer: EventObserver, error: unknown): void {
    this.#remove(observer);
    this.#failed(error);
  }

  #remove(observer: EventObserver): void {
    this.#set(this.#all.filter((other) => other !== observer));
  }

  #set(all: readonly EventObserver[]): void {
    this.#all = all;
    this.#handling = all.filter((observer) => observer.handled !== undefined);
    this.count = all.length;
    this.wantsHandlers = this.#handling.length > 0;
    this.#changed();
  }
}
