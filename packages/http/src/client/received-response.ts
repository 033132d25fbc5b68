// An answer in the hands of the caller: its body can be read once, in one of several forms.

import type { Awaitable, MessageType } from '@ichor/core';
import type { ClientResponse } from '../contract/http-client.ts';
import type { RawAnswer } from '../engines/undici/raw-answer.ts';
import { httpClientError } from '../errors/client-catalogue.ts';

/** What an answer needs of the call that it answers. */
export interface ResponseContext {
  readonly maxResponseBytes: number;
  /** Makes the reading of the body a wait that stop and time-outs end. */
  reading<T>(read: () => Promise<T>): Awaitable<T>;
  /** The body was read, or never will be. */
  finished(): void;
  /** Streams the body under the same rules. */
  streaming(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

const utf8 = new TextDecoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

export class ReceivedResponse implements ClientResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly url: string;
  readonly #answer: RawAnswer;
  readonly #context: ResponseContext;
  #isUsed = false;

  constructor(answer: RawAnswer, url: URL, context: ResponseContext) {
    this.status = answer.status;
    this.headers = answer.headers;
    this.url = url.href;
    this.#answer = answer;
    this.#context = context;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  expectOk(): Awaitable<ClientResponse> {
    return this.#context.reading(async () => {
      if (this.ok) return this;
      const text = utf8.decode((await this.#collect()).subarray(0, 1000));
      throw httpClientError('ICHOR_HTTP_RESPONSE_STATUS', `${this.url} answered ${this.status}: ${text}`, {
        details: { status: this.status, url: this.url, body: text },
      });
    });
  }

  body(): AsyncIterable<Uint8Array> {
    this.#use();
    return this.#context.streaming(this.#answer.body);
  }

  bytes(): Awaitable<Uint8Array> {
    return this.#context.reading(() => this.#collect());
  }

  text(): Awaitable<string> {
    return this.#context.reading(() => this.#collect().then((bytes) => utf8.decode(bytes)));
  }

  json(): Awaitable<unknown> {
    return this.#context.reading(async () => {
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
    return this.#context.reading(async () => {
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
    return this.#context.reading(() => this.#dump());
  }

  async #dump(): Promise<void> {
    if (this.#isUsed) return;
    this.#isUsed = true;
    try {
      await this.#answer.dump();
    } finally {
      this.#context.finished();
    }
  }

  // A body of known length is the usual case: every step of a promise less is felt there.
  #collect(): Promise<Uint8Array> {
    const announced = Number(this.headers['content-length']);
    if (this.#isUsed || !(announced <= this.#context.maxResponseBytes)) return this.#collectWithin(announced);
    this.#isUsed = true;
    return this.#answer.collect().then(this.#collected, this.#notCollected);
  }

  readonly #collected = (bytes: Uint8Array): Uint8Array => {
    this.#context.finished();
    return bytes;
  };

  readonly #notCollected = (error: unknown): never => {
    this.#context.finished();
    throw error;
  };

  async #collectWithin(announced: number): Promise<Uint8Array> {
    this.#use();
    const { maxResponseBytes } = this.#context;
    try {
      if (announced > maxResponseBytes) throw this.#tooLong();
      const chunks: Uint8Array[] = [];
      let length = 0;
      for await (const chunk of this.#answer.body) {
        length += chunk.length;
        if (length > maxResponseBytes) throw this.#tooLong();
        chunks.push(chunk);
      }
      return Buffer.concat(chunks, length);
    } finally {
      this.#context.finished();
    }
  }

  #tooLong(): Error {
    void this.#answer.dump().catch(() => undefined);
    return httpClientError(
      'ICHOR_HTTP_RESPONSE_TOO_LONG',
      `The body of ${this.url} is longer than ${this.#context.maxResponseBytes} bytes. Raise maxResponseBytes, or read it as a stream with body().`,
    );
  }

  #use(): void {
    if (this.#isUsed)
      throw httpClientError(
        'ICHOR_HTTP_RESPONSE_USED',
        `The body of ${this.url} was read before; it can be read once.`,
      );
    this.#isUsed = true;
  }
}
