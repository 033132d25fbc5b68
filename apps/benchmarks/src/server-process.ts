// A server in a process of its own, for the scenarios and harnesses that drive one: started, listening, ended in order, with what
// it used.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Usage } from './scenario.ts';

/** What a server has used so far, and the memory it holds now. */
export interface ServerUsage extends Usage {
  readonly rssBytes: number;
}

/** A server that listens. */
export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  /** Undefined where the system has no /proc. */
  usage(): ServerUsage | undefined;
  /** Asks it to end, and waits. @throws Error when it ends with another exit code than 0. */
  end(): Promise<void>;
}

/** Servers say where they listen in a line that ends in the port. */
const announcement = /^(?:started!|listening) .*?(\d+)$/;

/** Time in which a server has to end once it is asked to. */
const endTimeoutMs = 10_000;

/**
 * Starts `command`, which has to become the server itself: a shell between would be measured in its place.
 *
 * @throws Error when the program cannot be started, or ends before it listens.
 */
export async function startServer(
  command: readonly [string, ...string[]],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<ServerProcess> {
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env: environment });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const port = await Promise.race([listening(child.stdout), ended.then(() => undefined)]);
  if (port === undefined) throw new Error(`${command.join(' ')} ended before it listened`);
  const pid = child.pid as number;
  return {
    pid,
    port,
    usage: () => usageOf(pid),
    async end() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), endTimeoutMs);
      const [code, signal] = await ended;
      clearTimeout(late);
      if (code !== 0) throw new Error(`${command.join(' ')} ended with ${signal ?? `exit code ${code}`}`);
    },
  };
}

async function listening(output: Readable): Promise<number | undefined> {
  for await (const line of createInterface({ input: output })) {
    const port = announcement.exec(line)?.[1];
    if (port === undefined) continue;
    output.resume();
    return Number(port);
  }
  return undefined;
}

/** Linux counts processor time in hundredths of a second, whatever its clock does. */
const ticksPerSecond = 100;

function usageOf(pid: number): ServerUsage | undefined {
  try {
    // After the name, which is in brackets and may hold anything, come the fields from number 3 on; 14 and 15 are the times.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number);
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const bytesOf = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
    return {
      cpuSeconds: ((fields[11] as number) + (fields[12] as number)) / ticksPerSecond,
      peakRssBytes: bytesOf('VmHWM'),
      rssBytes: bytesOf('VmRSS'),
    };
  } catch {
    return undefined;
  }
}
