// What a long run shows meanwhile: which sample of how many, and how long the rest will take. On a terminal one line that
// changes; elsewhere nothing, because lines in a log help nobody.

import { duration } from './format.ts';

export class Progress {
  readonly #total: number;
  readonly #output: NodeJS.WriteStream;
  readonly #began = performance.now();
  #done = 0;

  constructor(total: number, output = process.stderr) {
    this.#total = total;
    this.#output = output;
  }

  /** Called before each sample. */
  next(what: string): void {
    const seconds = (performance.now() - this.#began) / 1000;
    const left =
      this.#done === 0 ? '' : `, about ${duration((seconds / this.#done) * (this.#total - this.#done))} left`;
    this.#show(`[${this.#done++}/${this.#total}${left}] ${what}`);
  }

  /** Some samples will not be taken. */
  skip(samples: number): void {
    this.#done += samples;
  }

  clear(): void {
    this.#show('');
  }

  #show(text: string): void {
    if (this.#output.isTTY) this.#output.write(`\r\u001B[K${text}`);
  }
}
