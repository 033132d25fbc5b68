// Connects managers: events to one or all of the others, and questions with replies (EV-120…125). Everything arrives through the
// receiver's queue, so code never runs on the loop of another manager.

import type { Awaitable, ScheduledCall } from '@ichor/coroutines';
import type { EventType, Priority } from '../contract/event-type.ts';
import { coreError } from '../errors/catalogue.ts';
import { defineEvent, priorityNumber } from '../events/define-event.ts';
import { Deferred } from '../events/deferred.ts';
import type { ChannelMember, ChannelMessage } from './channel-message.ts';
import type { ConnectedManager } from './connected-manager.ts';
import { LocalMember } from './local-member.ts';
import type { QuestionType } from './question.ts';

/** How something is sent. */
export interface SendOptions {
  /** Lower runs first in the receiver's queue. Default: the priority of the event type. */
  readonly priority?: Priority;
  /** Id of the service that it comes from, as the receiver sees it. Default: 0, nobody. */
  readonly origin?: number;
}

/** How something is sent to all. */
export interface BroadcastOptions extends SendOptions {
  /** The manager that sends: it does not receive it itself. Default: everybody receives it. */
  readonly from?: Pick<ConnectedManager, 'id'>;
}

/** How something is asked. */
export interface AskOptions extends SendOptions {
  /** The manager that asks: the reply comes through its queue. It must be in the channel. */
  readonly from: Pick<ConnectedManager, 'id' | 'clock'>;
  /** Give up after so many milliseconds of the asker's clock; `Infinity`: never. Default: 30000. */
  readonly timeoutMs?: number;
  /** Give up when it aborts. */
  readonly signal?: AbortSignal;
}

/** A question whose reply has not come yet. */
interface OpenQuestion {
  readonly result: Deferred<unknown>;
  readonly from: number;
  readonly to: number;
  readonly toName: string;
  readonly type: string;
  timer: ScheduledCall | undefined;
  stopListening(): void;
}

/** How a channel is made. */
export interface ChannelOptions {
  /** Push ManagerJoined and ManagerLeft to the others when a manager joins or leaves. Default: false. */
  readonly announce?: boolean;
}

/** Sent to the others, by a channel that announces, when a manager joins or leaves. */
export const ManagerJoined: EventType<{ readonly managerId: number; readonly name: string }> =
  defineEvent('ManagerJoined');
/** See {@link ManagerJoined}. */
export const ManagerLeft: EventType<{ readonly managerId: number; readonly name: string }> = defineEvent('ManagerLeft');

/**
 * A channel between the managers of one thread, and, through {@link ChannelMember}, of others.
 *
 * Events keep their order per receiver and priority. A manager that has not started yet receives what was sent to it when it does;
 * one that ends leaves by itself, and questions to it fail. Payloads are passed by reference between managers of one thread: do not
 * change what you have sent. What is sent counts for the receiver's `queueLimit`, and is refused where that refuses.
 *
 * @example
 * ```ts
 * import { answer, CommunicationChannel, defineQuestion, defineService, DependencyManager, Quit } from '@ichor/core';
 *
 * const Price = defineQuestion<{ item: string }, number>('Price');
 * const shop = new DependencyManager({ name: 'shop' });
 * const stock = new DependencyManager({ name: 'stock' });
 * const channel = new CommunicationChannel();
 * channel.addManager(shop);
 * channel.addManager(stock);
 * stock.register(defineService({ name: 'Prices', setup: (_, self) => { answer(self, Price, ({ item }) => item.length); } }));
 * const ended = Promise.all([shop.run(), stock.run()]);
 *
 * console.log(await channel.ask(stock.id, Price, { item: 'lamp' }, { from: shop, timeoutMs: 1000 })); // 4
 * channel.broadcast(Quit, undefined);
 * await ended;
 * ```
 */
export class CommunicationChannel {
  readonly #members = new Map<number, ChannelMember>();
  readonly #registrations = new Map<number, Disposable>();
  readonly #questions = new Map<number, OpenQuestion>();
  readonly #announces: boolean;
  #lastQuestion = 0;

  constructor(options: ChannelOptions = {}) {
    this.#announces = options.announce === true;
  }

