// Load on a server's POST /ping: by `wrk` where it is installed, else by the generator of this package.

import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Sample } from '../experiment.ts';
import { programs } from '../programs.ts';
import { onLoadCores } from './pinning.ts';
import { hasProgram } from './programs-at-hand.ts';

/** What every request looks like; `wrk.lua` and the own generator know the same ones. */
export type RequestShape = 'plain' | 'varying' | 'pipelined' | 'large';

export interface HttpLoad {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  readonly shape: RequestShape;
  /** Use the own generator, though `wrk` is there. */
  readonly hasOwnLoad: boolean;
}

/** What the server answered; what it used is added by who started it. */
export type LoadResult = Pick<Sample, 'operations' | 'seconds'> & Partial<Sample>;

/** An answer that takes longer counts as an error, too; it is what wrk does. */
export const timeoutSeconds = 2;

const script = fileURLToPath(new URL('../../wrk.lua', import.meta.url));
const run = promisify(execFile);

export async function loadHttp(load: HttpLoad): Promise<LoadResult> {
  return hasProgram('wrk') && !load.hasOwnLoad ? loadWithWrk(load) : loadWithOwn(load);
}

async function loadWithWrk({ port, connections, seconds, shape }: HttpLoad): Promise<LoadResult> {
  const threads = Math.min(connections, Math.max(1, Math.min(4, availableParallelism() - 1)));
  const size = ['-t', `${threads}`, '-c', `${connections}`, '-d', `${seconds}s`];
  const how = ['--latency', '--timeout', `${timeoutSeconds}s`, '-s', script];
  const [program, ...args] = onLoadCores(['wrk', ...size, ...how, `http://127.0.0.1:${port}/ping`, '--', shape]);
  const { stdout } = await run(program, args, { maxBuffer: 1 << 24 });
  return readWrk(stdout);
}

/** The last line is the JSON that `wrk.lua` prints; what is before it is what wrk prints itself. @throws Error without it. */
export function readWrk(output: string): LoadResult {
  const [, text, json] = /^([\s\S]*)^(\{.*\})\s*$/m.exec(output) ?? [];
  if (text === undefined || json === undefined) throw new Error(`wrk printed no result of wrk.lua:\n${output}`);
  return { ...(JSON.parse(json) as LoadResult), text: text.trimEnd() };
}

async function loadWithOwn({ port, connections, seconds, shape }: HttpLoad): Promise<LoadResult> {
  const own = [programs.httpLoad, `${port}`, `${connections}`, `${seconds}`, shape] as const;
  const [program, ...args] = onLoadCores([process.execPath, ...own]);
  const { stdout } = await run(program, args, { maxBuffer: 1 << 24 });
  return JSON.parse(stdout) as LoadResult;
}
