// Runs pnpm, at the version pinned in package.json, through npx: the one way in which scripts reach the workspace's tools
// on a machine that has only Node and npm.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { packageManager, root } from './workspace.mjs';

const isWindows = process.platform === 'win32';

/**
 * Starts `pnpm <args>` in a process group of its own (where the system has them), so that a signal reaches everything
 * that it starts.
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
 * Sends `signal` to a process started by {@link startPnpm} and to all it has started. False when nothing of it is left.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals | 0} signal
 */
function signalGroup(child, signal) {
  if (child.pid === undefined) return false;
  try {
    return isWindows ? child.kill(signal) : process.kill(-child.pid, signal);
  } catch {
    return false;
  }
}

/** Waits until nothing of the group is left; what is still there after five seconds is killed. */
async function whenGroupEnded(/** @type {import('node:child_process').ChildProcess} */ child) {
  for (let waited = 0; waited < 10_000 && signalGroup(child, waited < 5000 ? 0 : 'SIGKILL'); waited += 20)
    await setTimeout(20);
}

/**
 * Runs `pnpm <args>` to its end and gives its exit code. SIGINT and SIGTERM stop it and everything it has started; the
 * result is then `'stopped'`.
 *
 * @param {readonly string[]} args
 * @returns {Promise<number | 'stopped'>}
 */
export async function runPnpm(args) {
  const child = startPnpm(args);
  let isStopped = false;
  /** @param {NodeJS.Signals} signal */
  const stop = (signal) => {
    isStopped = true;
    signalGroup(child, signal);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    const [code] = await once(child, 'close');
    if (isStopped) await whenGroupEnded(child);
    return isStopped ? 'stopped' : (code ?? 1);
  } catch (error) {
    throw new Error('npx could not be started. Install npm together with Node.js.', { cause: error });
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
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
