// Background load: bursts of events at low priority, about a third of the thread, to show that priorities hold.

import { defineEvent, Logger, required, type Injected, type ServiceContext } from '@ichor/core';

const Background = defineEvent<{ readonly values: number[] }>('Background', { priority: 'low' });
const burst = 10;
const everyMs = 1;
/** Steps of a background event: about 30 µs. */
const rounds = 10_000;

export class LoadService {
  static readonly dependencies = { log: required(Logger) };
  readonly #deps: Injected<typeof LoadService.dependencies>;
  readonly #self: ServiceContext;
  #sum = 0;

  constructor(deps: Injected<typeof LoadService.dependencies>, self: ServiceContext) {
    this.#deps = deps;
    this.#self = self;
  }

  start(): void {
    this.#self.on(Background, ({ values }) => {
      for (let round = 0; round < rounds; round++) {
        this.#sum = (Math.imul(this.#sum, 31) + (values[round & 15] as number)) | 0;
      }
    });
    const timer = setInterval(() => this.#flood(), everyMs);
    this.#self.own(() => clearInterval(timer));
  }

  stop(): void {
    this.#deps.log.debug('background load ends', { sum: this.#sum });
  }

  #flood(): void {
    for (let index = 0; index < burst; index++) {
      this.#self.queue.push(Background, { values: Array.from({ length: 16 }, (_, at) => at + index) });
    }
  }
}
