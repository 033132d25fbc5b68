// The abort of one call: by its signal, its total time or the stop of its client. An AbortController per call would cost more than
// the rest of the call.

/** What an abort ends: an attempt under way, or the wait before the next one. */
export interface Abortable {
  aborted(reason: unknown): void;
}

export class RequestAbort {
  aborted = false;
  reason: unknown = undefined;
  /** What is to be ended right now; there is one thing at a time. */
  target: Abortable | undefined = undefined;

  /** Ends the call, wherever it is; only the first reason counts. */
  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.target?.aborted(reason);
  }
}
