// What the benchmarks ask: GET /ping answered "pong" by node:http, node:https or this host, each in a process of its own on one core.

import { spawn } from 'node:child_process';
import http from 'node:http';
import https from 'node:https';
import { DependencyManager, required } from '@ichor/core';
import { HttpHost, HttpHostService, text } from '@ichor/http';

/** Serves as `kind`: `node` or an engine of this host; over TLS with a certificate. Prints the port. */
export async function servePong(kind, tls) {
  if (kind === 'node') {
    const answer = (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': 4 });
      response.end('pong');
    };
    const server = tls === undefined ? http.createServer(answer) : https.createServer(tls, answer);
    server.listen(0, '127.0.0.1', () => console.log(server.address().port));
    return;
  }
  class Pong {
    static dependencies = { host: required(HttpHost) };
    constructor({ host }) {
      host.get('/ping', () => text('pong'));
      console.log(host.address.port);
    }
  }
  const options = { address: '127.0.0.1', port: 0, engine: kind, ...(tls === undefined ? {} : { tls }) };
  const manager = new DependencyManager();
  manager.register(HttpHostService, { options });
  manager.register(Pong);
  await manager.run({ signals: ['SIGTERM'] });
}

/** Runs `program serve kind` on one core; resolves with its process and port. */
export async function startPong(program, kind, core) {
  const server = spawn('taskset', ['-c', String(core), process.execPath, program, 'serve', kind], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise((resolve) => server.stdout.once('data', (data) => resolve(Number(data))));
  return { server, port };
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
