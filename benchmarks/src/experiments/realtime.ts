// The realtime example: a chain of encodings, and a task released every millisecond, the latter beside cyclictest.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Cell, Effort, Experiment, Sample } from '../experiment.ts';
import { hasProgram } from '../load/programs-at-hand.ts';
import { programs } from '../programs.ts';

const run = promisify(execFile);

/** What apps/realtime prints with --json, as far as it is kept. */
interface RealtimeResult {
  readonly summary: Readonly<
    Record<'minUs' | 'p50Us' | 'p99Us' | 'p999Us' | 'maxUs' | 'avgUs' | 'missed' | 'count', number>
  >;
  readonly misses: readonly { readonly cause: string }[];
}

const strict = ['--fifo', '--lock-memory', '--cpu', '1'];
/** Lines about single runs that are stored: there can be one for every run. */
const keptRuns = 20;
const everyMillisecond = ['--period-us', '1000'];

export function realtimeExperiments({ count, isQuick }: Effort): Experiment[] {
  const iterations = count ?? (isQuick ? 1000 : 5000);
  const cell = (contestant: string, args: readonly string[]): Cell => ({
    contestant,
    x: iterations,
    sample: () => appSample(iterations, args),
  });
  const cyclictest: Cell = { contestant: 'cyclictest', x: iterations, sample: () => cyclictestSample(iterations) };
  const hasCyclictest = hasProgram('cyclictest');
  return [
    {
      id: 'realtime-chain',
      title: 'Realtime: duration of encoding 20 frames of speech, one event after another',
      unit: 'runs',
      axis: 'runs',
      hasNoRate: true,
      cells: [cell('as it is', []), cell('SCHED_FIFO, one core, memory locked', strict)],
    },
    {
      id: 'realtime-periodic',
      title: 'Realtime: lateness of a task released every millisecond',
      unit: 'releases',
      axis: 'releases',
      hasNoRate: true,
      cells: [
        cell('as it is', everyMillisecond),
        cell('SCHED_FIFO, one core, memory locked', [...everyMillisecond, ...strict]),
        ...(hasCyclictest ? [cyclictest] : []),
      ],
      ...(hasCyclictest ? {} : { omitted: ['cyclictest: not installed (Debian package rt-tests)'] }),
    },
  ];
}

async function appSample(iterations: number, args: readonly string[]): Promise<Sample> {
  const all = [programs.realtime, '--iterations', `${iterations}`, '--json', ...args];
  const began = performance.now();
  const { stdout, stderr } = await run(process.execPath, all, { maxBuffer: 1 << 26 });
  const seconds = (performance.now() - began) / 1000;
  const { summary, misses } = JSON.parse(stdout) as RealtimeResult;
  const figures: Record<string, number> = { ...summary };
  for (const { cause } of misses) figures[`missed: ${cause}`] = (figures[`missed: ${cause}`] ?? 0) + 1;
  return { operations: iterations, seconds, figures, text: withFewRuns(stderr.trimEnd()) };
}

/** Of the lines about single runs the first ones and the number of the others; the figures and the histogram are whole. */
export function withFewRuns(text: string): string {
  const isOfRun = (line: string): boolean => /^(duration of )?run \d/.test(line);
  const lines = text.split('\n');
  const runs = lines.filter(isOfRun);
  if (runs.length <= keptRuns) return text;
  const last = lines.indexOf(runs[keptRuns - 1] as string);
  const others = lines.slice(last + 1).filter((line) => !isOfRun(line));
  return [...lines.slice(0, last + 1), `… and ${runs.length - keptRuns} more`, ...others].join('\n');
}

async function cyclictestSample(iterations: number): Promise<Sample> {
  const args = ['-q', '-m', '-p', '20', '-a', '1', '-i', '1000', '-l', `${iterations}`];
  const began = performance.now();
  const { stdout } = await run('cyclictest', args);
  return { operations: iterations, seconds: (performance.now() - began) / 1000, ...readCyclictest(stdout) };
}

/** @throws Error when it measured nothing. */
export function readCyclictest(output: string): Required<Pick<Sample, 'figures' | 'text'>> {
  const [line, min, avg, max] = /^T: 0 .*Min: *(\d+).*Avg: *(\d+) Max: *(\d+)/m.exec(output) ?? [];
  if (line === undefined) throw new Error(`cyclictest measured nothing:\n${output.trim()}`);
  return { figures: { minUs: Number(min), avgUs: Number(avg), maxUs: Number(max) }, text: line };
}
