// Runs one rival server until it is told to end: `node server-program.js <name>`. Prints where it listens.

import { servers } from './servers.ts';

const name = process.argv[2] ?? '';
const load = Object.hasOwn(servers, name) ? servers[name] : undefined;
if (load === undefined) {
  console.error(`usage: server-program <name>; received ${name}; allowed: ${Object.keys(servers).join(', ')}`);
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));
const { serve } = await load();
console.log(`listening ${await serve()}`);
