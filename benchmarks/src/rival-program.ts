// Runs one rival once, in a process of its own: `node rival-program.js <name> <count>`. Prints what apps/benchmarks prints with
// --json, and the facts.

import { rivals } from './rivals.ts';

const [name, countText] = process.argv.slice(2);
const rival = rivals.find((candidate) => candidate.name === name);
const count = Number(countText);
if (rival === undefined || !Number.isSafeInteger(count)) {
  console.error(`usage: rival-program <name> <count>; received ${process.argv.slice(2).join(' ')}`);
  process.exit(2);
}

const cpuBefore = process.cpuUsage();
const began = process.hrtime.bigint();
const facts = await rival.run(count);
const seconds = Number(process.hrtime.bigint() - began) / 1e9;
const cpu = process.cpuUsage(cpuBefore);
const sample = {
  seconds,
  cpuSeconds: (cpu.user + cpu.system) / 1e6,
  peakRssBytes: process.resourceUsage().maxRSS * 1024,
  facts,
};
console.log(JSON.stringify(sample));
