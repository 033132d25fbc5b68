// Messages of 20 bytes to a server in a process of its own: echoed, or broadcast to everybody. The driver is this thread and the
// rate is that of both together; harnesses with a lighter client measure the server alone.

import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import type { Scenario } from '../scenario.ts';
import { startServer } from '../server-process.ts';

/** The built program; seen from dist/ and from src/ alike. */
const serverEntry = fileURLToPath(new URL('../../dist/websocket-server.js', import.meta.url));

const connections = 32;
/** Broadcasts under way at once. */
const outstanding = 10;

type Facts = Record<'received' | 'wrong', number>;

export const websocket: Scenario = {
  name: 'websocket',
  summary: `N messages to a server in a child process: echo over ${connections} connections, broadcast to each of them`,
  variants: ['echo', 'broadcast'],
  unit: 'messages/s',
  defaultCount: (variant) => (variant === 'broadcast' ? 20_000 : 200_000),

  async run({ count, variant }) {
    const facts: Facts = { received: 0, wrong: 0 };
    const server = await startServer([process.execPath, serverEntry]);
    try {
      const sockets = await connected(`ws://127.0.0.1:${server.port}/${variant}`);
      const began = performance.now();
      await (variant === 'broadcast' ? broadcast : echo)(sockets, count, facts);
      const seconds = (performance.now() - began) / 1000;
      const used = server.usage();
      for (const socket of sockets) socket.terminate();
      return { facts, seconds, server: used };
    } finally {
      await server.end();
    }
  },
};

function connected(url: string): Promise<WebSocket[]> {
  return Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = new WebSocket(url, { perMessageDeflate: false });
      await once(socket, 'open');
      return socket;
    }),
  );
}

/** A message of 20 bytes that differs from its neighbours. */
function messageOf(index: number): string {
  return `message ${String(index).padStart(12, '0')}`;
}

/** One message under way on each connection; each has to come back as it was sent. */
function echo(sockets: readonly WebSocket[], count: number, facts: Facts): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    for (const socket of sockets) {
      let expected = '';
      const send = (): void => {
        if (sent === count) return;
        expected = messageOf(sent++);
        socket.send(expected);
      };
      socket.on('message', (data: Buffer) => {
        if (data.toString() !== expected) facts.wrong++;
        if (++facts.received === count) resolve();
        else send();
      });
      socket.on('close', () => reject(new Error(`a connection closed after ${facts.received} of ${count} messages`)));
      send();
    }
  });
}

/** The first connection sends; each one has to receive every message, in order. */
function broadcast(sockets: readonly WebSocket[], count: number, facts: Facts): Promise<void> {
  return new Promise((resolve, reject) => {
    const [author] = sockets;
    let sent = 0;
    const send = (): void => {
      if (sent < count) author?.send(messageOf(sent++));
    };
    for (const socket of sockets) {
      let next = 0;
      socket.on('message', (data: Buffer) => {
        if (data.toString() !== messageOf(next++)) facts.wrong++;
        facts.received++;
        if (facts.received === count * sockets.length) resolve();
        else if (facts.received % sockets.length === 0) send();
      });
      socket.on('close', () => reject(new Error(`a connection closed after ${facts.received} messages`)));
    }
    for (let i = 0; i < outstanding; i++) send();
  });
}
