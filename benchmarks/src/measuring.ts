// Runs the contestants of a comparison: a fresh process for every sample, one after another, the order reversed every round.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Comparison, Contestant } from './comparison.ts';
import { summarise, type Summary } from './statistics.ts';

/** One run of one contestant. */
export interface Sample {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

/** What all rounds of one contestant gave. */
export interface Result {
  readonly contestant: string;
  readonly samples: readonly Sample[];
  /** Operations per second. */
  readonly rate: Summary;
  /** Processor time per operation, in nanoseconds. */
  readonly cpuNanoseconds: Summary;
  readonly peakRssBytes: number;
}

const run = promisify(execFile);

/** @param progress Called before each sample. */
export async function measure(
  comparison: Comparison,
  rounds: number,
  progress: (round: number, contestant: string) => void,
): Promise<Result[]> {
  const samples = new Map(comparison.contestants.map((contestant) => [contestant, [] as Sample[]]));
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? comparison.contestants : comparison.contestants.toReversed();
    for (const contestant of order) {
      progress(round, contestant.name);
      samples.get(contestant)!.push(await sampleOf(contestant));
    }
  }
  return Array.from(samples, ([contestant, taken]) => resultOf(contestant.name, taken, comparison.count));
}

async function sampleOf({ name, args }: Contestant): Promise<Sample> {
  try {
    const { stdout } = await run(process.execPath, [...args], { maxBuffer: 1 << 20 });
    const { seconds, cpuSeconds, peakRssBytes } = JSON.parse(stdout) as Sample;
    return { seconds, cpuSeconds, peakRssBytes };
  } catch (error) {
    throw new Error(`${name} failed: node ${args.join(' ')}`, { cause: error });
  }
}

function resultOf(contestant: string, samples: readonly Sample[], count: number): Result {
  return {
    contestant,
    samples,
    rate: summarise(samples.map(({ seconds }) => count / seconds)),
    cpuNanoseconds: summarise(samples.map(({ cpuSeconds }) => (cpuSeconds * 1e9) / count)),
    peakRssBytes: Math.max(...samples.map(({ peakRssBytes }) => peakRssBytes)),
  };
}
