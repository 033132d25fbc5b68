// Packs every published package and lets publint and attw judge the tarballs: entries, types, formats.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setup as buildAll } from './lib/build-setup.mjs';
import { pack } from './lib/pack.mjs';
import { root } from './lib/workspace.mjs';

const checks = [
  { name: 'publint', args: (/** @type {string} */ file) => ['publint/src/cli.js', 'run', file, '--strict'] },
  {
    name: 'attw',
    args: (/** @type {string} */ file) => [
      '@arethetypeswrong/cli/dist/index.js',
      file,
      '--profile',
      'esm-only',
      '--no-color',
    ],
  },
];

buildAll();
const folder = mkdtempSync(path.join(tmpdir(), 'ichor-packages-'));
let failed = 0;
try {
  const tarballs = await pack(folder);
  for (const tarball of tarballs) {
    for (const { name, args } of checks) {
      const [script = '', ...rest] = args(tarball);
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [path.join(root, 'node_modules', script), ...rest],
        { encoding: 'utf8' },
      );
      if (status === 0) continue;
      failed++;
      console.error(`${name} finds fault with ${path.basename(tarball)}:\n${stdout}${stderr}`);
    }
  }
  console.log(`Packages: ${tarballs.length} tarballs, ${checks.length * tarballs.length} checks, ${failed} failed.`);
  process.exitCode = failed === 0 && tarballs.length > 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
