// The results of one experiment as lines of text.

import { figuresOf, percentile, type Figures } from './figures.ts';
import { count, decimals, megabytes, micros } from './format.ts';
import { titleAt, type StoredExperiment } from './results.ts';

interface Column {
  readonly head: string;
  readonly isOfRate?: boolean;
  /** Undefined where the contestant has no such figure; a column without any is left out. */
  cell(figures: Figures, first: Figures): string | undefined;
}

const columns: readonly Column[] = [
  { head: 'per second', isOfRate: true, cell: ({ rate }) => count(rate.median) },
  { head: 'spread', isOfRate: true, cell: ({ rate }) => `±${((rate.spread / 2) * 100).toFixed(0)} %` },
  { head: 'of the first', isOfRate: true, cell: ({ rate }, first) => `${decimals(rate.median / first.rate.median)} ×` },
  {
    head: 'CPU each',
    isOfRate: true,
    cell: ({ cpuMicros }) => (cpuMicros === undefined ? undefined : micros(cpuMicros.median)),
  },
  { head: 'memory', cell: ({ peakRssBytes }) => (peakRssBytes === undefined ? undefined : megabytes(peakRssBytes)) },
  {
    head: 'p50/p99',
    cell: ({ latency }) =>
      latency === undefined
        ? undefined
        : `${decimals(percentile(latency, 50) ?? 0)}/${decimals(percentile(latency, 99) ?? 0)} ms`,
  },
  { head: 'errors', cell: ({ errors }) => textOf(errors) },
  { head: 'figures', cell: ({ figures }) => textOf(figures) },
];

export function tableOf(experiment: StoredExperiment): string {
  const { title, axis, results, omitted, hasNoRate } = experiment;
  const xs = new Set(results.map(({ x }) => x));
  const measured = results.flatMap((result) => figuresOf(result) ?? []);
  const firstAt = new Map(measured.toReversed().map((figures) => [figures.x, figures]));
  const shown = columns.filter(
    ({ cell, isOfRate = false }) =>
      !(hasNoRate && isOfRate) && measured.some((figures) => cell(figures, figures) !== undefined),
  );
  const rows = measured.map((figures) => [
    figures.contestant,
    ...(xs.size > 1 ? [count(figures.x)] : []),
    ...shown.map(({ cell }) => cell(figures, firstAt.get(figures.x) ?? figures) ?? ''),
  ]);
  const heads = ['', ...(xs.size > 1 ? [axis] : []), ...shown.map(({ head }) => head)];
  const [x] = xs;
  const heading = xs.size === 1 && x !== undefined ? titleAt(experiment, x) : title;
  const failures = results.flatMap(({ contestant, failure }) =>
    failure === undefined ? [] : [`${contestant} failed: ${failure}`],
  );
  return [heading, ...aligned([heads, ...rows]), ...failures, ...omitted.map((what) => `not measured: ${what}`)].join(
    '\n',
  );
}

function textOf(values: Readonly<Record<string, number>>): string | undefined {
  const entries = Object.entries(values);
  return entries.length === 0 ? undefined : entries.map(([name, value]) => `${name} ${decimals(value)}`).join(', ');
}

/** Names, and what has several figures, to the left; everything else to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const [heads = []] = rows;
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const isLeft = heads.map((head, column) => column === 0 || head === 'figures');
  const padded = (cell: string, column: number): string =>
    isLeft[column] === true ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(padded).join('  ').trimEnd());
}
