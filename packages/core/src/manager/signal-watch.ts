// Signals that end the program: the first one quits in order, one that comes more than a second later forces it (EV-86).
// Signals within that second count as one: a terminal delivers Ctrl-C to npm and to the program.

import type { Clock } from '@ichor/coroutines';
import type { LoopHost } from '../queue/loop-host.ts';

const sameSignalMs = 1000;

export class SignalWatch implements Disposable {
  readonly #registrations: Disposable[] = [];
  #firstAt: number | undefined;

  constructor(
    host: LoopHost,
    clock: Clock,
    signals: readonly string[],
    actions: { readonly quit: () => void; readonly force: () => void },
  ) {
    const received = (): void => {
      const now = clock.now();
      if (this.#firstAt === undefined) {
        this.#firstAt = now;
        actions.quit();
      } else if (now - this.#firstAt > sameSignalMs) {
        actions.force();
      }
    };
    try {
      for (const signal of new Set(signals)) this.#registrations.push(host.onSignal(signal, received));
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const registration of this.#registrations) registration[Symbol.dispose]();
  }
}
