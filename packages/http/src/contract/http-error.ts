// The error a handler throws to answer with a status, and the problem document it becomes (RFC 9457).

import { IchorError } from '@ichor/core';
import type { HeaderValues } from './headers.ts';
import { reasonPhrase } from './http-status.ts';

/** What can be added to an {@link HttpError}. */
export interface HttpErrorOptions {
  /** `type` of the problem document: a URI that names the kind of problem. Default: `about:blank`. */
  readonly type?: string;
  /** `title` of the problem document. Default: the reason phrase of the status. */
  readonly title?: string;
  /** Further members of the problem document. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** Further headers of the answer. */
  readonly headers?: HeaderValues;
  /** For the log; never sent. */
  readonly cause?: unknown;
}

/** The members of a problem document. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly [extension: string]: unknown;
}

/**
 * Thrown by a handler (or middleware) to answer with `status` and a problem document. Everything in it is sent to the client,
 * except `cause`.
 *
 * @example
 * ```ts
 * import { HttpError } from '@ichor/http';
 *
 * const error = new HttpError(409, 'The order was already shipped.', { extensions: { order: 7 } });
 * console.log(error.problem.title); // Conflict
 * ```
 */
export class HttpError extends IchorError<'ICHOR_HTTP_ERROR'> {
  readonly status: number;
  readonly problem: ProblemDocument;
  readonly headers: HeaderValues | undefined;

  /**
   * @param status 400 to 599.
   * @param detail What went wrong, for the client. Default: nothing beyond the title.
   * @throws RangeError for another status.
   */
  constructor(status: number, detail?: string, options: HttpErrorOptions = {}) {
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new RangeError(`An HttpError was given the status ${status}. Pass an integer from 400 to 599.`);
    }
    const title = options.title ?? reasonPhrase(status);
    super('ICHOR_HTTP_ERROR', detail ?? title, 'cause' in options ? { cause: options.cause } : undefined);
    this.status = status;
    this.headers = options.headers;
    this.problem = {
      ...options.extensions,
      type: options.type ?? 'about:blank',
      title,
      status,
      ...(detail === undefined ? {} : { detail }),
    };
  }
}
