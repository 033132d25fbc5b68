// Runs one rival once, in a process of its own: `node rival-program.js <name> <count>`. Prints one line of JSON with what
// apps/benchmarks prints with --json, as far as it is measured, and with the facts.

import { rivals } from './rivals.ts';

const [name, countText] = process.argv.slice(2);
const entry = rivals.find((candidate) => candidate.name === name);
const count = Number(countText);
if (entry === undefined || !Number.isSafeInteger(count) || count < 1) {
  console.error(`usage: rival-program <name> <count>; received ${process.argv.slice(2).join(' ')}`);
  process.exit(2);
}

const { run } = await entry.load();
const cpuBefore = process.cpuUsage();
const began = process.hrtime.bigint();
const outcome = await run(count);
const wallSeconds = Number(process.hrtime.bigint() - began) / 1e9;
const cpu = process.cpuUsage(cpuBefore);
const measured = {
  seconds: outcome.seconds ?? wallSeconds,
  cpuSeconds: (cpu.user + cpu.system) / 1e6,
  peakRssBytes: process.resourceUsage().maxRSS * 1024,
  facts: outcome.facts,
};
console.log(JSON.stringify(measured));
