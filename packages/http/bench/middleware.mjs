// What middleware costs: GET / with none, with one hook, or with ten, each in a fresh process, in turn.
// Usage: node middleware.mjs [rounds] [seconds]. Prints the medians. Build the package first.

import { DependencyManager, required } from '@ichor/core';
import { HttpHost, HttpHostService, text } from '@ichor/http';
import { median, startPong } from './pong-servers.mjs';
import { load, measured } from './wrk.mjs';

const after = { after: () => undefined };
const kinds = {
  none: [],
  after: [after],
  around: [(_request, next) => next()],
  ten: Array.from({ length: 10 }, () => ({ ...after })),
};

const [role = '3', second = '3'] = process.argv.slice(2);
if (role === 'serve') await serve(kinds[second]);
else await compare(Number(role), Number(second));

async function serve(layers) {
  class Site {
    static dependencies = { host: required(HttpHost) };
    constructor({ host }) {
      for (const middleware of layers) host.use(middleware);
      host.get('/', () => text('hello'));
      console.log(host.address.port);
    }
  }
  const manager = new DependencyManager();
  manager.register(HttpHostService, { options: { address: '127.0.0.1', port: 0 } });
  manager.register(Site);
  await manager.run({ signals: ['SIGTERM'] });
}

async function compare(rounds, seconds) {
  const names = Object.keys(kinds);
  const results = Object.fromEntries(names.map((name) => [name, { rate: [], cpu: [] }]));
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const { server, port } = await startPong(process.argv[1], name, 0);
      const url = `http://127.0.0.1:${port}/`;
      load(url, 1);
      const { requests, cpuUs } = measured(server.pid, () => load(url, seconds));
      results[name].rate.push(requests / seconds);
      results[name].cpu.push(cpuUs / requests);
      server.kill('SIGKILL');
    }
  }
  for (const [name, { rate, cpu }] of Object.entries(results))
    console.log(`${name.padEnd(7)} ${median(rate).toFixed(0)} req/s, ${median(cpu).toFixed(2)} CPU us per request`);
}
