// Another version of Node to compare with, from the npm package `node`.

import { execFileSync } from 'node:child_process';

/** Path of the newest Node; undefined where it cannot be had, such as without a network. */
export function newestNode(version = '26'): string | undefined {
  try {
    const args = ['-y', '--prefer-offline', '-p', `node@${version}`, 'node', '-p', 'process.execPath'];
    return execFileSync('npx', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 60_000 }).trim();
  } catch {
    return undefined;
  }
}

const names = new Map<string, string>([[process.execPath, major(process.version)]]);

/** The major version of a Node executable. */
export function nameOfNode(executable: string): string {
  let name = names.get(executable);
  if (name === undefined) {
    name = major(execFileSync(executable, ['--version'], { encoding: 'utf8' }).trim());
    names.set(executable, name);
  }
  return name;
}

function major(version: string): string {
  return version.replace(/^v(\d+)\..*$/, '$1');
}
