// The members of the workspace and their files, as the checks of the repository see them.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The pinned package manager, such as `pnpm@1.2.3`. @type {string} */
export const packageManager = JSON.parse(read('package.json')).packageManager;

/**
 * @typedef {object} Manifest The part of a package.json that the checks read.
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {Record<string, unknown>} [exports]
 * @property {Record<string, string>} [scripts]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, string>} [optionalDependencies]
 */

/** @typedef {{ name: string, folder: string, manifest: Manifest }} Member `folder` is relative to the root, with slashes. */

/** All members, in the order of the folders. @returns {Member[]} */
export function members() {
  const folders = ['packages', 'apps', 'tests'].flatMap((parent) =>
    existsSync(path.join(root, parent)) ? readdirSync(path.join(root, parent)).map((name) => `${parent}/${name}`) : [],
  );
  return [...folders.toSorted(), 'benchmarks']
    .filter((folder) => existsSync(path.join(root, folder, 'package.json')))
    .map((folder) => {
      /** @type {Manifest} */
      const manifest = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'));
      return { name: manifest.name, folder, manifest };
    });
}

/** The members that are published. */
export function published() {
  return members().filter(({ manifest }) => manifest.private !== true);
}

/**
 * Files of the work tree that are tracked, or new and not ignored, below the given folders; paths relative to the root.
 *
 * @param {...string} folders
 * @returns {string[]}
 */
export function files(...folders) {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', ...folders],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  return [...new Set(listed.split('\0'))].filter((file) => file !== '' && existsSync(path.join(root, file))).toSorted();
}

/** @param {string} file Relative to the root. */
export function read(file) {
  return readFileSync(path.join(root, file), 'utf8');
}
