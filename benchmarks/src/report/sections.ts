// The parts of benchmarks/README.md that are made from results.

import { figuresOf, percentile, type Figures } from '../figures.ts';
import { count, decimals, duration, megabytes, micros, short } from '../format.ts';
import { titleAt, type StoredExperiment } from '../results.ts';
import { tableOf } from '../table.ts';
import { chartsOf } from './charts.ts';
import { fitGrowth } from './fit.ts';
import { markdownTable } from './markdown.ts';
import { judged, type Results } from './targets.ts';

/** @param known Ids of all experiments there are, to tell what was not measured. */
export function sectionsOf(results: Results, known: readonly string[]): Record<string, string> {
  const group = (...names: readonly string[]): StoredExperiment[] =>
    [...results.values()].filter(({ id }) => names.some((name) => id.startsWith(`${name}-`)));
  const inProcess = group('event', 'coroutine', 'start', 'start-stop', 'cascade', 'serializer', 'timers', 'mutex');
  return {
    'set-up': `${setUp(results)}\n\n${links}`,
    summary: [summary([...inProcess, ...group('http', 'websocket')]), ...images(results)].join('\n\n'),
    targets: targetTable(results),
    lines: fenced(inProcess.map(tableOf)),
    realtime: fenced(group('realtime').flatMap((experiment) => [tableOf(experiment), ...realtimeLines(experiment)])),
    http: fenced(group('http', 'websocket').map(tableOf)),
    load: loadOutput(group('http')),
    scaling: scalingTable(group('scaling')),
    versions: matrix(group('versions')),
    switches: matrix(group('switches')),
    measured: measuredList(results, known),
  };
}

const links = 'All plots are on [one page](report/index.html), all samples in [files](results/published).';

/** Plots that tell most; the page has the rest. */
const shownPlots = ['event-plain-5000000', 'start-advanced-1000', 'http-400', 'http-400-latency', 'scaling-services'];

function images(results: Results): string[] {
  const plots = new Set([...results.values()].flatMap((experiment) => chartsOf(experiment).map(({ name }) => name)));
  return shownPlots.filter((name) => plots.has(name)).map((name) => `![${name}](report/${name}.svg)`);
}

/** The line that says where all of it was measured; several when results come from several set-ups. */
export function setUp(results: Results): string {
  const lines = new Set<string>();
  for (const { environment } of results.values()) {
    const { cpu, cores, memoryBytes, system, node, commit, at, load, isPinned } = environment;
    const day = at.slice(0, 10);
    const machine = `${cpu}, ${cores} cores, ${Math.round(memoryBytes / 2 ** 30)} GB, ${system}`;
    const where = isPinned ? 'servers and load on cores of their own' : 'servers and load share all cores';
    lines.add(`${machine}; Node ${node}; commit ${commit.slice(0, 12)}; ${day}; load by ${load}, ${where}.`);
  }
  return [...lines].join('\n');
}

/** One row per experiment and size with rivals: ours, and the best of the others. */
function summary(experiments: readonly StoredExperiment[]): string {
  const rows = experiments.flatMap((experiment) => {
    if (experiment.hasNoRate) return [];
    const all = experiment.results.flatMap((result) => figuresOf(result) ?? []);
    const sizes = [...new Set(all.map(({ x }) => x))];
    return sizes.flatMap((size) => {
      const ours = all.find(({ contestant, x }) => contestant === 'ichor' && x === size);
      if (ours === undefined) return [];
      const theirs = all.filter(({ contestant, x }) => !contestant.startsWith('ichor') && x === size);
      return [summaryRow(experiment, ours, theirs, size)];
    });
  });
  return markdownTable([['workload', 'ichor', 'CPU each', 'memory', 'best other', 'its rate', 'ours to it'], ...rows]);
}

function summaryRow(experiment: StoredExperiment, ours: Figures, theirs: readonly Figures[], size: number): string[] {
  const best = theirs.toSorted((a, b) => b.rate.median - a.rate.median)[0];
  const own = [
    titleAt(experiment, size),
    `${short(ours.rate.median)}/s`,
    ours.cpuMicros === undefined ? '–' : micros(ours.cpuMicros.median),
    ours.peakRssBytes === undefined ? '–' : megabytes(ours.peakRssBytes),
  ];
  if (best === undefined) return [...own, '–', '–', '–'];
  const ratio = `${(ours.rate.median / best.rate.median).toFixed(2)} ×`;
  return [...own, best.contestant, `${short(best.rate.median)}/s`, ratio];
}

function targetTable(results: Results): string {
  const rows = judged(results).map(({ workload, target, measured, isMet }) => [
    workload,
    target,
    measured ?? '–',
    isMet === undefined ? 'not measured' : isMet ? 'met' : '**missed**',
  ]);
  return markdownTable([['workload', 'target', 'measured', 'result'], ...rows]);
}

