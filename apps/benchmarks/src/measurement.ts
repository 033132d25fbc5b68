// Times a run (RB-3, RB-4): from before anything of it exists until it has quit; with threads, from before the first one is
// created until all have ended.

import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Request } from './command-line.ts';
import type { Outcome, Scenario } from './scenario.ts';

/** One measured run. */
export interface Measurement {
  readonly scenario: string;
  readonly variant: string;
  readonly threads: number;
  readonly count: number;
  readonly seconds: number;
  readonly rate: number;
  readonly unit: string;
  /** Of the process, and of the servers that a scenario starts. */
  readonly cpuSeconds: number;
  /** Peak resident memory, of the servers that a scenario starts, too. */
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

  const seconds = Math.max(...outcomes.map((outcome) => outcome.seconds ?? wallSeconds));
  const servers = outcomes.flatMap(({ server }) => server ?? []);
  const perUnit = scenario.unit === 'MB/s' ? (outcomes[0]?.bytes ?? 0) / 1e6 : 1;
  return {
    scenario: scenario.name,
    variant,
    threads: threads ?? 1,
    count,
    seconds,
    rate: Math.floor((count * outcomes.length * perUnit) / seconds),
    unit: scenario.unit,
    cpuSeconds: servers.reduce((sum, server) => sum + server.cpuSeconds, (cpu.user + cpu.system) / 1e6),
    peakRssBytes: servers.reduce((sum, server) => sum + server.peakRssBytes, process.resourceUsage().maxRSS * 1024),
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

/** The line of RB-6, with what RB-30 and RB-51 put into it. */
export function textOf(measurement: Measurement, { variants, labels, hasNoRate }: Scenario): string {
  const { scenario, variant, threads, seconds, rate, unit, peakRssBytes } = measurement;
  const mode = threads === 1 ? 'single threaded' : 'multi threaded';
  const label = labels?.[variant] ?? (variant === variants[0] ? '' : variant);
  const micros = Math.round(seconds * 1e6);
  const rateText = hasNoRate === true ? '' : ` ${grouped(rate)} ${unit}`;
  return `${scenario} ${mode}${label && ` ${label}`} ran for ${grouped(micros)} µs with ${grouped(peakRssBytes)} peak memory usage${rateText}`;
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
