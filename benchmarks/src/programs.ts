// The programs that are measured, and how one is run to its end: it prints one line of JSON.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Sample } from './experiment.ts';

const pathOf = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url));

/** The built programs; seen from src/ and from dist/ alike. */
export const programs = {
  scenarios: pathOf('apps/benchmarks/dist/main.js'),
  pong: pathOf('apps/pong/dist/main.js'),
  websocketServer: pathOf('apps/benchmarks/dist/websocket-server.js'),
  realtime: pathOf('apps/realtime/dist/main.js'),
  rival: pathOf('benchmarks/dist/rival-program.js'),
  server: pathOf('benchmarks/dist/server-program.js'),
  httpLoad: pathOf('benchmarks/dist/load/http-load-program.js'),
  websocketLoad: pathOf('benchmarks/dist/load/websocket-load-program.js'),
} as const;

/** The repository. */
export const root = pathOf('');

export interface ScenarioRun {
  readonly scenario: string;
  readonly variant: string;
  readonly count: number;
  readonly threads?: number;
  /** Default: the Node that runs this. */
  readonly node?: string;
  /** Flags of Node. */
  readonly flags?: readonly string[];
  /** Options of every manager. */
  readonly managerOptions?: Readonly<Record<string, unknown>>;
  /** The program. Default: that of this tree. */
  readonly entry?: string;
}

/** Runs a scenario of apps/benchmarks once. */
export async function scenarioSample(run: ScenarioRun): Promise<Sample> {
  const { scenario, variant, count, threads, flags = [], entry = programs.scenarios, managerOptions } = run;
  const own = ['--variant', variant, '--count', `${count}`, '--json'];
  const args = [...flags, entry, scenario, ...own, ...(threads === undefined ? [] : ['--threads', `${threads}`])];
  const more = managerOptions === undefined ? {} : { ICHOR_MANAGER: JSON.stringify(managerOptions) };
  const measured = await jsonOf(run.node ?? process.execPath, args, more);
  return sampleOf(measured, count * (threads ?? 1));
}

/** Runs a rival of this package once. */
export async function rivalSample(name: string, count: number, node = process.execPath): Promise<Sample> {
  return sampleOf(await jsonOf(node, [programs.rival, name, `${count}`]), count);
}

interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

function sampleOf({ seconds, cpuSeconds, peakRssBytes }: Measured, operations: number): Sample {
  return { operations, seconds, cpuSeconds, peakRssBytes };
}

const run = promisify(execFile);

async function jsonOf(node: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Measured> {
  const env = { ...process.env, NODE_ENV: 'production', ...more };
  const { stdout } = await run(node, [...args], { env, maxBuffer: 1 << 24 });
  return JSON.parse(stdout) as Measured;
}
