// Tells middleware that a request is over: once its answer was given to the system completely, or never will be.

import type { Clock, Logger } from '@ichor/core';
import type { MiddlewareRequest, RequestOutcome } from '../contract/middleware.ts';
import type { Layer } from './layer.ts';

/** What is known of a request that is over. */
export interface FinishedRequest extends MiddlewareRequest {
  readonly channel: { whenDrained(): Promise<boolean> };
  readonly status: number | undefined;
  readonly sentBytes: number;
  /** Undefined when it was refused at the door. */
  readonly startedAt: number | undefined;
  readonly failure: unknown;
  readonly isClientGone: boolean;
}

/** @param isComplete Whether the whole answer was given to the connection. */
export function tellFinished(
  request: FinishedRequest,
  layers: readonly Layer[],
  isComplete: boolean,
  clock: Clock,
  log: () => Logger,
): void {
  const listeners = layers.filter(({ middleware }) => middleware.finished !== undefined);
  if (listeners.length === 0) return;
  const tell = (isSent: boolean): void => {
    const outcome: RequestOutcome = {
      status: request.status,
      bodyBytes: request.sentBytes,
      durationMs: request.startedAt === undefined ? 0 : Math.max(0, clock.now() - request.startedAt),
      aborted: !isSent || request.isClientGone,
      failure: request.failure,
    };
    for (const layer of listeners) tellOne(layer, request, outcome, log);
  };
  if (!isComplete || request.status === 101) tell(isComplete);
  else void request.channel.whenDrained().then(tell);
}

function tellOne(layer: Layer, request: MiddlewareRequest, outcome: RequestOutcome, log: () => Logger): void {
  if (!layer.isConnected) return;
  const threw = (error: unknown): void => {
    log().error('A middleware failed after a request was over', { request: request.id, middleware: layer.name, error });
  };
  layer.context.execute(() => layer.middleware.finished?.(request, outcome), { threw });
}
