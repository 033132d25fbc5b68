// `bench compare BASE HEAD`: runs scenarios of two commits in turns. What looks slower is measured once more, and counts only when
// it is slower again.

import { scenarioSample } from '../programs.ts';
import { verdictOf, type Pair, type Verdict } from './verdict.ts';
import { CompareError, withCheckouts, type Checkout } from './worktrees.ts';

/** What is compared unless told otherwise, and how much of it: each run takes some tenths of a second. */
const workloads: Readonly<
  Record<string, { readonly variant: string; readonly count: number; readonly isDefault: boolean }>
> = {
  event: { variant: 'plain', count: 1_000_000, isDefault: true },
  coroutine: { variant: 'generator', count: 1_000_000, isDefault: true },
  start: { variant: 'advanced', count: 5000, isDefault: true },
  'start-stop': { variant: 'cycle', count: 200_000, isDefault: true },
  serializer: { variant: 'json', count: 1_000_000, isDefault: true },
  cascade: { variant: 'leave-return', count: 1000, isDefault: false },
  http: { variant: 'ping', count: 50_000, isDefault: false },
  websocket: { variant: 'echo', count: 50_000, isDefault: false },
  timers: { variant: 'once', count: 50_000, isDefault: false },
  mutex: { variant: 'uncontended', count: 1_000_000, isDefault: false },
};

export interface CompareOptions {
  readonly repository: string;
  readonly base: string;
  readonly head: string;
  /** `scenario` or `scenario/variant`; none means the default ones. */
  readonly scenarios: readonly string[];
  /** Pairs of runs per scenario. */
  readonly rounds: number;
  readonly count: number | undefined;
  readonly thresholdPercent: number;
  /** Installs and builds a checkout, and gives the program that runs its scenarios. */
  prepare(checkout: Checkout): Promise<string>;
  print(line: string): void;
}

interface Workload {
  readonly scenario: string;
  readonly variant: string;
  readonly count: number;
}

/** @returns Whether something is slower, repeatedly. @throws CompareError */
export async function compareCommits(options: CompareOptions): Promise<boolean> {
  const { repository, base, head, prepare, print } = options;
  const chosen = chosenWorkloads(options);
  return withCheckouts(repository, base, head, async (checkouts) => {
    const entries: string[] = [];
    for (const checkout of checkouts) {
      print(`${checkout.name}: ${checkout.commit.slice(0, 12)}, installing and building`);
      entries.push(await prepare(checkout));
    }
    let isSlower = false;
    for (const workload of chosen) {
      const first = await judged(workload, entries, options);
      print(lineOf(workload, first));
      if (first.outcome !== 'slower') continue;
      const second = await judged(workload, entries, options);
      print(`${lineOf(workload, second)} (once more)`);
      isSlower ||= second.outcome === 'slower';
    }
    print(isSlower ? 'HEAD is slower, repeatedly.' : 'No repeated regression.');
    return isSlower;
  });
}

function chosenWorkloads({ scenarios, count: given }: CompareOptions): Workload[] {
  const names = scenarios.length > 0 ? scenarios : Object.keys(workloads).filter((name) => workloads[name]!.isDefault);
  return names.map((name) => {
    const [scenario = '', variant] = name.split('/');
    const known = Object.hasOwn(workloads, scenario) ? workloads[scenario] : undefined;
    if (known === undefined)
      throw new CompareError(`unknown scenario "${scenario}"; allowed: ${Object.keys(workloads).join(', ')}`);
    return { scenario, variant: variant ?? known.variant, count: given ?? known.count };
  });
}

/** Base first in one round, head first in the next. */
async function judged(workload: Workload, entries: readonly string[], options: CompareOptions): Promise<Verdict> {
  const [base, head] = entries as [string, string];
  const pairs: Pair[] = [];
  for (let round = 0; round < options.rounds; round++) {
    const seconds = new Map<string, number>();
    for (const entry of round % 2 === 0 ? [base, head] : [head, base]) {
      const { cpuSeconds } = await scenarioSample({ ...workload, entry });
      seconds.set(entry, cpuSeconds as number);
    }
    pairs.push({ base: seconds.get(base) as number, head: seconds.get(head) as number });
  }
  return verdictOf(pairs, options.thresholdPercent);
}

function lineOf({ scenario, variant }: Workload, { ratio, lower, upper, outcome }: Verdict): string {
  const percent = (value: number): string => `${value >= 1 ? '+' : '−'}${Math.abs((value - 1) * 100).toFixed(1)} %`;
  return `${`${scenario} ${variant}`.padEnd(24)} ${percent(ratio).padStart(9)}  (${percent(lower)} to ${percent(upper)})  ${outcome}`;
}
