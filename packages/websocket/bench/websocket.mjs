// Echo, broadcast and memory beside bare ws, interleaved, each in a fresh server process: rate, CPU time of the server per
// message, bytes per idle connection; backpressure and heartbeat of ours are on, as they are by default. Build first, then:
// node packages/websocket/bench/websocket.mjs [rounds] [part of the name of the scenarios]

import { fork } from 'node:child_process';
import { WebSocket } from 'ws';

const rounds = Number(process.argv[2] ?? 3);
const wanted = process.argv[3] ?? '';
const payload = 'twenty bytes of text';

async function serverOf(kind, mode) {
  const child = fork(new URL('server.mjs', import.meta.url), [kind, mode], { execArgv: ['--expose-gc'] });
  const answer = () => new Promise((resolve) => child.once('message', resolve));
  const ready = answer();
  const { port } = await ready;
  return {
    url: `ws://127.0.0.1:${port}`,
    measure() {
      const measured = answer();
      child.send('measure');
      return measured;
    },
    broadcast: (count) => child.send({ broadcasts: count }),
    end: () => child.send('end'),
  };
}

async function connect(url, count) {
  const sockets = [];
  while (sockets.length < count) {
    const batch = Array.from({ length: Math.min(100, count - sockets.length) }, () => {
      const socket = new WebSocket(url, { perMessageDeflate: false });
      return new Promise((resolve, reject) => socket.once('open', () => resolve(socket)).once('error', reject));
    });
    sockets.push(...(await Promise.all(batch)));
  }
  return sockets;
}

/** `count` messages over 32 connections, so many outstanding on each. */
function echo(sockets, count, outstanding) {
  return new Promise((resolve) => {
    let sent = 0;
    let received = 0;
    for (const socket of sockets) {
      socket.removeAllListeners('message');
      socket.on('message', () => {
        if (++received === count) resolve();
        else if (sent < count) {
          sent++;
          socket.send(payload);
        }
      });
      for (let i = 0; i < outstanding; i++) {
        sent++;
        socket.send(payload);
      }
    }
  });
}

/** Broadcasts of 10 at a time; the next ones when all receivers have the last. */
function broadcasts(server, sockets, count) {
  return new Promise((resolve) => {
    const total = count * sockets.length;
    let received = 0;
    for (const socket of sockets) {
      socket.removeAllListeners('message');
      socket.on('message', () => {
        received++;
        if (received === total) resolve();
        else if (received % (10 * sockets.length) === 0) server.broadcast(10);
      });
    }
    server.broadcast(10);
  });
}

async function timed(server, run, count) {
  const before = await server.measure();
  const begin = performance.now();
  await run();
  const ms = performance.now() - begin;
  const after = await server.measure();
  return { rate: (count / ms) * 1000, cpuUs: (after.cpuUs - before.cpuUs) / count };
}

const scenarios = {
  'echo, 32 connections, 1 outstanding': async (kind) => {
    const server = await serverOf(kind, 'echo');
    const sockets = await connect(server.url, 32);
    await echo(sockets, 40_000, 1);
    const result = await timed(server, () => echo(sockets, 150_000, 1), 150_000);
    for (const socket of sockets) socket.terminate();
    server.end();
    return result;
  },
  'echo, 32 connections, 16 outstanding': async (kind) => {
    const server = await serverOf(kind, 'echo');
    const sockets = await connect(server.url, 32);
    await echo(sockets, 40_000, 16);
    const result = await timed(server, () => echo(sockets, 200_000, 16), 200_000);
    for (const socket of sockets) socket.terminate();
    server.end();
    return result;
  },
  'broadcast to 200': async (kind) => {
    const server = await serverOf(kind, 'broadcast');
    const sockets = await connect(server.url, 200);
    await broadcasts(server, sockets, 200);
    const result = await timed(server, () => broadcasts(server, sockets, 1000), 200_000);
    for (const socket of sockets) socket.terminate();
    server.end();
    return result;
  },
  '3000 idle connections': async (kind) => {
    const server = await serverOf(kind, 'echo');
    const first = await connect(server.url, 200);
    const before = await server.measure();
    const sockets = await connect(server.url, 3000);
    const after = await server.measure();
    for (const socket of [...first, ...sockets]) socket.terminate();
    server.end();
    return {
      heapBytes: (after.heapBytes - before.heapBytes) / 3000,
      rssBytes: (after.rssBytes - before.rssBytes) / 3000,
    };
  },
};

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

console.log(`node ${process.version}, ${rounds} rounds, medians`);
for (const [name, run] of Object.entries(scenarios)) {
  if (!name.includes(wanted)) continue;
  const results = { ws: [], ichor: [] };
  for (let round = 0; round < rounds; round++)
    for (const kind of round % 2 === 0 ? ['ws', 'ichor'] : ['ichor', 'ws']) results[kind].push(await run(kind));
  console.log(name);
  for (const figure of Object.keys(results.ws[0])) {
    const [ws, ichor] = ['ws', 'ichor'].map((kind) => median(results[kind].map((result) => result[figure])));
    console.log(
      `  ${figure.padEnd(10)} ws ${ws.toFixed(figure === 'cpuUs' ? 2 : 0).padStart(8)}  ichor ${ichor.toFixed(figure === 'cpuUs' ? 2 : 0).padStart(8)}  ratio ${(ichor / ws).toFixed(2)}`,
    );
  }
}
