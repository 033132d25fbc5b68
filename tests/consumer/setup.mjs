// Global set-up: packs every published package and installs the tarballs into a fresh project outside the workspace,
// as a user's `npm install` would. The tests get the folder by `inject('consumer')`.
import { cpSync, mkdtempSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setup as buildAll } from '../../scripts/lib/build-setup.mjs';
import { pack } from '../../scripts/lib/pack.mjs';
import { published } from '../../scripts/lib/workspace.mjs';
import { install } from './install.mjs';

/** Compilers that consumers use, under the names by which the tests find them. */
const compilers = { 'typescript-5.9': '5.9.3', 'typescript-6.0': '6.0.3', 'typescript-7.0': '7.0.2' };

/** @param {import('vitest/node').TestProject} project */
export default async function setup(project) {
  buildAll();
  const base = mkdtempSync(path.join(tmpdir(), 'ichor-consumer-'));
  const tarballs = path.join(base, 'tarballs');
  const folder = path.join(base, 'project');
  mkdirSync(tarballs);
  await pack(tarballs);

  const peers = Object.assign({}, ...published().map(({ manifest }) => manifest.peerDependencies));
  const dependencies = {
    ...Object.fromEntries(Object.entries(peers).filter(([name]) => !name.startsWith('@ichor/'))),
    ...Object.fromEntries(published().map(({ name }) => [name, `file:../tarballs/${tarballOf(name, tarballs)}`])),
    ...Object.fromEntries(Object.entries(compilers).map(([name, version]) => [name, `npm:typescript@${version}`])),
    '@types/node': '^20.19.0',
  };
  cpSync(fileURLToPath(new URL('fixtures', import.meta.url)), folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  install(folder);

  project.provide('consumer', { folder, tarballs, compilers: Object.keys(compilers) });
  return () => rmSync(base, { recursive: true, force: true });
}

/** @param {string} name @param {string} tarballs */
function tarballOf(name, tarballs) {
  const prefix = `${name.replace('@', '').replace('/', '-')}-`;
  const file = readdirSync(tarballs).find((candidate) => candidate.startsWith(prefix));
  if (file === undefined) throw new Error(`${name} was not packed`);
  return file;
}
