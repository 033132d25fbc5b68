// The service that every rival of `start` makes N times: it needs a logger of its own and counts its start and its stop.

export class Log {
  readonly level = 'warn';
}

export interface StartFacts {
  started: number;
  stopped: number;
  [name: string]: number;
}

export class StartedService {
  readonly log: Log;
  readonly #facts: StartFacts;
  constructor(log: Log, facts: StartFacts) {
    this.log = log;
    this.#facts = facts;
    if (log.level === 'warn') facts.started++;
  }

  stop(): void {
    this.#facts.stopped++;
  }
}
