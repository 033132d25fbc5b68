// Runs an experiment: a fresh process for every sample, one after another, the order reversed every round. A contestant that
// fails is noted and left out from then on; one that takes long is measured once.

import type { Cell, Experiment, Sample } from './experiment.ts';
import { root } from './programs.ts';

/** All samples of one contestant at one size. */
export interface CellResult {
  readonly contestant: string;
  readonly x: number;
  readonly samples: readonly Sample[];
  /** Why there are no more samples. */
  readonly failure?: string;
}

/** A contestant whose sample takes longer than this, in seconds, is not run again. */
const longSeconds = 18;

/** @param progress Called before each sample. @param limit Seconds after which a sample counts as long. */
export async function measure(
  experiment: Experiment,
  rounds: number,
  progress: (round: number, cell: Cell) => void,
  limit = longSeconds,
): Promise<CellResult[]> {
  const taken = new Map(experiment.cells.map((cell) => [cell, [] as Sample[]]));
  const failures = new Map<Cell, string>();
  const long = new Set<Cell>();
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? experiment.cells : experiment.cells.toReversed();
    for (const cell of order) {
      if (failures.has(cell) || long.has(cell)) continue;
      progress(round, cell);
      const began = performance.now();
      try {
        taken.get(cell)?.push(await cell.sample());
      } catch (error) {
        // Results are published; where this tree lies is nobody's concern.
        failures.set(cell, (error instanceof Error ? error.message : String(error)).replaceAll(root, ''));
      }
      if (performance.now() - began > limit * 1000) long.add(cell);
    }
  }
  return Array.from(taken, ([cell, samples]): CellResult => {
    const failure = failures.get(cell);
    const result = { contestant: cell.contestant, x: cell.x, samples: withOneText(samples) };
    return failure === undefined ? result : { ...result, failure };
  });
}

/** What a program prints is kept of the sample in the middle only. */
function withOneText(samples: readonly Sample[]): Sample[] {
  const byRate = samples.toSorted((a, b) => a.operations / a.seconds - b.operations / b.seconds);
  const kept = byRate[Math.floor(samples.length / 2)];
  return samples.map((sample) => {
    if (sample === kept || sample.text === undefined) return sample;
    const { text: _, ...rest } = sample;
    return rest;
  });
}
