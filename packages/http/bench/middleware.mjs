// What middleware costs: GET / with none, with one hook, or with ten. Usage: node middleware.mjs <port> <none|after|around|ten>.
// Build the package first.

import { DependencyManager, required } from '@ichor/core';
import { HttpHost, HttpHostService, text } from '@ichor/http';

const after = { after: () => undefined };
const kinds = {
  none: [],
  after: [after],
  around: [(_request, next) => next()],
  ten: Array.from({ length: 10 }, () => ({ ...after })),
};

class Site {
  static dependencies = { host: required(HttpHost) };
  constructor({ host }) {
    for (const middleware of kinds[process.argv[3] ?? 'none']) host.use(middleware);
    host.get('/', () => text('hello'));
  }
}

const manager = new DependencyManager();
manager.register(HttpHostService, { options: { address: '127.0.0.1', port: Number(process.argv[2]), backlog: 4096 } });
manager.register(Site);
await manager.run({ signals: ['SIGINT', 'SIGTERM'] });
