// Packs the published packages as they would be released: workspace: and catalog: versions resolved, source entries left out.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { startPnpm } from './pnpm.mjs';

/**
 * Packs every package under packages/ into `folder` and gives the tarballs' paths. Their dist folders must be up to date.
 *
 * @param {string} folder An existing, empty folder.
 * @returns {Promise<string[]>}
 */
export async function pack(folder) {
  const child = startPnpm(
    ['--filter', './packages/*', '-r', 'pack', '--pack-destination', folder],
    ['ignore', 'ignore', 'pipe'],
  );
  const output = child.stderr === null ? [] : await child.stderr.toArray();
  if (child.exitCode === null) await new Promise((resolve) => child.once('close', resolve));
  if (child.exitCode !== 0) throw new Error(`pnpm pack failed:\n${Buffer.concat(output).toString()}`);
  return readdirSync(folder)
    .toSorted()
    .map((file) => path.join(folder, file));
}
