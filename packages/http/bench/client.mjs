// Requests per second of the client beside bare undici with the same pool, against one server (Linux).
// Usage: node client.mjs [rounds] [seconds]. The server runs on core 1, the clients on core 0, in turn and in fresh processes.
// Build the package first.

import { execFileSync, spawn } from 'node:child_process';
import http from 'node:http';
import { Agent } from 'undici';
import { DependencyManager, required } from '@ichor/core';
import { HttpClient, HttpClientService, HttpHost, HttpHostService, text } from '@ichor/http';

const connections = 32;
const [role = '3', second = '4', third] = process.argv.slice(2);
if (role === 'serve') await serve(second);
else if (role === 'client') await client(second, third, Number(process.argv[5]));
else await compare(Number(role), Number(second));

async function serve(kind) {
  if (kind === 'node:http') {
    const server = http.createServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 4 });
      response.end('pong');
    });
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
  const manager = new DependencyManager();
  manager.register(HttpHostService, { options: { address: '127.0.0.1', port: 0 } });
  manager.register(Pong);
  await manager.run();
}

async function client(kind, url, seconds) {
  const ask = kind === 'undici' ? bare(url) : await ours(url);
  await run(ask, 1);
  const before = process.cpuUsage();
  const requests = await run(ask, seconds);
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ rate: requests / seconds, cpu: (user + system) / requests }));
  process.exit();
}

function bare(url) {
  const agent = new Agent({ connections, pipelining: 1 });
  return async () => {
    const { body } = await agent.request({ origin: url, path: '/ping', method: 'GET' });
    return body.text();
  };
}

async function ours(url) {
  let asker;
  class Asker {
    static dependencies = { http: required(HttpClient) };
    constructor(deps) {
      asker = deps.http;
    }
  }
  const manager = new DependencyManager();
  manager.register(HttpClientService, { options: { baseUrl: url, connections } });
  manager.register(Asker);
  void manager.run();
  await manager.started();
  return async () => (await asker.get('/ping')).text();
}

async function run(ask, seconds) {
  const end = performance.now() + seconds * 1000;
  let requests = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) {
        if ((await ask()) !== 'pong') throw new Error('Wrong answer.');
        requests++;
      }
    }),
  );
  return requests;
}

async function compare(rounds, seconds) {
  const file = process.argv[1];
  for (const host of ['ichor', 'node:http']) {
    const server = spawn('taskset', ['-c', '1', process.execPath, file, 'serve', host], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const port = await new Promise((resolve) => server.stdout.once('data', (data) => resolve(Number(data))));
    const results = { ichor: [], undici: [] };
    for (let round = 0; round < rounds; round++) {
      for (const kind of round % 2 === 0 ? ['ichor', 'undici'] : ['undici', 'ichor']) {
        const command = [
          '-c',
          '0',
          process.execPath,
          file,
          'client',
          kind,
          `http://127.0.0.1:${port}`,
          String(seconds),
        ];
        results[kind].push(JSON.parse(execFileSync('taskset', command, { encoding: 'utf8' })));
      }
    }
    server.kill('SIGKILL');
    const [rate, cpu] = ['rate', 'cpu'].map((key) =>
      Object.keys(results).map((kind) => median(results[kind].map((one) => one[key]))),
    );
    console.log(
      `against ${host}: ichor ${rate[0].toFixed(0)} req/s (${cpu[0].toFixed(1)} CPU us), undici ${rate[1].toFixed(0)} ` +
        `(${cpu[1].toFixed(1)}): ${(rate[0] / rate[1]).toFixed(2)} x`,
    );
  }
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
