// Global set-up of the test projects that use what is built: brings every dist folder up to date first, so that no test
// ever judges a stale build.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { members, root } from './workspace.mjs';

export function setup() {
  const projects = members()
    .map(({ folder }) => path.join(root, folder, 'tsconfig.build.json'))
    .filter((file) => existsSync(file));
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-b', ...projects], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The build failed:\n${stdout}`);
}
