// Two commits side by side in worktrees of a temporary folder. The developer's tree is only read; whatever happens, the worktrees
// are gone afterwards.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Something that the person who compares can put right. */
export class CompareError extends Error {
  override readonly name = 'CompareError';
}

/** One of the two. */
export interface Checkout {
  readonly name: 'base' | 'head';
  readonly commit: string;
  readonly folder: string;
}

async function git(folder: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('git', ['-C', folder, ...args], { maxBuffer: 1 << 24 });
  return stdout.trim();
}

/** @throws CompareError for what is no commit of the repository. */
async function commitOf(repository: string, name: string): Promise<string> {
  try {
    return await git(repository, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`);
  } catch {
    throw new CompareError(`"${name}" is no commit of this repository; name a branch, a tag or a hash`);
  }
}

/** Checks both commits out, calls `use`, and removes them again; also when the process is told to stop meanwhile. */
export async function withCheckouts<T>(
  repository: string,
  base: string,
  head: string,
  use: (checkouts: readonly [Checkout, Checkout]) => Promise<T>,
): Promise<T> {
  const commits = { base: await commitOf(repository, base), head: await commitOf(repository, head) };
  const parent = await mkdtemp(path.join(tmpdir(), 'ichor-compare-'));
  const checkouts = (['base', 'head'] as const).map((name) => ({
    name,
    commit: commits[name],
    folder: path.join(parent, name),
  })) as [Checkout, Checkout];
  let stop: NodeJS.SignalsListener = () => undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = (signal) => reject(new CompareError(`stopped by ${signal}`));
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  try {
    const work = async (): Promise<T> => {
      for (const { folder, commit } of checkouts) await git(repository, 'worktree', 'add', '--detach', folder, commit);
      return use(checkouts);
    };
    return await Promise.race([work(), stopped]);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
    for (const { folder } of checkouts)
      await git(repository, 'worktree', 'remove', '--force', folder).catch(() => undefined);
    await rm(parent, { recursive: true, force: true });
    await git(repository, 'worktree', 'prune');
  }
}
