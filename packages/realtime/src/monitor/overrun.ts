// The event that tells of an overrun, with the blame.

import { defineEvent, type EventType } from '@ichor/core';
import type { Blame } from '../blame/attribute.ts';
import type { OverrunPolicy } from './budget.ts';
import type { OverrunKind } from './watch.ts';

/** One exceeded limit. Times are on the monitor's clock. */
export interface Overrun {
  /** Name of the watched event type, handler or task. */
  readonly name: string;
  readonly kind: OverrunKind;
  readonly limitMs: number;
  readonly actualMs: number;
  /** Id of the late event; the number of the run, from 0, of a periodic task; what was given to `record`, otherwise -1. */
  readonly eventId: number;
  readonly releasedMs: number;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly policy: OverrunPolicy;
  readonly blame: Blame;
}

/** Pushed for every overrun, two turns of the event loop after it, when the evidence has arrived. */
export const DeadlineOverrun: EventType<Overrun> = defineEvent<Overrun>('DeadlineOverrun');
