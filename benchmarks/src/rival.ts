// What a rival is: the same workload as a scenario of apps/benchmarks, done with another library at its documented best.

/** What was done, in the words of the scenario's facts. */
export type Facts = Readonly<Record<string, number>>;

/** What a run did, and how long the part took that counts, where that is not the whole run. */
export interface RivalOutcome {
  readonly facts: Facts;
  readonly seconds?: number;
}

/** Does the whole workload. What it needs before the clock starts it does when its module is loaded. */
export type Rival = (count: number) => Promise<RivalOutcome> | RivalOutcome;
