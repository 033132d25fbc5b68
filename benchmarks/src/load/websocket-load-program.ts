// Load on a WebSocket server: `node websocket-load-program.js <port> <echo|broadcast> <connections> <outstanding> <seconds>`.
// Frames are made and compared as bytes on node:net, because a client library would take more time than the server.
// Prints one line of JSON; operations are the messages that were received.

import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { RecordedLatency } from './recorded-latency.ts';

const [port, connectionCount, outstanding, seconds] = [2, 4, 5, 6].map((at) => Number(process.argv[at])) as [
  number,
  number,
  number,
  number,
];
const mode = process.argv[3] as 'echo' | 'broadcast';

const payload = Buffer.from('twenty bytes of text');
/** Text frame of a client, masked with zeros, so that the bytes stay as they are. */
const sent = Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
/** Text frame of a server. */
const expected = Buffer.concat([Buffer.from([0x81, payload.length]), payload]);

const latency = new RecordedLatency();
const errors: Record<string, number> = {};
let operations = 0;
let isOver = false;

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.on('error', reject);
    const key = randomBytes(16).toString('base64');
    socket.write(
      `GET /${mode} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
    let answer = '';
    const read = (chunk: Buffer): void => {
      answer += chunk.toString('latin1');
      if (!answer.includes('\r\n\r\n')) return;
      socket.off('data', read);
      if (answer.startsWith('HTTP/1.1 101 ')) resolve(socket);
      else reject(new Error(`not upgraded: ${answer}`));
    };
    socket.on('data', read);
  });
}

/** Calls `received` for every message; anything but the expected bytes is an error. */
function listen(socket: Socket, received: () => void): void {
  let at = 0;
  socket.on('data', (chunk: Buffer) => {
    for (const byte of chunk) {
      if (byte !== expected[at]) errors['wrong'] = (errors['wrong'] ?? 0) + 1;
      if (++at < expected.length) continue;
      at = 0;
      operations++;
      received();
    }
  });
  socket.on('close', () => {
    if (!isOver) errors['closed'] = (errors['closed'] ?? 0) + 1;
  });
}

function echo(socket: Socket): void {
  const sentAt: number[] = [];
  const send = (): void => {
    sentAt.push(performance.now());
    socket.write(sent);
  };
  listen(socket, () => {
    latency.record(performance.now() - (sentAt.shift() ?? 0));
    send();
  });
  for (let i = 0; i < outstanding; i++) send();
}

function broadcast(sockets: readonly Socket[]): void {
  const [author] = sockets;
  let received = 0;
  const sentAt: number[] = [];
  const send = (): void => {
    sentAt.push(performance.now());
    author?.write(sent);
  };
  for (const socket of sockets) {
    listen(socket, () => {
      if (++received % sockets.length !== 0) return;
      latency.record(performance.now() - (sentAt.shift() ?? 0));
      send();
    });
  }
  for (let i = 0; i < outstanding; i++) send();
}

const sockets = await Promise.all(Array.from({ length: connectionCount }, open));
const began = performance.now();
if (mode === 'echo') for (const socket of sockets) echo(socket);
else broadcast(sockets);
setTimeout(() => {
  const took = (performance.now() - began) / 1000;
  isOver = true;
  for (const socket of sockets) socket.destroy();
  console.log(JSON.stringify({ operations, seconds: took, latency: latency.read(), errors }));
}, seconds * 1000);
