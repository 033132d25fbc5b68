// pong: POST /ping on HTTP and /ws on WebSocket. Composition only; the work is done by PongService and PongSocketService.

import { DependencyManager, type LogThreshold } from '@ichor/core';
import { HttpHostService } from '@ichor/http';
import { FrameworkLoggerService, LoggerFactory, NullSink } from '@ichor/logging';
import { WebSocketHostService } from '@ichor/websocket';
import { Announcement } from './announcement.ts';
import { readFlags, wholeNumber } from './command-line.ts';
import { PongService } from './pong-service.ts';
import { PongSocketService } from './pong-socket-service.ts';

const usage = `Usage: pong [--address A] [--port P] [--silent] [-v]... [--help]

  --address A   address to listen on (127.0.0.1)
  --port P      port to listen on, 0 for any free one (the PORT variable, else 8001)
  --silent      log nothing
  -v            log more: warnings, -vv information, -vvv debug, -vvvv trace (errors)
  --help        show this`;

const flags = readFlags(
  {
    address: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string' },
    silent: { type: 'boolean', short: 's', default: false },
    verbose: { type: 'boolean', short: 'v', multiple: true, default: [] },
    help: { type: 'boolean', short: 'h', default: false },
  },
  usage,
);
const port =
  flags.port === undefined
    ? wholeNumber('PORT', process.env['PORT'] ?? '8001', 0, 65_535, usage)
    : wholeNumber('--port', flags.port, 0, 65_535, usage);
const levels: readonly LogThreshold[] = ['error', 'warn', 'info', 'debug', 'trace'];
const level = flags.silent ? 'silent' : (levels[Math.min(flags.verbose.length, 4)] as LogThreshold);
const startedAt = performance.now();

const manager = new DependencyManager({ name: 'pong' });
// Failures end up in the catch below; the framework's own log is for those who ask for it.
manager.register(FrameworkLoggerService, { options: { level: level === 'error' ? 'silent' : level } });
manager.register(LoggerFactory, { options: { level, ...(flags.silent ? { sinks: [new NullSink()] } : {}) } });
manager.register(HttpHostService, { options: { address: flags.address, port } });
manager.register(WebSocketHostService);
manager.register(PongService);
manager.register(PongSocketService);
manager.register(Announcement);

try {
  await manager.run({ signals: ['SIGINT', 'SIGTERM'] });
  console.log(`pong ran for ${Math.round((performance.now() - startedAt) * 1000)} µs`);
} catch (error) {
  const failures = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [error];
  for (const failure of failures) console.error(`pong: ${(failure as Error).message}`);
  process.exitCode = 1;
}
