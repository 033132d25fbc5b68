// Memory of a server per idle kept-alive connection. Usage: node idle.mjs <port> <connections> <pid of the server>.
// Opens the connections, sends one POST /ping on each, and compares the server's resident memory before and after (Linux).

import { readFileSync } from 'node:fs';
import net from 'node:net';

const [port, count, pid] = process.argv.slice(2).map(Number);
const request =
  'POST /ping HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{"sequence": 2}';

const residentBytes = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let errors = 0;
function open() {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(request));
    socket.once('data', () => resolve(socket));
    socket.once('error', () => {
      errors++;
      resolve(socket);
    });
  });
}

const before = residentBytes();
const sockets = [];
const begin = performance.now();
await Promise.all(
  Array.from({ length: 200 }, async () => {
    while (sockets.length < count) {
      const index = sockets.push(undefined) - 1;
      sockets[index] = await open();
    }
  }),
);
const openedMs = performance.now() - begin;
await pause(2000);
const each = (residentBytes() - before) / count;
console.log(`${count} connections in ${openedMs.toFixed(0)} ms, ${errors} errors, ${each.toFixed(0)} bytes each`);
process.exit();
