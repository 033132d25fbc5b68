// RB-70…71: POST /ping to pong in a process of its own, over a few connections that are kept alive. The driver is this thread and
// the rate is that of both together; harnesses with `wrk` measure the server alone.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Scenario } from '../scenario.ts';

/** The built program; seen from dist/ and from src/ alike. */
const pongEntry = fileURLToPath(new URL('../../../pong/dist/main.js', import.meta.url));

const connections = 32;
const body = '{"sequence": 2}';
const request = `POST /ping HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

type Facts = Record<'answered' | 'wrong', number>;

export const http: Scenario = {
  name: 'http',
  summary: `N requests to pong in a child process, over ${connections} connections`,
  variants: ['ping'],
  unit: 'requests/s',
  defaultCount: () => 200_000,

  async run({ count }) {
    const facts: Facts = { answered: 0, wrong: 0 };
    const pong = spawn(process.execPath, [pongEntry, '--port', '0', '--silent'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(pong, 'exit');
    try {
      const port = await listening(pong.stdout);
      const began = performance.now();
      await Promise.all(shares(count).map((share) => drive(port, share, facts)));
      return { facts, seconds: (performance.now() - began) / 1000 };
    } finally {
      pong.kill('SIGTERM');
      await ended;
    }
  },
};

/** How many requests each connection sends. */
function shares(count: number): number[] {
  const length = Math.min(connections, count);
  return Array.from({ length }, (_, index) => Math.floor(count / length) + (index < count % length ? 1 : 0));
}

async function listening(output: NodeJS.ReadableStream): Promise<number> {
  for await (const line of createInterface({ input: output })) {
    const port = /^started! .*:(\d+)$/.exec(line)?.[1];
    if (port === undefined) continue;
    output.resume();
    return Number(port);
  }
  throw new Error('pong ended before it listened');
}

/** Sends one request after another on one connection. Every answer of pong to this request has the same length. */
function drive(port: number, count: number, facts: Facts): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let left = count;
    let text = '';
    socket.setEncoding('latin1');
    socket.on('error', reject);
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (!text.endsWith('}')) return;
      facts.answered++;
      if (!text.startsWith('HTTP/1.1 200 ') || !text.endsWith('\r\n\r\n{"sequence":2}')) facts.wrong++;
      text = '';
      if (--left > 0) socket.write(request);
      else socket.end(resolve);
    });
  });
}
