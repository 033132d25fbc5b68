// Middleware: one line in the log for each request, when it is over.

import type { LogFields, Logger, LogLevel } from '@ichor/core';
import { invalidOption } from '../contract/option-error.ts';
import {
  defineMiddleware,
  type Middleware,
  type MiddlewareRequest,
  type RequestOutcome,
} from '../contract/middleware.ts';

/** The options of {@link accessLog}. */
export interface AccessLogOptions {
  /** Decides at which level, or that a request is not logged. Default: `error` for 500 and above, `warn` for aborted requests, else `info`. */
  readonly level?: (request: MiddlewareRequest, outcome: RequestOutcome) => LogLevel | undefined;
  /** Further fields. Default: none. */
  readonly fields?: (request: MiddlewareRequest, outcome: RequestOutcome) => LogFields;
}

/**
 * Logs each request when its answer was given to the system completely, or never will be: with `request` (its id), `method`,
 * `path` (without query, which may hold secrets), `route`, `status`, `bytes` of the body, `durationMs`, `peer`, and `aborted`
 * where that is so. Sees all requests that could be parsed, also those that are answered 404 or 503; messages that are not HTTP
 * are in the debug log of the host.
 *
 * @param log Such as the one that the service requires with the `Logger` token.
 * @throws ICHOR_HTTP_OPTION_INVALID
 */
export function accessLog(log: Logger, options: AccessLogOptions = {}): Middleware {
  const { level = defaultLevel, fields } = options;
  if (typeof (log as Partial<Logger> | undefined)?.info !== 'function') throw invalidOption('log', log, 'a Logger');
  if (typeof level !== 'function') throw invalidOption('level', level, 'a function of request and outcome');
  if (fields !== undefined && typeof fields !== 'function') {
    throw invalidOption('fields', fields, 'a function of request and outcome');
  }
  return defineMiddleware({
    name: 'accessLog',
    finished(request, outcome) {
      const chosen = level(request, outcome);
      if (chosen === undefined || !log.isEnabled(chosen)) return;
      const { method, path, routePath } = request;
      const { status, bodyBytes, durationMs, aborted } = outcome;
      log[chosen](`${method} ${path} ${status ?? 'unanswered'}`, {
        request: request.id,
        method,
        path,
        route: routePath,
        status,
        bytes: bodyBytes,
        durationMs,
        peer: request.peer.address,
        ...(aborted ? { aborted } : {}),
        ...fields?.(request, outcome),
      });
    },
  });
}

function defaultLevel(_request: MiddlewareRequest, { status, aborted }: RequestOutcome): LogLevel {
  if (status !== undefined && status >= 500) return 'error';
  return aborted ? 'warn' : 'info';
}
