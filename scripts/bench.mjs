// The root script "bench": installs, builds, then measures, reports, or compares commits. Arguments go to benchmarks/.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from './lib/pnpm.mjs';

const built = await build(['./benchmarks']);
if (built !== 0) process.exit(built === 'stopped' ? 130 : built);
const entry = fileURLToPath(new URL('../benchmarks/dist/main.js', import.meta.url));
const run = spawn(process.execPath, [entry, ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => run.kill(signal));
run.once('close', (code) => process.exit(code ?? 1));
