// Starts a built program as a process of its own and listens to what it says.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const mainFile = fileURLToPath(new URL('../dist/main.js', import.meta.url));
export const pingFile = fileURLToPath(new URL('../dist/ping.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that runs, or has ended. */
export class RunningProgram implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  output = '';
  errors = '';

  constructor(
    command: string,
    args: readonly string[],
    options: { env?: NodeJS.ProcessEnv; cwd?: string; detached?: boolean } = {},
  ) {
    this.child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    this.ended = once(this.child, 'close').then(([code, signal]) => ({ code, signal }));
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Waits until the output matches, and returns the match. Fails when the program ends before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    let hasEnded = false;
    void this.ended.then(() => (hasEnded = true));
    for (;;) {
      const match = pattern.exec(this.output);
      if (match !== null) return match;
      if (hasEnded) throw new Error(`ended without saying ${pattern}:\n${this.output}\n${this.errors}`);
      await Promise.race([once(this.child.stdout as NodeJS.ReadableStream, 'data'), this.ended]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** Starts pong on a free port. */
export async function startPong(...args: readonly string[]): Promise<RunningProgram & { readonly port: number }> {
  const pong = new RunningProgram(process.execPath, [mainFile, '--port', '0', ...args]);
  const [, port] = await pong.says(/started! http:\/\/[^\s]*:(\d+)/);
  return Object.assign(pong, { port: Number(port) });
}
