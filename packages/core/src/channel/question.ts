// Events that expect a reply: asked through a channel, answered by a handler in another manager.

import type { EventHandler, EventType, EventView, Handled, Priority } from '../contract/event-type.ts';
import type { HandlerOptions, ServiceContext } from '../contract/service.ts';
import { isCoroutine } from '@ichor/coroutines/spi';
import type { Coroutine } from '@ichor/coroutines';
import { defineEventWith } from '../events/define-event.ts';

/** What the handlers of a question receive. The first reply counts. */
export interface Question<Request = unknown, Reply = unknown> {
  readonly request: Request;
  reply(value: Reply): void;
  fail(error: unknown): void;
}

/** A type of event that carries a {@link Question}. Made by {@link defineQuestion}. */
export interface QuestionType<Request = unknown, Reply = unknown> extends EventType<Question<Request, Reply>> {
  readonly isQuestion: true;
}

/**
 * Defines a type of event that is answered. Once, at module level, as with `defineEvent`.
 *
 * @param options `priority` of questions that name none. Default: 1000.
 */
export function defineQuestion<Request, Reply>(
  name: string,
  options: { readonly priority?: Priority } = {},
): QuestionType<Request, Reply> {
  return defineEventWith(name, options, { isQuestion: true }) as never;
}

/**
 * Answers questions on behalf of a service: with what `answerer` returns, once a promise or coroutine of it has ended.
 * What it throws goes to whoever asked, and only there.
 *
 * @returns the registration; it ends with the service, or when disposed.
 */
export function answer<Request, Reply>(
  self: Pick<ServiceContext, 'on'>,
  type: QuestionType<Request, Reply>,
  answerer: (request: Request, event: EventView) => Handled<Reply>,
  options?: HandlerOptions,
): Disposable {
  const handler: EventHandler<Question<Request, Reply>> = (question, event) => {
    let result: Handled<Reply>;
    try {
      result = answerer(question.request, event);
    } catch (error) {
      question.fail(error);
      return undefined;
    }
    if (isCoroutine(result)) return replyAfter(result, question);
    if (typeof (result as PromiseLike<Reply> | undefined)?.then === 'function')
      return (result as PromiseLike<Reply>).then(
        (value) => {
          question.reply(value);
        },
        (error: unknown) => {
          question.fail(error);
        },
      );
    question.reply(result as Reply);
    return undefined;
  };
  return self.on(type, handler, options);
}

function* replyAfter<Reply>(
  result: Coroutine<Reply>,
  question: Pick<Question<unknown, Reply>, 'reply' | 'fail'>,
): Coroutine {
  try {
    question.reply(yield* result);
  } catch (error) {
    question.fail(error);
  }
}
