// The interceptor of RB-33: counts the events of each type, with the shortest and the longest processing time.

import type { EventView, Interceptor } from '@ichor/core';

interface Statistic {
  occurred: number;
  min: bigint;
  max: bigint;
}

export class EventStatistics implements Interceptor {
  readonly #types = new Map<string, Statistic>();
  readonly #began: bigint[] = [];

  before(): void {
    this.#began.push(process.hrtime.bigint());
  }

  after(event: EventView): void {
    const took = process.hrtime.bigint() - (this.#began.pop() ?? 0n);
    const known = this.#types.get(event.type.name);
    if (known === undefined) {
      this.#types.set(event.type.name, { occurred: 1, min: took, max: took });
      return;
    }
    known.occurred++;
    if (took < known.min) known.min = took;
    if (took > known.max) known.max = took;
  }

  lines(): string[] {
    let total = 0;
    const lines = ['Global Event Statistics:'];
    for (const [name, { occurred, min, max }] of this.#types) {
      total += occurred;
      lines.push(`Event type ${name} occurred ${occurred} times, min/max processing: ${min}/${max} ns`);
    }
    return [...lines, `total events caught: ${total}`];
  }
}
