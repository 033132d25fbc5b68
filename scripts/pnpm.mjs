// Behind most root scripts: `node scripts/pnpm.mjs <arguments>` is `pnpm <arguments>` on a machine that has no pnpm.
import { runPnpm } from './lib/pnpm.mjs';

const result = await runPnpm(process.argv.slice(2));
process.exit(result === 'stopped' ? 130 : result);
