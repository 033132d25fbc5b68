// RB-70…71: POST /ping to pong in a process of its own, over a few connections that are kept alive. The driver is this thread and
// the rate is that of both together; harnesses with `wrk` measure the server alone.

import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { pingRequest, usualHeaders, varyingBody } from '../ping-request.ts';
import type { Scenario } from '../scenario.ts';
import { startServer } from '../server-process.ts';

/** The built program; seen from dist/ and from src/ alike. */
const pongEntry = fileURLToPath(new URL('../../../pong/dist/main.js', import.meta.url));

const connections = 32;

type Facts = Record<'answered' | 'wrong', number>;

/** What a connection sends as its request number so and so, and what it has to get back. */
interface Exchange {
  readonly request: string;
  readonly answer: string;
}

export const http: Scenario = {
  name: 'http',
  summary: `N requests to pong in a child process, over ${connections} connections; varying: other numbers, eight more headers`,
  variants: ['ping', 'varying'],
  unit: 'requests/s',
  defaultCount: () => 200_000,

  async run({ count, variant }) {
    const facts: Facts = { answered: 0, wrong: 0 };
    const exchangeOf = variant === 'varying' ? varying : same;
    const pong = await startServer([process.execPath, pongEntry, '--port', '0', '--silent']);
    try {
      const began = performance.now();
      await Promise.all(shares(count).map((share) => drive(pong.port, share, exchangeOf, facts)));
      return { facts, seconds: (performance.now() - began) / 1000, server: pong.usage() };
    } finally {
      await pong.end();
    }
  },
};

/** How many requests each connection sends. */
function shares(count: number): number[] {
  const length = Math.min(connections, count);
  return Array.from({ length }, (_, index) => Math.floor(count / length) + (index < count % length ? 1 : 0));
}

const ping: Exchange = { request: pingRequest('{"sequence": 2}'), answer: '\r\n\r\n{"sequence":2}' };
const same = (): Exchange => ping;
const varying = (index: number): Exchange => {
  const body = varyingBody(index);
  return { request: pingRequest(body, usualHeaders), answer: `\r\n\r\n${body.replace(' ', '')}` };
};

/** Sends one request after another on one connection, and compares each answer. */
function drive(port: number, count: number, exchangeOf: (index: number) => Exchange, facts: Facts): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let index = 0;
    let current = exchangeOf(index);
    let text = '';
    socket.setEncoding('latin1');
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`pong closed a connection after ${index} of ${count} requests`)));
    socket.on('connect', () => socket.write(current.request));
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (!text.endsWith('}')) return;
      facts.answered++;
      if (!text.startsWith('HTTP/1.1 200 ') || !text.endsWith(current.answer)) facts.wrong++;
      text = '';
      if (++index === count) {
        socket.end();
        resolve();
        return;
      }
      current = exchangeOf(index);
      socket.write(current.request);
    });
  });
}
