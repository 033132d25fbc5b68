// The root script "test": installs, builds everything (integration tests run the built apps), then runs the one vitest run
// of the repository. Arguments go to vitest: npm test -- --project core
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from './lib/pnpm.mjs';
import { root } from './lib/workspace.mjs';

const built = await build();
if (built === 'stopped') process.exit(130);
if (built !== 0) {
  console.error(`The build failed (exit code ${built}); its messages are above. No test was run.`);
  process.exit(built);
}

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const run = spawn(process.execPath, [vitest, 'run', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => run.kill(signal));
run.once('close', (code) => process.exit(code ?? 1));
