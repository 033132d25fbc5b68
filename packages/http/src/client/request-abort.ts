// The abort of one request, in the form that the transport listens to: an AbortController per request would cost more than
// the rest of the request.

export class RequestAbort {
  aborted = false;
  reason: unknown;
  readonly #listeners: (() => void)[] = [];

  /** Ends the request, wherever it is; only the first reason counts. */
  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.#listeners.splice(0)) listener();
  }

  on(_event: 'abort', listener: () => void): this {
    this.#listeners.push(listener);
    return this;
  }

  /** Every listener is called once at the most. */
  once(event: 'abort', listener: () => void): this {
    return this.on(event, listener);
  }

  addListener(event: 'abort', listener: () => void): this {
    return this.on(event, listener);
  }

  off(_event: 'abort', listener: () => void): this {
    const index = this.#listeners.indexOf(listener);
    if (index >= 0) this.#listeners.splice(index, 1);
    return this;
  }

  removeListener(event: 'abort', listener: () => void): this {
    return this.off(event, listener);
  }
}
