// System calls of a process, counted by strace while it is loaded.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';

export interface SystemCalls {
  readonly count: number;
  /** The most frequent calls of strace's table. */
  readonly text: string;
}

/** Lines of the table that are kept. */
const kept = 8;
/** Until strace has attached to all threads. */
const attachMs = 500;

/** Counts from before `load` begins until it has ended. */
export async function countSystemCalls<T>(pid: number, load: () => Promise<T>): Promise<[T, SystemCalls]> {
  const strace = spawn('strace', ['-f', '-c', '-U', 'calls,name', '-p', `${pid}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(strace, 'exit');
  const output = text(strace.stderr);
  await Promise.race([setTimeout(attachMs), ended]);
  try {
    const result = await load();
    strace.kill('SIGINT');
    return [result, readStrace(await output)];
  } finally {
    strace.kill('SIGINT');
    await ended;
  }
}

/** @throws Error when strace could not attach. */
export function readStrace(output: string): SystemCalls {
  const rows = [...output.matchAll(/^\s*(\d+)\s+([a-z_0-9]+)\s*$/gm)].map(
    ([, calls, name]) => [Number(calls), name] as const,
  );
  const calls = rows.filter(([, name]) => name !== 'total');
  if (calls.length === 0) throw new Error(`strace counted nothing:\n${output.trim()}`);
  return {
    count: calls.reduce((sum, [count]) => sum + count, 0),
    text: calls
      .toSorted(([a], [b]) => b - a)
      .slice(0, kept)
      .map(([count, name]) => `${String(count).padStart(9)} ${name}`)
      .join('\n'),
  };
}
