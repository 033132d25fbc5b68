// Makes a checkout runnable: the dependencies of the measured programs, then their build.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { CompareError, type Checkout } from './worktrees.ts';

const run = promisify(execFile);

/** @throws CompareError with the output of what failed. */
export async function prepareCheckout({ name, folder }: Checkout): Promise<string> {
  const { packageManager } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    packageManager: string;
  };
  const inFolder = async (program: string, ...args: string[]): Promise<void> => {
    try {
      await run(program, args, { cwd: folder, maxBuffer: 1 << 24 });
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      const output = `${stdout}${stderr}`.trim();
      throw new CompareError(`${name} could not be built: ${program} ${args.join(' ')}\n${output}`, { cause: error });
    }
  };
  const only = ['--filter', '.', '--filter', 'benchmarks...'];
  const install = ['install', '--frozen-lockfile', '--prefer-offline', '--ignore-scripts', ...only];
  await inFolder('npx', '-y', '--prefer-offline', packageManager, ...install);
  const tsc = path.join(folder, 'node_modules/typescript/bin/tsc');
  await inFolder(process.execPath, tsc, '-b', 'apps/benchmarks/tsconfig.build.json');
  return path.join(folder, 'apps/benchmarks/dist/main.js');
}
