// Logs each event while the framework logger's level is trace (EV-32). Whether it is, is looked at once per stretch of
// processing, so that the level may change at any time and events cost nothing while it is another.

import type { EventObserver, ObservedEvent } from '../contract/event-observer.ts';
import type { FrameworkLog } from './framework-log.ts';

export interface EventLogContext {
  readonly managerId: number;
  readonly log: FrameworkLog;
  observe(observer: EventObserver): Disposable;
  nameOf(serviceId: number): string | undefined;
}

export class EventLog implements EventObserver {
  readonly #context: EventLogContext;
  #observation: Disposable | undefined;

  constructor(context: EventLogContext) {
    this.#context = context;
  }

  /** Called before each stretch of processing. */
  check(): void {
    const isWanted = this.#context.log.isTracing;
    if (isWanted === (this.#observation !== undefined)) return;
    if (isWanted) this.#observation = this.#context.observe(this);
    else {
      this.#observation?.[Symbol.dispose]();
      this.#observation = undefined;
    }
  }

  processing({ id, type, priority, origin }: ObservedEvent): void {
    const { log, managerId, nameOf } = this.#context;
    // A logger that pushes events would otherwise go on for ever.
    if (origin !== 0 && origin === log.providerId) return;
    log.trace('Processing.', {
      managerId,
      eventId: id,
      type: type.name,
      priority,
      ...(origin === 0 ? {} : { service: nameOf(origin), serviceId: origin }),
    });
  }

  processed(): void {
    // The event was logged when its processing began.
  }
}
