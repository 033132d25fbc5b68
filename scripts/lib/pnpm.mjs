// Runs pnpm, at the version pinned in package.json, through npx: the one way in which scripts reach the workspace's tools
// on a machine that has only Node and npm.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

const { packageManager } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const isWindows = process.platform === 'win32';

/**
 * Starts `pnpm <args>` in a process group of its own (where the system has them), so that {@link stopGroup} reaches
 * everything that it starts.
 *
 * @param {readonly string[]} args
 * @param {import('node:child_process').StdioOptions} [stdio]
 */
export function startPnpm(args, stdio = ['ignore', 'inherit', 'inherit']) {
  return spawn('npx', ['-y', '--prefer-offline', packageManager, ...args], {
    cwd: root,
    stdio,
    // turbo's telemetry and npm's look for a newer version would only slow down a machine without a network.
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', npm_config_update_notifier: 'false' },
    detached: !isWindows,
    shell: isWindows,
  });
}

/**
 * Sends `signal` to a process started by {@link startPnpm} and to all it has started.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function stopGroup(child, signal) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    if (isWindows) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It ended in between.
  }
}

/**
 * Runs `pnpm <args>` to its end and gives its exit code. SIGINT and SIGTERM stop it; the result is then `'stopped'`.
 *
 * @param {readonly string[]} args
 * @returns {Promise<number | 'stopped'>}
 */
export function runPnpm(args) {
  return new Promise((resolve, reject) => {
    const child = startPnpm(args);
    let isStopped = false;
    /** @param {NodeJS.Signals} signal */
    const stop = (signal) => {
      isStopped = true;
      stopGroup(child, signal);
      setTimeout(() => stopGroup(child, 'SIGKILL'), 5000).unref();
    };
    const settle = () => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    child.once('error', (error) => {
      settle();
      reject(
        new Error(`npx could not be started (${error.message}). Install npm together with Node.js.`, { cause: error }),
      );
    });
    child.once('close', (code) => {
      settle();
      resolve(isStopped ? 'stopped' : (code ?? 1));
    });
  });
}

/**
 * Installs what is missing and builds the named packages (all when none is named) with everything they depend on.
 *
 * @param {readonly string[]} [names]
 */
export function build(names = []) {
  const filters = names.map((name) => `--filter=${name}`);
  return runPnpm(['exec', 'turbo', 'run', 'build', '--output-logs=errors-only', ...filters]);
}
