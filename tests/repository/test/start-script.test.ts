// `npm start` and its siblings as processes: signals end the program in order and leave nothing behind, arguments and PORT arrive.
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';
import { packageManager, root } from '../../../scripts/lib/workspace.mjs';

const started: ChildProcess[] = [];
/** In the environment of everything that a test starts, by which what is left of it is found again. */
const mark = `ICHOR_MARK=${randomUUID()}`;

/** Starts a command in a process group of its own, as a shell does. */
function start(command: string, args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(command, args, {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ICHOR_MARK: mark.slice('ICHOR_MARK='.length), ...env },
  });
  started.push(child);
  return child;
}

/** The first line of its output that matches. */
async function line(child: ChildProcess, pattern: RegExp): Promise<string> {
  const seen: string[] = [];
  for await (const text of createInterface({ input: child.stdout! })) {
    if (pattern.test(text)) {
      child.stdout!.resume();
      return text;
    }
    seen.push(text);
  }
  throw new Error(`ended without ${pattern}:\n${seen.join('\n')}`);
}

async function url(child: ChildProcess): Promise<string> {
  return /http:\/\/[^ ]+/.exec(await line(child, /started! http/))![0];
}

/** Process ids of what was started and still runs, in whatever group. */
function left(): number[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => environment(pid).includes(mark));
}

function environment(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

afterEach(() => {
  for (const { pid } of started.splice(0)) {
    try {
      process.kill(-pid!, 'SIGKILL');
    } catch {
      // It has ended, as it should.
    }
  }
});

describe.skipIf(process.platform === 'win32')('npm start', () => {
  describe.each(['SIGTERM', 'SIGINT'] as const)('on %s', (signal) => {
    test.each(['pid', 'group'])(
      'to its %s ends with exit code 0 and leaves nothing running or listening',
      async (target) => {
        const npm = start('npm', ['start', '--', '--port', '0']);
        const address = await url(npm);
        const body = JSON.stringify({ sequence: 3 });
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(`${address}/ping`, { method: 'POST', body, headers });
        expect(await answer.json()).toEqual({ sequence: 3 });

        const ended = once(npm, 'close');
        process.kill(target === 'pid' ? npm.pid! : -npm.pid!, signal);
        expect(await ended).toEqual([0, null]);
        expect(left()).toEqual([]);
        await expect(fetch(address)).rejects.toThrow('fetch failed');
      },
    );
  });

  test('stopped while it builds ends with exit code 0 and leaves nothing running', async () => {
    const npm = start('npm', ['start', '--', '--port', '0']);
    await line(npm, /Packages in scope/);
    const ended = once(npm, 'close');
    process.kill(npm.pid!, 'SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(left()).toEqual([]);
  });

  test('passes the exit code of the program on', async () => {
    expect(await once(start('npm', ['start', '--', '--nonsense']), 'close')).toEqual([2, null]);
  });
});

test.skipIf(process.platform === 'win32')('turbo passes PORT to the app', async () => {
  const turbo = start(
    'npx',
    ['-y', '--prefer-offline', packageManager, 'exec', 'turbo', 'run', 'start', '--filter=pong'],
    { PORT: '0' },
  );
  const address = await url(turbo);
  expect(left().length === 0).toBe(!existsSync('/proc/self/environ'));
  expect(new URL(address).port).not.toBe('8001');
  process.kill(-turbo.pid!, 'SIGTERM');
  await once(turbo, 'close');
  await expect(fetch(address)).rejects.toThrow('fetch failed');
});
