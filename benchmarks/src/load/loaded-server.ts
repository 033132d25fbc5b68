// One sample of a server: started on its processor, warmed up, loaded from the other ones, ended.

import { execFile } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startServer, type ServerProcess } from 'benchmarks/server-process';
import type { Sample } from '../experiment.ts';
import { programs } from '../programs.ts';
import type { ServerContestant } from './contestants.ts';
import { connectIdle } from './idle-connections.ts';
import { loadHttp, type LoadResult, type RequestShape } from './http-load.ts';
import { onLoadCores, onServerCore } from './pinning.ts';
import { countSystemCalls } from './system-calls.ts';

const run = promisify(execFile);

/** Starts the server, and ends it whatever happens to what is done with it. */
async function withServer<T>({ command }: ServerContestant, use: (server: ServerProcess) => Promise<T>): Promise<T> {
  const environment = { ...process.env, NODE_ENV: 'production' };
  const server = await startServer(onServerCore(command), environment);
  let result: T;
  try {
    result = await use(server);
  } catch (error) {
    await server.end().catch(() => undefined);
    throw error;
  }
  await server.end();
  return result;
}

/** Runs the load, and adds what the server used meanwhile. */
async function measured(server: ServerProcess, load: () => Promise<LoadResult>): Promise<Sample> {
  const before = server.usage();
  const result = await load();
  const after = server.usage();
  if (before === undefined || after === undefined) return result;
  return { ...result, cpuSeconds: after.cpuSeconds - before.cpuSeconds, peakRssBytes: after.peakRssBytes };
}

export interface HttpSampling {
  readonly connections: number;
  readonly seconds: number;
  readonly shape: RequestShape;
  readonly hasOwnLoad: boolean;
}

/** Warm-up uses few connections: opening many of them twice would exhaust the ports of the machine. */
const warmUpConnections = 64;

/** wrk knows whole seconds only. */
function warmUpSeconds({ seconds, hasOwnLoad }: HttpSampling): number {
  return hasOwnLoad ? seconds / 4 : Math.max(1, Math.round(seconds / 4));
}

export function httpSample(contestant: ServerContestant, sampling: HttpSampling): Promise<Sample> {
  const { connections } = sampling;
  return withServer(contestant, async (server) => {
    const load = { ...sampling, port: server.port };
    const warmUp = Math.min(connections, warmUpConnections);
    await loadHttp({ ...load, connections: warmUp, seconds: warmUpSeconds(sampling) });
    const sample = await measured(server, () => loadHttp(load));
    if (sample.operations === 0) throw new Error(`no request was answered ${JSON.stringify(sample.errors)}`);
    return sample;
  });
}

/** System calls of the server per request; needs strace. Rates under it mean nothing and are left out. */
export function systemCallSample(contestant: ServerContestant, sampling: HttpSampling): Promise<Sample> {
  return withServer(contestant, async (server) => {
    const load = { ...sampling, port: server.port };
    await loadHttp({ ...load, seconds: warmUpSeconds(sampling) });
    const [result, calls] = await countSystemCalls(server.pid, () => loadHttp(load));
    const figures = { systemCallsPerRequest: calls.count / result.operations };
    return { operations: result.operations, seconds: result.seconds, figures, text: calls.text };
  });
}

/** Resident memory per connection that has asked once and is idle now. */
export function idleSample(contestant: ServerContestant, connections: number): Promise<Sample> {
  return withServer(contestant, async (server) => {
    // What the server needs anyway is not a cost of connections.
    await loadHttp({
      port: server.port,
      connections: warmUpConnections,
      seconds: 0.5,
      shape: 'plain',
      hasOwnLoad: true,
    });
    const before = server.usage();
    const began = performance.now();
    const idle = await connectIdle(server.port, connections);
    const seconds = (performance.now() - began) / 1000;
    await setTimeout(1500);
    const after = server.usage();
    idle.close();
    const errors: Record<string, number> = idle.failed === 0 ? {} : { connect: idle.failed };
    const result = { operations: connections, seconds, errors };
    if (before === undefined || after === undefined) return result;
    const figures = { bytesPerConnection: (after.rssBytes - before.rssBytes) / connections };
    return { ...result, cpuSeconds: after.cpuSeconds - before.cpuSeconds, peakRssBytes: after.peakRssBytes, figures };
  });
}

export interface WebSocketSampling {
  readonly mode: 'echo' | 'broadcast';
  readonly connections: number;
  readonly outstanding: number;
  readonly seconds: number;
}

export function webSocketSample(contestant: ServerContestant, sampling: WebSocketSampling): Promise<Sample> {
  const { mode, connections, outstanding, seconds } = sampling;
  return withServer(contestant, async (server) => {
    const load = async (duration: number): Promise<LoadResult> => {
      const size = [`${server.port}`, mode, `${connections}`, `${outstanding}`, `${duration}`];
      const [program, ...args] = onLoadCores([process.execPath, programs.websocketLoad, ...size]);
      const { stdout } = await run(program, args);
      return JSON.parse(stdout) as LoadResult;
    };
    await load(seconds / 4);
    return measured(server, () => load(seconds));
  });
}
