// What an experiment is: several contestants that do the same work, at one size or at several.

/** Times in milliseconds below which so much of all answers came. */
export interface Latency {
  /** Percent, then milliseconds, ascending. */
  readonly percentiles: readonly (readonly [percent: number, ms: number])[];
  readonly maxMs: number;
}

/** One run of one contestant in a fresh process. */
export interface Sample {
  /** How many of the experiment's unit were done. */
  readonly operations: number;
  readonly seconds: number;
  /** Processor time of the process that is measured; missing where the system does not tell. */
  readonly cpuSeconds?: number;
  readonly peakRssBytes?: number;
  readonly latency?: Latency;
  /** Requests that were not answered well, by kind; only those that occurred. */
  readonly errors?: Readonly<Record<string, number>>;
  /** Further figures by name, such as `bytesPerConnection`. */
  readonly figures?: Readonly<Record<string, number>>;
  /** What the measuring program printed itself. */
  readonly text?: string;
}

/** One contestant at one size. */
export interface Cell {
  readonly contestant: string;
  /** The size: services, connections, events, threads. */
  readonly x: number;
  sample(): Promise<Sample>;
}

/** What is measured together, interleaved, and shown together. */
export interface Experiment {
  /** Unique; the name of its file. The part before the first dash is its group. */
  readonly id: string;
  readonly title: string;
  /** What {@link Sample.operations} counts. */
  readonly unit: string;
  /** What {@link Cell.x} counts. */
  readonly axis: string;
  /** Whether it shows growth over x, so that an exponent is fitted. */
  readonly isCurve?: boolean;
  /** Whether the samples' further figures are the result, and rates mean nothing. */
  readonly hasNoRate?: boolean;
  readonly cells: readonly Cell[];
  /** What could not be measured here, and why. */
  readonly omitted?: readonly string[];
}

/** How much is measured. */
export interface Effort {
  /** Fresh processes per contestant. */
  readonly rounds: number;
  /** How long a server is loaded in each. */
  readonly loadSeconds: number;
  /** Smaller counts, and fewer sizes. */
  readonly isQuick: boolean;
  /** Overrides the count of every workload. */
  readonly count: number | undefined;
  /** Most connections to try. */
  readonly connections: number;
  /** Path of the newest Node to compare with, when there is one. */
  readonly newestNode: string | undefined;
  /** Use the load generator of this package, though `wrk` is there. */
  readonly hasOwnLoad: boolean;
}
