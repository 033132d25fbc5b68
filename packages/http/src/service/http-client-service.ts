// The service that provides HttpClient: one view per consumer over connections that clients with equal options share.

import {
  forConsumer,
  IchorError,
  type Consumer,
  type ProvidesViews,
  type ServiceContext,
  type StandardSchema,
} from '@ichor/core';
import { ClientLife } from '../client/client-life.ts';
import { builtIn, resolveClientOptions, type ResolvedClientOptions } from '../client/client-options.ts';
import { HttpClientView } from '../client/http-client-view.ts';
import { SharedTransports } from '../client/shared-transports.ts';
import { HttpClient, type HttpClientOptions } from '../contract/http-client.ts';
import type { UndiciTransport } from '../engines/undici/undici-transport.ts';

const optionsSchema: StandardSchema<HttpClientOptions, ResolvedClientOptions> = {
  '~standard': {
    version: 1,
    vendor: '@ichor/http',
    validate(given) {
      try {
        return { value: resolveClientOptions(builtIn, given as HttpClientOptions) };
      } catch (error) {
        const path = IchorError.is(error) ? [String(error.details?.['option'])] : [];
        return { issues: [{ message: (error as Error).message, path }] };
      }
    },
  },
};

/**
 * Provides {@link HttpClient}: every consumer gets a client of its own, whose outstanding requests fail when it stops.
 * The properties of a dependency override the options:
 * `required(HttpClient, { properties: { baseUrl: 'https://api.example.org/' } })`.
 */
export class HttpClientService implements ProvidesViews<HttpClient> {
  static readonly provides = [HttpClient];
  static readonly dependencies = {};
  static readonly options = optionsSchema;
  readonly #options: ResolvedClientOptions;
  readonly #transports: SharedTransports;
  #Transport: typeof UndiciTransport | undefined;

  constructor(_dependencies: object, self: ServiceContext<ResolvedClientOptions>) {
    this.#options = self.options;
    this.#transports = new SharedTransports(self.options.connection, (options) => new this.#Transport!(options));
  }

  [forConsumer](consumer: Consumer): HttpClient {
    const options =
      consumer.properties === undefined ? this.#options : resolveClientOptions(this.#options, consumer.properties);
    return new HttpClientView(this.#transports, new ClientLife(consumer), options);
  }

  /** Loads undici, which programs without a client do not pay for. Consumers get their clients afterwards. */
  async start(): Promise<void> {
    ({ UndiciTransport: this.#Transport } = await import('../engines/undici/undici-transport.ts'));
  }

  async stop(): Promise<void> {
    await this.#transports.close();
  }
}
