// Where and on what a measurement was made: it is stored with every result.

import { execFileSync } from 'node:child_process';
import { arch, cpus, release, totalmem, type } from 'node:os';
import { isPinned } from './load/pinning.ts';
import { hasProgram } from './load/programs-at-hand.ts';

export interface Environment {
  readonly at: string;
  readonly node: string;
  readonly commit: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  /** What loads the servers. */
  readonly load: string;
  /** Whether servers and load ran on processors of their own. */
  readonly isPinned: boolean;
}

export function environment(hasOwnLoad = false): Environment {
  const processors = cpus();
  return {
    at: new Date().toISOString(),
    node: process.version,
    commit: commit(),
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
    system: `${type()} ${release()} ${arch()}`,
    load: hasProgram('wrk') && !hasOwnLoad ? 'wrk' : 'own generator',
    isPinned,
  };
}

/** Results are no part of what was measured. */
function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, {
        cwd: new URL('.', import.meta.url),
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    const top = git('rev-parse', '--show-toplevel');
    const changes = git(
      '-C',
      top,
      'status',
      '--porcelain',
      '--',
      ':!benchmarks/results',
      ':!benchmarks/report',
      ':!*.md',
    );
    return git('rev-parse', 'HEAD') + (changes === '' ? '' : ' with changes');
  } catch {
    return 'unknown';
  }
}