/** The lines of the programs themselves, word for word those of the original one and of cyclictest. */
function realtimeLines({ results }: StoredExperiment): string[] {
  return results.flatMap((result) => {
    const lines = figuresOf(result)
      ?.text?.split('\n')
      .filter((line) => /^(duration (min|p50)|latency p50|T: 0)/.test(line));
    return lines === undefined || lines.length === 0 ? [] : [`# ${result.contestant}\n${lines.join('\n')}`];
  });
}

function fenced(blocks: readonly string[]): string {
  return blocks.length === 0 ? 'Not measured.' : ['```text', blocks.join('\n\n'), '```'].join('\n');
}

/** What the load generator printed, at the fewest, the usual and the most connections. */
function loadOutput(experiments: readonly StoredExperiment[]): string {
  const shown = ['http-2', 'http-400', 'http-most'].flatMap((id) => experiments.find((one) => one.id === id) ?? []);
  const blocks = shown.flatMap(({ results }) =>
    results.flatMap((result) => {
      const figures = figuresOf(result);
      if (figures?.text === undefined) return [];
      // The port and the path of the script are of no interest.
      const text = figures.text.replaceAll(/:\d{4,5}\/ping/g, '/ping');
      return [`# ${result.contestant}, ${count(result.x)} connections\n${text}`];
    }),
  );
  return fenced(blocks);
}

function scalingTable(experiments: readonly StoredExperiment[]): string {
  const rows = experiments.flatMap(({ title, axis, results }) => {
    const isOfRate = axis === 'threads' || axis === 'connections';
    const all = results.flatMap((result) => figuresOf(result) ?? []);
    return [...new Set(all.map(({ contestant }) => contestant))].map((name) => {
      const own = all.filter(({ contestant }) => contestant === name).toSorted((a, b) => a.x - b.x);
      const valueOf = ({ rate, seconds }: Figures): number => (isOfRate ? rate.median : seconds.median);
      const textOf = (figures: Figures): string =>
        `${short(figures.x)}: ${isOfRate ? `${short(valueOf(figures))}/s` : duration(valueOf(figures))}`;
      const fit = fitGrowth(own.map((figures) => [figures.x, valueOf(figures)] as const));
      const subject = title.replace(/^Scaling: /, '');
      return [subject, name, own.map(textOf).join(', '), fit === undefined ? '–' : fit.exponent.toFixed(2)];
    });
  });
  return markdownTable([['what grows', 'who', `size: result`, 'exponent'], ...rows]);
}

/** Rows are contestants, the first one of each experiment is what the others are compared with. */
function matrix(experiments: readonly StoredExperiment[]): string {
  const rows = experiments.flatMap(({ title, results }) => {
    const all = results.flatMap((result) => figuresOf(result) ?? []);
    const [first] = all;
    return all.map((figures) => {
      const { contestant, rate, cpuMicros, peakRssBytes, latency } = figures;
      return [
        `${title.replace(/^[^:]*: /, '')}: ${contestant}`,
        `${short(rate.median)}/s`,
        first === undefined ? '–' : `${(rate.median / first.rate.median).toFixed(2)} ×`,
        cpuMicros === undefined ? '–' : micros(cpuMicros.median),
        peakRssBytes === undefined ? '–' : megabytes(peakRssBytes),
        latency === undefined ? '–' : `${decimals(percentile(latency, 99) ?? 0)} ms`,
      ];
    });
  });
  return markdownTable([['', 'per second', 'of the first', 'CPU each', 'memory', 'p99'], ...rows]);
}

function measuredList(results: Results, known: readonly string[]): string {
  const measured = [...results.values()].map(({ id, rounds, results: cells }) => {
    const samples = cells.reduce((sum, cell) => sum + cell.samples.length, 0);
    return `- ${id}: ${rounds} ${rounds === 1 ? 'round' : 'rounds'}, ${samples} processes.`;
  });
  const missing = [
    ...known.filter((id) => !results.has(id)).map((id) => `- ${id}: no results are stored.`),
    ...[...results.values()].flatMap(({ id, omitted, results: cells }) => [
      ...omitted.map((what) => `- ${id}: ${what}.`),
      ...cells.flatMap(({ contestant, x, failure }) =>
        failure === undefined ? [] : [`- ${id}: ${contestant} at ${count(x)} failed: ${failure.split('\n')[0]}`],
      ),
    ]),
  ];
  const none = ['- Nothing that the harness knows is missing.'];
  return ['Measured:', '', ...measured, '', 'Not measured:', '', ...(missing.length === 0 ? none : missing)].join('\n');
}
