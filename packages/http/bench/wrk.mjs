// Load for the benchmarks whose server runs on core 0: wrk on core 1, and the CPU time that the server takes (Linux).

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Asks `url` over 32 connections. Returns the number of answers, all of which were 2xx. */
export function load(url, seconds, more = []) {
  const command = ['-c', '1', 'wrk', '-t1', '-c32', `-d${seconds}`, ...more, url];
  const printed = execFileSync('taskset', command, { encoding: 'utf8' });
  if (/Non-2xx/.test(printed)) throw new Error(printed);
  return Number(/(\d+) requests in/.exec(printed)[1]);
}

/** What `run`, which returns a number of requests, costs the process `pid`. */
export function measured(pid, run) {
  const before = cpuUs(pid);
  const requests = run();
  return { requests, cpuUs: cpuUs(pid) - before };
}

function cpuUs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}
