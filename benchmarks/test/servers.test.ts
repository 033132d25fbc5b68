// Rival servers as processes: they answer what pong answers, and what the WebSocket server of apps/benchmarks does.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { startServer, type ServerProcess } from 'benchmarks/server-process';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { httpContestants, webSocketContestants, type ServerContestant } from '../src/load/contestants.ts';
import { programs } from '../src/programs.ts';

async function using({ command }: ServerContestant, use: (server: ServerProcess) => Promise<void>): Promise<void> {
  const server = await startServer(command);
  try {
    await use(server);
  } finally {
    await server.end();
  }
}

const post = (port: number, body: string) =>
  fetch(`http://127.0.0.1:${port}/ping`, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });

test.each(httpContestants)('$name answers the sequence it was sent (RB-70)', async (contestant) => {
  // The floor reads nothing: it has one answer.
  const sequences = contestant.name === 'raw node:net' ? [2] : [2, 0, 7919];
  await using(contestant, async ({ port }) => {
    for (const sequence of sequences) {
      const response = await post(port, JSON.stringify({ sequence, note: 'x'.repeat(100) }));
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
      expect(await response.json()).toEqual({ sequence });
    }
  });
});

test.each(webSocketContestants)('$name echoes and broadcasts', async (contestant) => {
  await using(contestant, async ({ port }) => {
    const open = async (path: string): Promise<WebSocket> => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
      await once(socket, 'open');
      return socket;
    };
    const [echo, author, other] = await Promise.all(['/echo', '/broadcast', '/broadcast'].map(open));
    const received = [echo, author, other].map((socket) => once(socket!, 'message'));
    echo!.send('to myself');
    author!.send('to everybody');
    expect((await Promise.all(received)).map(([data]) => String(data))).toEqual([
      'to myself',
      'to everybody',
      'to everybody',
    ]);
    for (const socket of [echo, author, other]) socket!.terminate();
  });
});

test('the program refuses a server that does not exist', () => {
  const { stderr, status } = spawnSync(process.execPath, [programs.server, 'nobody'], { encoding: 'utf8' });
  expect(stderr).toContain('received nobody; allowed: raw node:net, node:http, Fastify, Hono, Express, ws');
  expect(status).toBe(2);
});
