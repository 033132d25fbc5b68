// Values of one message type on a connection. The codec is found by the sub-protocol, anew when a reconnection changes it.

import type { Consumer, Handled, MessageCodec, MessageType } from '@ichor/core';
import type { MessageChannel, MessageStream, SendResult, WebSocketMessage } from '../contract/websocket-connection.ts';
import { webSocketError } from '../errors/catalogue.ts';
import { checkHandler } from '../options/checks.ts';
import type { Connection } from './connection.ts';
import { StreamSubscription } from './message-stream.ts';
import { HandlerSubscription } from './subscription.ts';

/** Media types whose bytes are text, which travels in text messages. */
const textual = /^text\/|[/+](?:json|xml)$/;

/** Whether messages of that content type are text messages. */
export function isTextual(contentType: string): boolean {
  return textual.test(contentType);
}

/**
 * The codec for a sub-protocol: the one whose content type has it as its name (`json`, `msgpack`), also as the last part of a
 * longer sub-protocol (`chat.v2.json`, `chat+msgpack`); else the first one.
 */
export function codecFor<T>(type: MessageType<T>, protocol: string): MessageCodec<T> {
  const wanted = protocol.toLowerCase().split(/[.+]/).at(-1);
  return type.codecs.find(({ contentType }) => nameOf(contentType) === wanted) ?? type.codecs[0];
}

function nameOf(contentType: string): string {
  const subtype = contentType.slice(contentType.indexOf('/') + 1).toLowerCase();
  return subtype.slice(subtype.lastIndexOf('+') + 1).replace(/^(?:x-|vnd\.)/, '');
}

/** The view through which the channel subscribes. */
export interface Subscriber {
  subscribe<S extends HandlerSubscription | StreamSubscription<unknown>>(subscription: S): S;
}

export class TypedChannel<T> implements MessageChannel<T> {
  readonly type: MessageType<T>;
  readonly #connection: Connection;
  readonly #consumer: Consumer;
  readonly #view: Subscriber;
  #codec: MessageCodec<T> | undefined = undefined;
  #isText = false;
  #protocol: string | undefined = undefined;

  constructor(type: MessageType<T>, connection: Connection, consumer: Consumer, view: Subscriber) {
    this.type = type;
    this.#connection = connection;
    this.#consumer = consumer;
    this.#view = view;
  }

  get contentType(): string {
    return this.#current.contentType;
  }

  send(value: T): SendResult {
    this.#consumer.assertConnected();
    const codec = this.#current;
    return this.#connection.send(codec.serialize(value), !this.#isText);
  }

  onMessage(handler: (value: T) => Handled): Disposable {
    checkHandler(handler);
    const handle = (message: WebSocketMessage): Handled => {
      const value = this.#decoded(message);
      return value === undefined ? undefined : handler(value.value);
    };
    return this.#view.subscribe(new HandlerSubscription(this.#connection, this.#consumer, handle));
  }

  messages(): MessageStream<T> {
    return this.#view.subscribe(
      new StreamSubscription<T>(this.#connection, this.#consumer, (message) => this.#decoded(message)),
    );
  }

  get #current(): MessageCodec<T> {
    const { protocol } = this.#connection;
    if (this.#codec === undefined || protocol !== this.#protocol) {
      this.#protocol = protocol;
      this.#codec = codecFor(this.type, protocol);
      this.#isText = isTextual(this.#codec.contentType);
    }
    return this.#codec;
  }

  /** Undefined when the message does not fit: then the connection is being closed with 1007. */
  #decoded(message: WebSocketMessage): { readonly value: T } | undefined {
    const codec = this.#current;
    try {
      return { value: codec.deserialize(message.bytes) };
    } catch (cause) {
      const error = webSocketError(
        'ICHOR_WEBSOCKET_MESSAGE_INVALID',
        `A message on WebSocket connection ${this.#connection.id} is no ${this.type.name} (${codec.contentType}): ${(cause as Error).message}`,
        { cause },
      );
      this.#connection.parts
        .log()
        .warn('A WebSocket message does not fit its type', { connection: this.#connection.id, error });
      this.#connection.close(1007, `not a valid ${this.type.name}`);
      return undefined;
    }
  }
}
