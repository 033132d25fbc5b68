// A server in a process of its own, for the scenarios that drive one: started, listening, ended in order, with what it used.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Usage } from './scenario.ts';

/** A server that listens. */
export interface ServerProcess {
  readonly port: number;
  /** Processor time and peak memory so far; undefined where the system has no /proc. */
  usage(): Usage | undefined;
  /** Asks it to end, and waits. @throws Error when it ends with another exit code than 0. */
  end(): Promise<void>;
}

/** Both servers say where they listen in a line that ends in the port. */
const announcement = /^(?:started!|listening) .*?(\d+)$/;

/** @throws Error when the program ends before it listens. */
export async function startServer(entry: string, args: readonly string[] = []): Promise<ServerProcess> {
  const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const port = await listening(child.stdout);
  return {
    port,
    usage: () => usageOf(child.pid as number),
    async end() {
      child.kill('SIGTERM');
      const [code] = await ended;
      if (code !== 0) throw new Error(`${entry} ended with exit code ${code}`);
    },
  };
}

async function listening(output: NodeJS.ReadableStream): Promise<number> {
  for await (const line of createInterface({ input: output })) {
    const port = announcement.exec(line)?.[1];
    if (port === undefined) continue;
    output.resume();
    return Number(port);
  }
  throw new Error('the server ended before it listened');
}

/** Linux counts processor time in hundredths of a second, whatever its clock does. */
const ticksPerSecond = 100;

function usageOf(pid: number): Usage | undefined {
  try {
    // After the name, which is in brackets and may hold anything, come the fields from number 3 on; 14 and 15 are the times.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number);
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return {
      cpuSeconds: ((fields[11] as number) + (fields[12] as number)) / ticksPerSecond,
      peakRssBytes: Number(peak) * 1024,
    };
  } catch {
    return undefined;
  }
}
