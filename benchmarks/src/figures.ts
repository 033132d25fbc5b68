// The figures of a cell over all of its samples: what tables, plots and targets are made of.

import type { CellResult } from './measuring.ts';
import type { Latency, Sample } from './experiment.ts';
import { summarise, type Summary } from './statistics.ts';

export interface Figures {
  readonly contestant: string;
  readonly x: number;
  /** Operations per second. */
  readonly rate: Summary;
  readonly seconds: Summary;
  /** Processor time per operation, in microseconds. */
  readonly cpuMicros: Summary | undefined;
  /** The largest peak of any sample. */
  readonly peakRssBytes: number | undefined;
  /** Medians over the samples, percentile by percentile. */
  readonly latency: Latency | undefined;
  /** Over all samples. */
  readonly errors: Readonly<Record<string, number>>;
  /** Medians over the samples. */
  readonly figures: Readonly<Record<string, number>>;
  readonly text: string | undefined;
}

/** Undefined for a cell without a sample. */
export function figuresOf({ contestant, x, samples }: CellResult): Figures | undefined {
  if (samples.length === 0) return undefined;
  const cpu = samples.flatMap(({ cpuSeconds, operations }) =>
    cpuSeconds === undefined || operations === 0 ? [] : (cpuSeconds * 1e6) / operations,
  );
  const peaks = samples.flatMap(({ peakRssBytes }) => peakRssBytes ?? []);
  return {
    contestant,
    x,
    rate: summarise(samples.map(({ operations, seconds }) => operations / seconds)),
    seconds: summarise(samples.map(({ seconds }) => seconds)),
    cpuMicros: cpu.length === 0 ? undefined : summarise(cpu),
    peakRssBytes: peaks.length === 0 ? undefined : Math.max(...peaks),
    latency: latencyOf(samples),
    errors: sumsOf(samples.map(({ errors = {} }) => errors)),
    figures: mediansOf(samples.map(({ figures = {} }) => figures)),
    text: samples.find(({ text }) => text !== undefined)?.text,
  };
}

function latencyOf(samples: readonly Sample[]): Latency | undefined {
  const latencies = samples.flatMap(({ latency }) => latency ?? []);
  const [first] = latencies;
  if (first === undefined) return undefined;
  return {
    percentiles: first.percentiles.map(
      ([percent], index) =>
        [percent, median(latencies.map(({ percentiles }) => percentiles[index]?.[1] ?? 0))] as const,
    ),
    maxMs: median(latencies.map(({ maxMs }) => maxMs)),
  };
}

/** A percentile of a latency, in milliseconds. */
export function percentile({ percentiles }: Latency, wanted: number): number | undefined {
  return percentiles.find(([percent]) => percent === wanted)?.[1];
}

function median(values: readonly number[]): number {
  return summarise(values).median;
}

function sumsOf(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const record of records)
    for (const [name, value] of Object.entries(record)) sums[name] = (sums[name] ?? 0) + value;
  return sums;
}

/** A figure that a sample lacks counts as 0 there. */
function mediansOf(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const names = new Set(records.flatMap((record) => Object.keys(record)));
  return Object.fromEntries([...names].map((name) => [name, median(records.map((record) => record[name] ?? 0))]));
}
