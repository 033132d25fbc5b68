// `npm run bench`: compares the scenarios of apps/benchmarks with their rivals and stores what was measured.

import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { comparedScenarios, comparisons } from './comparison.ts';
import { environment } from './environment.ts';
import { measure } from './measuring.ts';
import { tableOf } from './table.ts';

const usage = `usage: bench [scenario...] [--quick] [--rounds N] [--count N] [--out FILE]

  scenarios: ${comparedScenarios.join(', ')} (default: all)
  --quick      smaller counts, 3 rounds
  --rounds N   fresh processes per contestant (default: 7, quick: 3)
  --count N    the same count for every workload
  --out FILE   where the results go (default: benchmarks/results/<time>.json)`;

function refuse(message: string): never {
  console.error(`bench: ${message}\n\n${usage}`);
  process.exit(2);
}

function parsed() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        count: { type: 'string' },
        out: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,14}$/.test(text)) refuse(`${name}: received ${text}; allowed are whole numbers from 1`);
  return Number(text);
}

const { values, positionals } = parsed();
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const unknown = positionals.find((name) => !comparedScenarios.includes(name));
if (unknown !== undefined) refuse(`unknown scenario "${unknown}"`);
const rounds = wholeNumber('--rounds', values.rounds) ?? (values.quick ? 3 : 7);
const planned = comparisons(positionals, values.quick, wholeNumber('--count', values.count));

const total = planned.reduce((sum, { contestants }) => sum + contestants.length * rounds, 0);
let done = 0;
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`);
}

const stored = [];
for (const comparison of planned) {
  const results = await measure(comparison, rounds, (round, contestant) => {
    progress(`[${done++}/${total}] ${comparison.scenario} ${comparison.variant}, round ${round + 1}: ${contestant}`);
  });
  progress('');
  console.log(`${tableOf(comparison, results)}\n`);
  stored.push({ scenario: comparison.scenario, variant: comparison.variant, count: comparison.count, results });
}

const measuredOn = environment();
const folder = fileURLToPath(new URL('../results/', import.meta.url));
const file = values.out ?? `${folder}${measuredOn.at.replaceAll(':', '-')}.json`;
if (values.out === undefined) mkdirSync(folder, { recursive: true });
writeFileSync(file, `${JSON.stringify({ environment: measuredOn, rounds, comparisons: stored }, undefined, 2)}\n`);
console.log(`Stored in ${file}`);
