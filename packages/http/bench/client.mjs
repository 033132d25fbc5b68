// Requests per second of the client beside bare undici with the same pool, against one server (Linux).
// Usage: node client.mjs [rounds] [seconds]. The server runs on core 1, the clients on core 0, in turn and in fresh processes.
// Build the package first.

import { execFileSync } from 'node:child_process';
import { Agent } from 'undici';
import { DependencyManager, required } from '@ichor/core';
import { HttpClient, HttpClientService } from '@ichor/http';
import { median, servePong, startPong } from './pong-servers.mjs';

const connections = 32;
const [role = '3', second = '4', third] = process.argv.slice(2);
if (role === 'serve') await servePong(second);
else if (role === 'client') await client(second, third, Number(process.argv[5]));
else await compare(Number(role), Number(second));

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
  for (const [host, kind] of [
    ['ichor', 'net'],
    ['node:http', 'node'],
  ]) {
    const { server, port } = await startPong(file, kind, 1);
    const results = { ichor: [], undici: [] };
    for (let round = 0; round < rounds; round++) {
      for (const asker of round % 2 === 0 ? ['ichor', 'undici'] : ['undici', 'ichor']) {
        const command = [
          '-c',
          '0',
          process.execPath,
          file,
          'client',
          asker,
          `http://127.0.0.1:${port}`,
          String(seconds),
        ];
        results[asker].push(JSON.parse(execFileSync('taskset', command, { encoding: 'utf8' })));
      }
    }
    server.kill('SIGKILL');
    const [rate, cpu] = ['rate', 'cpu'].map((key) =>
      Object.keys(results).map((asker) => median(results[asker].map((one) => one[key]))),
    );
    console.log(
      `against ${host}: ichor ${rate[0].toFixed(0)} req/s (${cpu[0].toFixed(1)} CPU us), undici ${rate[1].toFixed(0)} ` +
        `(${cpu[1].toFixed(1)}): ${(rate[0] / rate[1]).toFixed(2)} x`,
    );
  }
}
