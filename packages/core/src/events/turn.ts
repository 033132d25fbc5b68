// What is being processed right now: one object per manager, shared by those who take, dispatch and follow events.

import type { EventRow } from '../contract/event-queue.ts';
import type { ObservedEvent } from '../contract/event-observer.ts';
import type { EventType } from '../contract/event-type.ts';
import type { Completion } from './completion.ts';
import { eventTypeOf } from './define-event.ts';

/** The row being processed, which handlers see as the event. */
export class CurrentEvent implements EventRow, ObservedEvent {
  id = -1;
  typeId = 0;
  origin = 0;
  priority = 0;
  pushedAt = 0;
  cause = -1;
  payload: unknown = undefined;

  get type(): EventType {
    return eventTypeOf(this.typeId);
  }
}

export class Turn {
  /** Reused from event to event, until somebody keeps it. */
  event = new CurrentEvent();
  /** Its id while it is being processed, -1 between events: the cause of what is pushed. */
  cause = -1;
  /** Who waits for the event being processed. */
  completion: Completion | undefined = undefined;
  /** User code returned a promise: microtasks have to run before the next event. */
  touchedPromise = false;
  /** The event whose handling has asked for the end of the manager, until that is told apart from other promises. */
  endAskedBy = -1;
}
