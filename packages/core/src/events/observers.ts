// The observers of one manager, as one. Nothing is paid while there is none.

import { checkMethods } from '../errors/checks.ts';
import type { EventObserver, ObservedEvent } from '../contract/event-observer.ts';

export class Observers {
  #all: readonly EventObserver[] = [];
  #handling: readonly EventObserver[] = [];
  readonly #failed: (error: unknown) => void;

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  get count(): number {
    return this.#all.length;
  }

  /** Somebody wants to know of every single handler. */
  get wantsHandlers(): boolean {
    return this.#handling.length > 0;
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
    for (const observer of this.#all)
      try {
        observer.processing?.(event, startedAt);
      } catch (error) {
        this.#takeOut(observer, error);
      }
  }

  handled(event: ObservedEvent, serviceId: number, startedAt: number, endedAt: number): void {
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
  }
}
