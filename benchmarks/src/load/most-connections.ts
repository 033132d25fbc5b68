// How many connections at once can be tried: each takes a file of the server and one of the load, and a port.

import { execFileSync } from 'node:child_process';

/** What the largest comparison asks for; more would need a second address. */
const wanted = 19_000;
/** Files that a process needs beside its connections. */
const reserve = 200;

export function mostConnections(fileLimit = openFileLimit()): number {
  return Math.max(1, Math.min(wanted, fileLimit - reserve));
}

function openFileLimit(): number {
  try {
    const text = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
    return text === 'unlimited' ? Infinity : Number(text);
  } catch {
    return 1000;
  }
}
