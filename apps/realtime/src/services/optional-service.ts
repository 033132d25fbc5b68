// One of the two optional services whose arrival starts the chain (RB-81).

import { Logger, required, type Injected } from '@ichor/core';

export class OptionalService {
  static readonly dependencies = { log: required(Logger) };
  readonly #deps: Injected<typeof OptionalService.dependencies>;

  constructor(deps: Injected<typeof OptionalService.dependencies>) {
    this.#deps = deps;
  }

  start(): void {
    this.#deps.log.info('optional service started');
  }
}
