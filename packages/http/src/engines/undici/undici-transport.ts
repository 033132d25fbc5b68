// Connections of undici for one set of connection options. Redirects are decided by the client; undici is told where to go.

import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { Agent, buildConnector } from 'undici';
import type { ConnectionOptions } from '../../client/client-options.ts';
import type { OutgoingRequest } from '../../client/outgoing-request.ts';
import type { RequestAbort } from '../../client/request-abort.ts';
import type { ClientTimeouts } from '../../contract/http-client.ts';
import type { RawAnswer } from './raw-answer.ts';
import { UndiciExchange } from './undici-exchange.ts';

export class UndiciTransport {
  readonly #agent: Agent;
  /** Sockets whose connection does not stand yet; undici lets them go on when it is destroyed. */
  readonly #connecting = new Set<Socket>();

  constructor(options: ConnectionOptions) {
    const connect = connectorFor(options);
    this.#agent = new Agent({
      connections: options.connections,
      pipelining: options.pipelining,
      keepAliveTimeout: options.keepAliveMs,
      connect: (target, connected) => {
        // The types hide that a connector returns its socket.
        const socket = connect(target, (...result) => {
          this.#connecting.delete(socket);
          connected(...result);
        }) as unknown as Socket;
        this.#connecting.add(socket);
      },
    });
  }

  /** Sends once. Rejects with one of our errors, or the reason of `abort`. */
  send(request: OutgoingRequest, timeouts: ClientTimeouts, abort: RequestAbort): Promise<RawAnswer> {
    const { target } = request;
    const exchange = new UndiciExchange(request, timeouts, abort);
    if (abort.aborted) return exchange.answered;
    this.#agent.dispatch(
      {
        origin: target.origin,
        path: target.path,
        method: request.method,
        headers: request.headers as string[],
        // Any async iterable is taken, though the types name only streams.
        body: (request.body ?? null) as string | Uint8Array | Readable | null,
        headersTimeout: finite(timeouts.headersMs),
        bodyTimeout: finite(timeouts.bodyMs),
      },
      exchange,
    );
    return exchange.answered;
  }

  /** Ends all connections, with the requests on them. */
  async close(): Promise<void> {
    const closed = this.#agent.destroy();
    for (const socket of this.#connecting) socket.destroy();
    this.#connecting.clear();
    await closed;
  }
}

function connectorFor({ connectMs, tls }: ConnectionOptions): buildConnector.connector {
  return buildConnector({
    timeout: finite(connectMs),
    minVersion: tls?.minVersion ?? 'TLSv1.2',
    ...(tls?.ca === undefined ? {} : { ca: tls.ca as string }),
    ...(tls?.cert === undefined ? {} : { cert: tls.cert as string, key: tls.key as string }),
    ...(tls?.passphrase === undefined ? {} : { passphrase: tls.passphrase }),
    ...(tls?.serverName === undefined ? {} : { servername: tls.serverName }),
    ...(tls?.verify === false ? { rejectUnauthorized: false } : {}),
  });
}

/** 0 is undici's word for no time-out. */
function finite(ms: number): number {
  return ms === Number.POSITIVE_INFINITY ? 0 : ms;
}
