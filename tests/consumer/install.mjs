// Runs `npm install` in the folder of a consumer.
import { execFileSync } from 'node:child_process';

/** @param {string} folder Holds a package.json. */
export function install(folder) {
  const options = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', '--loglevel=error'];
  execFileSync('npm', ['install', ...options], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}
