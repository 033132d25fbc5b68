// Which plots an experiment gets.

import { figuresOf, type Figures } from '../figures.ts';
import { decimals, duration, short } from '../format.ts';
import { titleAt, type StoredExperiment } from '../results.ts';
import { summarise } from '../statistics.ts';
import { barChart, type Bar } from './bar-chart.ts';
import type { Point } from './fit.ts';
import { growthChart, percentileChart, type Line } from './line-chart.ts';

export interface Chart {
  /** Name of its file, without the ending. */
  readonly name: string;
  readonly svg: string;
}

/** Experiments whose result is one of the further figures, and what that is called. */
const mainFigure: Readonly<Record<string, readonly [name: string, unit: string]>> = {
  'http-idle': ['bytesPerConnection', 'bytes per connection'],
  'http-syscalls': ['systemCallsPerRequest', 'system calls per request'],
  'realtime-chain': ['p99Us', 'µs, 99 of 100 are below'],
  'realtime-periodic': ['maxUs', 'µs, the latest'],
};

/** None for an experiment in which nothing was measured. */
export function chartsOf(experiment: StoredExperiment): Chart[] {
  const all = experiment.results.flatMap((result) => figuresOf(result) ?? []);
  if (all.length === 0) return [];
  if (experiment.isCurve) return [growthOf(experiment, all)];
  const sizes = [...new Set(all.map(({ x }) => x))].toSorted((a, b) => a - b);
  const atSize = (size: number): Figures[] => all.filter(({ x }) => x === size);
  const nameOf = (size: number): string => (sizes.length === 1 ? experiment.id : `${experiment.id}-${size}`);
  const bars = sizes.flatMap((size) => {
    const svg = barsOf(experiment, atSize(size), size);
    return svg === undefined ? [] : [{ name: nameOf(size), svg }];
  });
  const withLatency = all.filter(({ latency }) => latency !== undefined);
  return withLatency.length === 0 ? bars : [...bars, latencyOf(experiment, withLatency)];
}

function barsOf(experiment: StoredExperiment, figures: readonly Figures[], size: number): string | undefined {
  const { id, unit, hasNoRate } = experiment;
  const sized = titleAt(experiment, size);
  const chosen = mainFigure[id];
  if (chosen !== undefined) {
    const [name, what] = chosen;
    const bars = figures.flatMap(({ contestant, figures: values }): Bar[] => {
      const value = values[name];
      return value === undefined ? [] : [{ name: contestant, value: summarise([value]), label: decimals(value) }];
    });
    return bars.length === 0 ? undefined : barChart(sized, what, bars, short);
  }
  if (hasNoRate) return undefined;
  const bars = figures.map(({ contestant, rate }): Bar => ({
    name: contestant,
    value: rate,
    label: `${short(rate.median)}/s`,
  }));
  return barChart(sized, `${unit} per second`, bars, short);
}

/** Time over size where the whole work grows, the rate where only its surroundings do. */
function growthOf({ id, title, unit, axis }: StoredExperiment, figures: readonly Figures[]): Chart {
  const isOfRate = axis === 'threads' || axis === 'connections';
  const lines = linesOf(figures, ({ x, rate, seconds }) => [[x, isOfRate ? rate.median : seconds.median]]);
  const chart = {
    title,
    xAxis: axis,
    yAxis: isOfRate ? `${unit}/s` : 'time',
    lines,
    xLabel: short,
    yLabel: isOfRate ? short : duration,
  };
  return { name: id, svg: growthChart(chart) };
}

function latencyOf({ id, title }: StoredExperiment, figures: readonly Figures[]): Chart {
  const lines = linesOf(figures, ({ latency }) => (latency?.percentiles ?? []).filter(([, ms]) => ms > 0));
  const chart = {
    title: `${title}: latency`,
    xAxis: 'percent of all answers',
    yAxis: 'ms, at most',
    lines: lines.filter(({ points }) => points.length > 1),
    xLabel: (value: number) => `${value} %`,
    yLabel: decimals,
  };
  return { name: `${id}-latency`, svg: percentileChart(chart) };
}

function linesOf(figures: readonly Figures[], pointsOf: (figures: Figures) => readonly Point[]): Line[] {
  const names = [...new Set(figures.map(({ contestant }) => contestant))];
  return names.map((name) => ({
    name,
    points: figures
      .filter(({ contestant }) => contestant === name)
      .flatMap(pointsOf)
      .toSorted(([a], [b]) => a - b),
  }));
}
