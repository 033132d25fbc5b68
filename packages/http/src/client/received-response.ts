// An answer in the hands of the caller: its body can be read once, in one of several forms.

import type { Awaitable, MessageType } from '@ichor/core';
import type { ClientResponse } from '../contract/http-client.ts';
import type { RawAnswer } from '../engines/undici/raw-answer.ts';
import { httpClientError } from '../errors/client-catalogue.ts';
import { ClientCall, type Abandonable } from './client-call.ts';
import type { ClientLife } from './client-life.ts';
import type { OutgoingRequest } from './outgoing-request.ts';

/** The call that an answer belongs to. */
export interface AnsweredCall extends Abandonable {
  readonly life: ClientLife;
  /** What was answered, after redirects. */
  readonly request: OutgoingRequest;
  readonly maxResponseBytes: number;
}

const utf8 = new TextDecoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
/** So much of a body is told with a status that was not expected; the rest is read away up to a second length. */
const toldBytes = 1000;
const readAwayBytes = 131_072;

/** An answer, or its stream, that was dropped with its body unread would hold its connection until the client stops. */
const dropped = new FinalizationRegistry<AnsweredCall>((call) => {
  call.abandoned();
});

export class ReceivedResponse implements ClientResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly url: string;
  readonly #answer: RawAnswer;
  readonly #call: AnsweredCall;
  #isUsed = false;
  #isRegistered = false;

  constructor(answer: RawAnswer, call: AnsweredCall) {
    this.status = answer.status;
    this.headers = answer.headers;
    this.url = call.request.target.url.href;
    this.#answer = answer;
    this.#call = call;
    // What came with the head holds nothing.
    if (answer.isOver) return;
    this.#isRegistered = true;
    dropped.register(this, call, this);
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  expectOk(): Awaitable<ClientResponse> {
    return this.#reading(async () => {
      if (this.ok) return this;
      const text = await this.#beginning();
      throw httpClientError('ICHOR_HTTP_RESPONSE_STATUS', `${this.url} answered ${this.status}: ${text}`, {
        details: { status: this.status, url: this.url, body: text },
      });
    });
  }

  body(): AsyncIterable<Uint8Array> {
    this.#use();
    const { body } = this.#answer;
    if (this.#isRegistered) dropped.register(body, this.#call);
    return body;
  }

  bytes(): Awaitable<Uint8Array> {
    return this.#reading(() => this.#collect());
  }

  text(): Awaitable<string> {
    return this.#reading(() => this.#collect().then(decoded));
  }

  json(): Awaitable<unknown> {
    return this.#reading(async () => {
      const bytes = await this.#collect();
      try {
        return JSON.parse(strictUtf8.decode(bytes)) as unknown;
      } catch (error) {
        throw httpClientError(
          'ICHOR_HTTP_RESPONSE_TYPE',
          `The body of ${this.url} is not JSON: ${(error as Error).message}.`,
          { cause: error },
        );
      }
    });
  }

  message<T>(type: MessageType<T>): Awaitable<T> {
    return this.#reading(async () => {
      const given = this.headers['content-type'];
      const contentType = String(given ?? '')
        .split(';', 1)[0]
        ?.trim()
        .toLowerCase();
      const codec = type.codecs.find((one) => one.contentType === contentType);
      if (codec === undefined) {
        await this.#dump();
        throw httpClientError(
          'ICHOR_HTTP_RESPONSE_TYPE',
          `${this.url} answered ${this.status} with the content type ${JSON.stringify(given)}; ${type.name} is read from ${type.codecs.map((one) => one.contentType).join(' or ')}.`,
          { details: { status: this.status, contentType: given } },
        );
      }
      return codec.deserialize(await this.#collect());
    });
  }

  dump(): Awaitable<void> {
    return this.#reading(() => this.#dump());
  }

  #reading<T>(read: () => Promise<T>): Awaitable<T> {
    return new ClientCall(read(), this.#call);
  }

  async #dump(): Promise<void> {
    if (this.#isUsed) return;
    this.#use();
    await this.#answer.dump();
  }

  // A body of known length is the usual case: every step of a promise less is felt there.
  #collect(): Promise<Uint8Array> {
    const announced = this.#announced();
    if (this.#isUsed || this.#call.life.ended !== undefined || !(announced <= this.#call.maxResponseBytes))
      return this.#collectWithin(announced);
    this.#use();
    return this.#answer.collect();
  }

  async #collectWithin(announced: number): Promise<Uint8Array> {
    this.#use();
    const { maxResponseBytes } = this.#call;
    if (announced > maxResponseBytes) throw this.#tooLong();
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of this.#answer.body) {
      length += chunk.length;
      if (length > maxResponseBytes) throw this.#tooLong();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, length);
  }

  /** NaN when the length is not known. Answers to HEAD and 304 announce what they do not have. */
  #announced(): number {
    if (this.#call.request.method === 'HEAD' || this.status === 304 || this.status === 204) return 0;
    return Number(this.headers['content-length']);
  }

  async #beginning(): Promise<string> {
    this.#use();
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of this.#answer.body) {
      if (length < toldBytes) chunks.push(chunk);
      length += chunk.length;
      if (length > readAwayBytes) break;
    }
    return utf8.decode(Buffer.concat(chunks).subarray(0, toldBytes));
  }

  #tooLong(): Error {
    void this.#answer.dump().catch(() => undefined);
    return httpClientError(
      'ICHOR_HTTP_RESPONSE_TOO_LONG',
      `The body of ${this.url} is longer than ${this.#call.maxResponseBytes} bytes. Raise maxResponseBytes, or read it as a stream with body().`,
    );
  }

  #use(): void {
    if (this.#call.life.ended !== undefined) throw this.#call.life.ended;
    if (this.#isUsed)
      throw httpClientError(
        'ICHOR_HTTP_RESPONSE_USED',
        `The body of ${this.url} was read before; it can be read once.`,
      );
    this.#isUsed = true;
    if (this.#isRegistered) dropped.unregister(this);
  }
}

function decoded(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}
