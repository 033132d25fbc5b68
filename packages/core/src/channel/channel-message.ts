// What travels through a CommunicationChannel, and what has to carry it: the port behind which managers of other threads can stand.

import type { EventType } from '../contract/event-type.ts';

/** One message to one manager. A transport between threads sends it by `type.name` and clones the payload. */
export type ChannelMessage =
  | {
      readonly kind: 'event';
      readonly type: EventType;
      readonly payload: unknown;
      /** Id of the service that pushed it, as the receiver sees it; 0 for nobody. */
      readonly origin: number;
      readonly priority: number;
    }
  | {
      readonly kind: 'question';
      readonly type: EventType;
      readonly payload: unknown;
      readonly origin: number;
      readonly priority: number;
      /** Number of the question, to be given back with the reply. */
      readonly questionId: number;
      /** The manager that asks. */
      readonly from: number;
    }
  | {
      readonly kind: 'reply';
      readonly questionId: number;
      readonly priority: number;
      readonly outcome: { readonly value: unknown } | { readonly error: unknown };
    };

/**
 * A manager in a channel. The channel makes one for each manager of its own thread; a transport makes one for a manager elsewhere:
 * `deliver` sends the message there, and what comes back is given to `CommunicationChannel.receive`.
 */
export interface ChannelMember {
  /** Unique in the channel. Managers of one thread have process-wide ids from 0; a transport has to choose others. */
  readonly id: number;
  readonly name: string;
  /** Takes a message over, in order. Must not call back before it returns. @throws when it cannot take it, such as ICHOR_QUEUE_FULL. */
  deliver(message: ChannelMessage): void;
}
