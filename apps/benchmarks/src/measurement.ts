// Times a run (RB-3, RB-4): from before anything of it exists until it has quit; with threads, from before the first one is
// created until all have ended.

import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Request } from './command-line.ts';
import type { Outcome } from './scenario.ts';

/** One measured run. */
export interface Measurement {
  readonly scenario: string;
  readonly variant: string;
  readonly threads: number;
  readonly count: number;
  readonly seconds: number;
  readonly rate: number;
  readonly unit: string;
  readonly cpuSeconds: number;
  /** Peak resident memory of the process so far. */
  readonly peakRssBytes: number;
  readonly node: string;
  /** Version of @ichor/core. */
  readonly ichor: string;
}

/** What a worker thread is told to run. */
export interface WorkerTask {
  readonly scenario: string;
  readonly variant: string;
  readonly count: number;
}

const require = createRequire(import.meta.url);
const { version } = require('@ichor/core/package.json') as { version: string };

export async function measure(request: Request, print: (line: string) => void): Promise<Measurement> {
  const { scenario, variant, count, threads } = request;
  const cpuBefore = process.cpuUsage();
  const began = process.hrtime.bigint();
  const outcomes =
    threads === undefined
      ? [await scenario.run({ variant, count, isSingle: true, print })]
      : await onThreads({ scenario: scenario.name, variant, count }, threads);
  const wallSeconds = Number(process.hrtime.bigint() - began) / 1e9;
  const cpu = process.cpuUsage(cpuBefore);

  const seconds = outcomes.length === 1 ? (outcomes[0]?.seconds ?? wallSeconds) : wallSeconds;
  const perUnit = scenario.unit === 'MB/s' ? (outcomes[0]?.bytes ?? 0) / 1e6 : 1;
  return {
    scenario: scenario.name,
    variant,
    threads: threads ?? 1,
    count,
    seconds,
    rate: Math.floor((count * outcomes.length * perUnit) / seconds),
    unit: scenario.unit,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    node: process.version,
    ichor: version,
  };
}

async function onThreads(task: WorkerTask, threads: number): Promise<Outcome[]> {
  return Promise.all(
    Array.from({ length: threads }, async () => {
      const worker = new Worker(new URL('worker.js', import.meta.url), { workerData: task });
      const [[outcome]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
      return outcome as Outcome;
    }),
  );
}

/** The line of RB-6. */
export function textOf(measurement: Measurement): string {
  const { scenario, variant, threads, seconds, rate, unit, peakRssBytes } = measurement;
  const mode = threads === 1 ? 'single threaded' : `${threads} threads`;
  const micros = Math.round(seconds * 1e6);
  return `${scenario} ${variant} ${mode} ran for ${grouped(micros)} µs with ${grouped(peakRssBytes)} peak memory usage ${grouped(rate)} ${unit}`;
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
