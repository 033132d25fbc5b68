// ping: sends POST /ping every 10 ms and prints each round trip, then a summary (RB-72).

import { DependencyManager } from '@ichor/core';
import { HttpClientService } from '@ichor/http';
import { TimerService } from '@ichor/timers';
import { readFlags, wholeNumber } from './command-line.ts';
import { PingService } from './ping-service.ts';

const usage = `Usage: ping [--address A] [--port P] [--count N] [--help]

  --address A   address of pong (127.0.0.1)
  --port P      port of pong (the PORT variable, else 8001)
  --count N     stop after N round trips (until Ctrl-C)
  --help        show this`;

const flags = readFlags(
  {
    address: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string' },
    count: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
  usage,
);
const port = wholeNumber('--port', flags.port ?? process.env['PORT'] ?? '8001', 1, 65_535, usage);
const count =
  flags.count === undefined ? Number.POSITIVE_INFINITY : wholeNumber('--count', flags.count, 1, 2 ** 53 - 1, usage);

const manager = new DependencyManager({ name: 'ping' });
manager.register(HttpClientService);
manager.register(TimerService);
manager.register(PingService, { options: { address: flags.address, port, count } });

try {
  await manager.run({ signals: ['SIGINT', 'SIGTERM'] });
} catch (error) {
  console.error(`ping: ${(error as Error).message}`);
  process.exitCode = 1;
}