  /** The members, in the order of joining. */
  get members(): readonly ChannelMember[] {
    return [...this.#members.values()];
  }

  /** Questions that wait for their reply. */
  get openQuestions(): number {
    return this.#questions.size;
  }

  /**
   * Lets a manager take part, until it ends or is removed. Sets its `channel`.
   *
   * @throws ICHOR_CHANNEL_INVALID when it is in a channel already, ICHOR_MANAGER_QUIT when it has ended.
   */
  addManager(manager: ConnectedManager): Disposable {
    if (manager.channel !== undefined)
      throw coreError(
        'ICHOR_CHANNEL_INVALID',
        `${manager.name} (${manager.id}) is in a channel already. Remove it there first.`,
      );
    const atEnd = manager.atEnd(() => {
      this.removeManager(manager);
    });
    manager.channel = this;
    this.#registrations.set(manager.id, {
      [Symbol.dispose]: () => {
        atEnd[Symbol.dispose]();
        manager.channel = undefined;
      },
    });
    return this.add(new LocalMember(manager, this));
  }

  /** Takes a manager out: nothing is sent to it any more, and questions to or from it fail. Does nothing when it is not a member. */
  removeManager(manager: Pick<ConnectedManager, 'id'>): void {
    this.remove(manager.id);
  }

  /** Adds a member of a transport. Disposing removes it. @throws ICHOR_CHANNEL_INVALID when its id is taken. */
  add(member: ChannelMember): Disposable {
    if (this.#members.has(member.id))
      throw coreError('ICHOR_CHANNEL_INVALID', `The channel has a member ${member.id} already; choose another id.`);
    if (this.#announces) this.broadcast(ManagerJoined, { managerId: member.id, name: member.name });
    this.#members.set(member.id, member);
    return {
      [Symbol.dispose]: () => {
        if (this.#members.get(member.id) === member) this.remove(member.id);
      },
    };
  }

  /** Takes a member out. Does nothing when there is none with this id. */
  remove(memberId: number): void {
    const member = this.#members.get(memberId);
    if (member === undefined) return;
    this.#members.delete(memberId);
    this.#registrations.get(memberId)?.[Symbol.dispose]();
    this.#registrations.delete(memberId);
    for (const [id, question] of this.#questions)
      if (question.to === memberId || question.from === memberId)
        this.#settle(id, { error: noReply(question, `${member.name} (${memberId}) has left the channel`) });
    if (this.#announces) this.broadcast(ManagerLeft, { managerId: memberId, name: member.name });
  }

  /**
   * Pushes an event into the queue of every member but the sender. Each receives an event of its own. One that refuses it does not
   * keep it from the others. Returns how many received it.
   *
   * @throws AggregateError with the refusals, after everybody else has received it.
   */
  broadcast<P>(type: EventType<P>, payload: P, options: BroadcastOptions = {}): number {
    const message = eventMessage(type, payload, options);
    const refusals: unknown[] = [];
    let received = 0;
    for (const member of [...this.#members.values()]) {
      if (member.id === options.from?.id) continue;
      try {
        member.deliver(message);
        received++;
      } catch (error) {
        refusals.push(error);
      }
    }
    if (refusals.length > 0)
      throw new AggregateError(refusals, `${type.name} was refused by ${refusals.length} members of the channel.`);
    return received;
  }

  /**
   * Pushes an event into the queue of one member, which may be the sender.
   *
   * @throws ICHOR_CHANNEL_UNKNOWN_MANAGER, or what the member refuses with.
   */
  sendTo<P>(managerId: number, type: EventType<P>, payload: P, options: SendOptions = {}): void {
    this.#memberOf(managerId).deliver(eventMessage(type, payload, options));
  }

  /**
   * Asks a member and waits for the reply, which comes through the asker's queue with the priority of the question.
   * Fails with what the answerer threw, with ICHOR_CHANNEL_NO_REPLY when nobody answers there or it leaves, with
   * ICHOR_CHANNEL_TIMEOUT, or with ICHOR_EVENT_ABORTED. A reply that comes later is dropped.
   *
   * @throws ICHOR_CHANNEL_UNKNOWN_MANAGER, ICHOR_OPTION_INVALID, or what the member refuses with.
   */
  ask<Request, Reply>(
    managerId: number,
    type: QuestionType<Request, Reply>,
    request: Request,
    options: AskOptions,
  ): Awaitable<Reply> {
    const { from, timeoutMs = 30_000, signal } = options;
    if (!(timeoutMs >= 0))
      throw coreError('ICHOR_OPTION_INVALID', `Option "timeoutMs": received ${timeoutMs}; allowed are numbers from 0.`);
    const member = this.#memberOf(managerId);
    this.#memberOf(from.id);
    const questionId = ++this.#lastQuestion;
    const priority = priorityNumber(options.priority, type.priority);
    const result = new Deferred<Reply>(`the reply of ${member.name} to ${type.name}`);
    const onAbort = (): void => {
      this.#settle(questionId, {
        error: coreError('ICHOR_EVENT_ABORTED', `Asking ${member.name} for ${type.name} was aborted.`, {
          cause: signal?.reason,
        }),
      });
    };
    const question: OpenQuestion = {
      result: result as Deferred<unknown>,
      from: from.id,
      to: managerId,
      toName: member.name,
      type: type.name,
      timer: undefined,
      stopListening: () => {
        signal?.removeEventListener('abort', onAbort);
      },
    };
    this.#questions.set(questionId, question);
    try {
      const { origin = 0 } = options;
      member.deliver({
        kind: 'question',
        type: type,
        payload: request,
        origin,
        priority,
        questionId,
        from: from.id,
      });
    } catch (error) {
      this.#questions.delete(questionId);
      throw error;
    }
    if (timeoutMs !== Number.POSITIVE_INFINITY)
      question.timer = from.clock.schedule(() => {
        this.#settle(questionId, {
          error: coreError(
            'ICHOR_CHANNEL_TIMEOUT',
            `${member.name} (${managerId}) did not answer ${type.name} within ${timeoutMs} ms.`,
          ),
        });
      }, timeoutMs);
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
    return result;
  }

  /** For transports: a message that came from elsewhere for a member of this side. @throws ICHOR_CHANNEL_UNKNOWN_MANAGER */
  receive(managerId: number, message: ChannelMessage): void {
    this.#memberOf(managerId).deliver(message);
  }

  /** For members: a reply has arrived in the queue of the asker. Too late is as good as never. */
  settle(questionId: number, outcome: { readonly value: unknown } | { readonly error: unknown }): void {
    this.#settle(questionId, outcome);
  }

  /** For members: sends a reply on its way to the asker. Dropped when the question is settled or the asker is gone. */
  reply(message: ChannelMessage & { readonly kind: 'reply' }, to: number): void {
    this.#members.get(to)?.deliver(message);
  }

  #settle(questionId: number, outcome: { readonly value: unknown } | { readonly error: unknown }): void {
    const question = this.#questions.get(questionId);
    if (question === undefined) return;
    this.#questions.delete(questionId);
    question.timer?.cancel();
    question.stopListening();
    if ('error' in outcome) question.result.reject(outcome.error);
    else question.result.resolve(outcome.value);
  }

  #memberOf(managerId: number): ChannelMember {
    const member = this.#members.get(managerId);
    if (member !== undefined) return member;
    const names = this.members.map(({ id, name }) => `${name} (${id})`);
    throw coreError(
      'ICHOR_CHANNEL_UNKNOWN_MANAGER',
      `The channel has no manager ${managerId}; it has ${names.length === 0 ? 'none' : names.join(', ')}. It may have ended.`,
      { details: { managerId } },
    );
  }
}

function eventMessage(type: EventType<never> | EventType, payload: unknown, options: SendOptions): ChannelMessage {
  if (typeof type?.id !== 'number' || type.id === 0)
    throw coreError('ICHOR_EVENT_INVALID', `Received ${typeof type} as event type; make one with defineEvent().`);
  const { origin = 0 } = options;
  return {
    kind: 'event',
    type: type,
    payload,
    origin,
    priority: priorityNumber(options.priority, type.priority),
  };
}

function noReply(question: OpenQuestion, why: string): Error {
  return coreError('ICHOR_CHANNEL_NO_REPLY', `${question.type} was not answered by ${question.toName}: ${why}.`, {
    details: { managerId: question.to, type: question.type },
  });
}
