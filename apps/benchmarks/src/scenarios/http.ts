// RB-70…71: POST /ping to pong in a process of its own, over a few connections that are kept alive. The driver is this thread and
// the rate is that of both together; harnesses with `wrk` measure the server alone.

import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Scenario } from '../scenario.ts';
import { startServer } from '../server-process.ts';

/** The built program; seen from dist/ and from src/ alike. */
const pongEntry = fileURLToPath(new URL('../../../pong/dist/main.js', import.meta.url));

const connections = 32;

/** The headers that a browser sends beside those of the message. */
const usualHeaders = [
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)',
  'Accept: application/json, text/plain, */*',
  'Accept-Language: en-GB,en;q=0.9,de;q=0.7',
  'Accept-Encoding: gzip, deflate, br',
  'Origin: http://127.0.0.1',
  'Referer: http://127.0.0.1/',
  'Cookie: session=6f1c2a9be0d74c55; theme=dark',
  'Cache-Control: no-cache',
].map((line) => `${line}\r\n`);

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

const ping = exchange('{"sequence": 2}', '{"sequence":2}', []);
const same = (): Exchange => ping;
const varying = (index: number): Exchange =>
  exchange(`{"sequence": ${index * 7919}}`, `{"sequence":${index * 7919}}`, usualHeaders);

function exchange(body: string, answer: string, headers: readonly string[]): Exchange {
  const head = `POST /ping HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers.join('')}`;
  const request = `${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  return { request, answer: `\r\n\r\n${answer}` };
}

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
