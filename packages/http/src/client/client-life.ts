// What the clients of one consumer have in common: the requests that are not answered completely, and their end.

import type { Consumer } from '@ichor/core';
import { httpClientError } from '../errors/client-catalogue.ts';
import type { RequestAbort } from './request-abort.ts';

/** A request that is not answered completely. */
interface Outstanding {
  readonly abort: RequestAbort;
}

export class ClientLife {
  readonly consumer: Consumer;
  readonly outstanding = new Set<Outstanding>();
  /** Why nothing can be asked or read any more. */
  ended: Error | undefined = undefined;

  constructor(consumer: Consumer) {
    this.consumer = consumer;
  }

  /** The consumer, or the client service, has stopped: what is outstanding fails (HC-13). */
  end(): void {
    if (this.ended !== undefined) return;
    this.ended = httpClientError(
      'ICHOR_HTTP_CLIENT_STOPPED',
      `The HTTP client of ${this.consumer.context.name} stopped before the answer was complete.`,
    );
    for (const run of this.outstanding) run.abort.abort(this.ended);
    this.outstanding.clear();
  }
}
