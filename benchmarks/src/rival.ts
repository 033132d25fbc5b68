// What a rival is: the same workload as a scenario of apps/benchmarks, done with another library at its documented best.

/** One library doing one workload. */
export interface Rival {
  readonly name: string;
  /** The scenario it does. */
  readonly scenario: string;
  /** The variant of it. */
  readonly variant: string;
  /** Does the whole workload and gives what it did, in the words of the scenario's facts. */
  run(count: number): Promise<Facts> | Facts;
}

export type Facts = Readonly<Record<string, number>>;
