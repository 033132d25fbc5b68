// A manager of this thread in a channel: messages become events of its queue.

import { coreError } from '../errors/catalogue.ts';
import { defineWork } from '../events/define-event.ts';
import type { ChannelMember, ChannelMessage } from './channel-message.ts';
import type { ConnectedManager } from './connected-manager.ts';
import type { Question } from './question.ts';

/** A reply on its way to whoever asked. */
const ChannelReply = defineWork('ChannelReply');

/** The channel as far as replies go. */
export interface ReplyRoute {
  reply(message: ChannelMessage & { readonly kind: 'reply' }, to: number): void;
  settle(questionId: number, outcome: { readonly value: unknown } | { readonly error: unknown }): void;
}

export class LocalMember implements ChannelMember {
  readonly #manager: ConnectedManager;
  readonly #channel: ReplyRoute;

  constructor(manager: ConnectedManager, channel: ReplyRoute) {
    this.#manager = manager;
    this.#channel = channel;
  }

  get id(): number {
    return this.#manager.id;
  }

  get name(): string {
    return this.#manager.name;
  }

  deliver(message: ChannelMessage): void {
    switch (message.kind) {
      case 'event':
        this.#manager.queueOf(message.origin).push(message.type, message.payload, { priority: message.priority });
        break;
      case 'question':
        this.#ask(message);
        break;
      case 'reply': {
        const { questionId, outcome, priority } = message;
        const arrive = (): void => {
          this.#channel.settle(questionId, outcome);
        };
        // As work, because a reply to somebody who waits must not be refused for lack of room.
        this.#manager.queue.pushWork(ChannelReply, { run: arrive }, priority);
      }
    }
  }

  #ask(message: ChannelMessage & { readonly kind: 'question' }): void {
    const { type, payload, origin, priority, questionId, from } = message;
    let isAnswered = false;
    const reply = (outcome: { readonly value: unknown } | { readonly error: unknown }): void => {
      if (isAnswered) return;
      isAnswered = true;
      this.#channel.reply({ kind: 'reply', questionId, priority, outcome }, from);
    };
    const question: Question = {
      request: payload,
      reply: (value) => {
        reply({ value });
      },
      fail: (error) => {
        reply({ error });
      },
    };
    const silent = (why: string): void => {
      reply({
        error: coreError(
          'ICHOR_CHANNEL_NO_REPLY',
          `${type.name} was not answered by ${this.name} (${this.id}): ${why}.`,
          { details: { managerId: this.id, type: type.name } },
        ),
      });
    };
    this.#manager
      .queueOf(origin)
      .pushAndWait(type, question as unknown, { priority })
      .then(
        ({ processed, vetoed }) => {
          silent(
            vetoed ? 'an interceptor vetoed it' : processed ? 'its handlers did not reply' : 'nobody handles it there',
          );
        },
        (error: unknown) => {
          reply({ error });
        },
      );
  }
}
