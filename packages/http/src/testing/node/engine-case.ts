// One requirement on an engine, and what cases are written with.

import type { ManagerOptions, ServiceContext } from '@ichor/core';
import { VirtualClock } from '@ichor/core/testing';
import type { HttpHostOptions } from '../../contract/host-options.ts';
import type { HttpHost } from '../../contract/http-host.ts';
import type { EngineUnderTest, StartedHost } from './engine-under-test.ts';
import { TestClient } from './test-client.ts';

/** A requirement, before an engine is chosen. */
export interface EngineRequirement {
  /** As a sentence; names it in lists of unmet cases. */
  readonly name: string;
  /** Throws an error that says what was expected and what came instead. */
  run(engine: EngineUnderTest): Promise<void>;
}

/** A host in use by a case. */
export interface HostInUse extends Omit<StartedHost, 'connect'> {
  connect(): Promise<TestClient>;
  /** Sends on a connection of its own, and gives everything that comes back until the host closes. */
  exchange(...texts: string[]): Promise<string>;
}

/** Starts a host, uses it, stops it, and closes all clients, whatever happens. */
export async function withEngine(
  engine: EngineUnderTest,
  setup: (host: HttpHost, self: ServiceContext) => void,
  use: (host: HostInUse) => Promise<void>,
  options: Partial<HttpHostOptions> = {},
  manager: ManagerOptions = {},
): Promise<void> {
  const started = await engine.start(setup, options, manager);
  const clients: TestClient[] = [];
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= started.stop());
  const connect = async (): Promise<TestClient> => {
    const client = new TestClient(await started.connect());
    clients.push(client);
    return client;
  };
  try {
    await use({
      host: started.host,
      log: started.log,
      stop,
      connect,
      async exchange(...texts) {
        const client = await connect();
        client.send(...texts);
        return client.rest();
      },
    });
  } finally {
    for (const { socket } of clients) socket.destroy();
    await stop();
  }
}

/** The same in virtual time. `pass` moves it on. */
export function inVirtualTime(
  engine: EngineUnderTest,
  setup: (host: HttpHost) => void,
  use: (host: HostInUse & { pass(ms: number): Promise<void> }) => Promise<void>,
  options: Partial<HttpHostOptions> = {},
): Promise<void> {
  const clock = new VirtualClock();
  const pass = async (ms: number): Promise<void> => {
    // What was sent must have arrived before time passes.
    await turns(20);
    for (let passed = 0; passed < ms; passed += 250) {
      clock.advance(Math.min(250, ms - passed));
      await turns(2);
    }
    await turns(5);
  };
  return withEngine(engine, setup, async (host) => use({ ...host, pass }), options, { clock });
}

/** Lets the event loop turn, so that what was sent arrives. */
export async function turns(count = 20): Promise<void> {
  for (let index = 0; index < count; index++) await new Promise((resolve) => setImmediate(resolve));
}

/** A GET request. @param fields Further lines, each with its line end. */
export function get(path: string, fields = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
}

/** A POST request with a body of known length. */
export function post(path: string, body: string, fields = ''): string {
  return `POST ${path} HTTP/1.1\r\nHost: a\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** A POST request with a body in chunks. @param chunks With their framing. */
export function chunked(path: string, chunks: string, fields = ''): string {
  return `POST ${path} HTTP/1.1\r\nHost: a\r\n${fields}Transfer-Encoding: chunked\r\n\r\n${chunks}`;
}

export const closing = 'Connection: close\r\n';
