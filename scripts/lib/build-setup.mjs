// Global set-up of the test projects that use what is built: brings dist folders up to date first, so that no test ever
// judges a stale build. An app builds itself and what it is made of, other projects build everything.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { members, root } from './workspace.mjs';

/** @param {import('vitest/node').TestProject} [project] */
export function setup(project) {
  const own = path.join(project?.config.root ?? root, 'tsconfig.build.json');
  const all = members().map(({ folder }) => path.join(root, folder, 'tsconfig.build.json'));
  const projects = existsSync(own) ? [own] : all.filter((file) => existsSync(file));
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-b', ...projects], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The build failed:\n${stdout}`);
}
