// The comparisons: which scenario beside which rivals, with how much work.

import { fileURLToPath } from 'node:url';
import { rivals } from './rivals.ts';

/** One program of a comparison. */
export interface Contestant {
  readonly name: string;
  /** Arguments of node. */
  readonly args: readonly string[];
}

/** A scenario and everybody who does it. */
export interface Comparison {
  readonly scenario: string;
  readonly variant: string;
  readonly count: number;
  readonly contestants: readonly Contestant[];
}

/** The workloads that have rivals, with the full and the quick count. */
const workloads = [
  { scenario: 'event', variant: 'plain', full: 5_000_000, quick: 1_000_000 },
  { scenario: 'coroutine', variant: 'generator', full: 5_000_000, quick: 1_000_000 },
  { scenario: 'start', variant: 'advanced', full: 10_000, quick: 2000 },
  { scenario: 'serializer', variant: 'json', full: 5_000_000, quick: 500_000 },
  { scenario: 'serializer', variant: 'msgpack', full: 5_000_000, quick: 500_000 },
  { scenario: 'mutex', variant: 'uncontended', full: 5_000_000, quick: 500_000 },
] as const;

const ours = fileURLToPath(new URL('../../apps/benchmarks/dist/main.js', import.meta.url));
const theirs = fileURLToPath(new URL('../dist/rival-program.js', import.meta.url));

/** @param wanted Names of scenarios; none means all. @param count Overrides the count of every workload. */
export function comparisons(wanted: readonly string[], isQuick: boolean, count?: number): Comparison[] {
  return workloads
    .filter(({ scenario }) => wanted.length === 0 || wanted.includes(scenario))
    .map(({ scenario, variant, full, quick }) => {
      const n = count ?? (isQuick ? quick : full);
      const contestants = [
        { name: 'ichor', args: [ours, scenario, '--variant', variant, '--count', `${n}`, '--json'] },
        ...rivals
          .filter((rival) => rival.scenario === scenario && rival.variant === variant)
          .map(({ name }) => ({ name, args: [theirs, name, `${n}`] })),
      ];
      return { scenario, variant, count: n, contestants };
    });
}

/** The scenarios that can be compared. */
export const comparedScenarios: readonly string[] = [...new Set(workloads.map(({ scenario }) => scenario))];
