// What a scenario is: the one interface between the workloads and everything that runs, measures and tests them.

/** What a run is given. */
export interface ScenarioRun {
  readonly variant: string;
  /** How much of the workload: events, services, cycles, as the scenario says. */
  readonly count: number;
  /** Whether it is the only thread; some workloads say more about themselves then. */
  readonly isSingle: boolean;
  /** Prints a line of the workload itself. */
  print(line: string): void;
}

/** What a run did. */
export interface Outcome {
  /** Numbers that the workload defines, so that a run can be checked: services started, messages compared, … */
  readonly facts: Readonly<Record<string, number>>;
  /** Size of one unit in bytes, where the rate is given in MB/s. */
  readonly bytes?: number;
  /** Time of the part that counts, where that is not the whole run. */
  readonly seconds?: number;
  /** What a server in a process of its own used meanwhile; it is added to what this process used. */
  readonly server?: Usage | undefined;
}

/** What a process used so far. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

/** A workload. */
export interface Scenario {
  readonly name: string;
  /** One line for the usage. */
  readonly summary: string;
  /** The first one is the default. */
  readonly variants: readonly [string, ...string[]];
  /** What the printed line calls a variant (RB-30, RB-51); by default nothing for the first variant, and the names of others. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Whether the printed line leaves out the rate (RB-30). */
  readonly hasNoRate?: boolean;
  /** Of what the rate counts, such as `events/s`. `MB/s` uses {@link Outcome.bytes}. */
  readonly unit: string;
  /** The full count, by variant. */
  defaultCount(variant: string): number;
  run(run: ScenarioRun): Promise<Outcome>;
}
