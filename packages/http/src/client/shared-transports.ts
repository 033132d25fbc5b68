// The connections of a client service: by what their options say, so that clients with equal options share them. Those made with the
// service's own options live as long as the service, others as long as a client that used them.

import { createHash } from 'node:crypto';
import type { ClientTlsOptions } from '../contract/http-client.ts';
import type { UndiciTransport } from '../engines/undici/undici-transport.ts';
import type { ConnectionOptions } from './client-options.ts';
import type { ClientParts } from './http-client-view.ts';

interface Shared {
  readonly key: string;
  readonly transport: UndiciTransport;
  readonly users: Set<object>;
}

export class SharedTransports implements ClientParts {
  readonly #create: (options: ConnectionOptions) => UndiciTransport;
  readonly #ownKey: string;
  readonly #shared = new Map<string, Shared>();
  readonly #closing = new Set<Promise<void>>();

  constructor(own: ConnectionOptions, create: (options: ConnectionOptions) => UndiciTransport) {
    this.#ownKey = keyOf(own);
    this.#create = create;
  }

  transportFor(options: ConnectionOptions, user: object): UndiciTransport {
    const key = keyOf(options);
    let shared = this.#shared.get(key);
    if (shared === undefined)
      this.#shared.set(key, (shared = { key, transport: this.#create(options), users: new Set() }));
    shared.users.add(user);
    return shared.transport;
  }

  release(user: object): void {
    for (const shared of this.#shared.values())
      if (shared.users.delete(user) && shared.users.size === 0 && shared.key !== this.#ownKey) this.#close(shared);
  }

  async close(): Promise<void> {
    for (const shared of this.#shared.values()) this.#close(shared);
    await Promise.all(this.#closing);
  }

  #close({ key, transport }: Shared): void {
    this.#shared.delete(key);
    const closing = transport.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

function keyOf({ connections, pipelining, keepAliveMs, connectMs, tls }: ConnectionOptions): string {
  return [connections, pipelining, keepAliveMs, connectMs, tls === undefined ? '' : digestOf(tls)].join();
}

const digests = new WeakMap<ClientTlsOptions, string>();

/** Equal for equal options; keys and pass phrases cannot be read from it. */
function digestOf(tls: ClientTlsOptions): string {
  let digest = digests.get(tls);
  if (digest === undefined) {
    const { ca, cert, key, passphrase, serverName, verify, minVersion } = tls;
    const parts = [[ca].flat().map(text), text(cert), text(key), passphrase, serverName, verify ?? true, minVersion];
    digest = createHash('sha256').update(JSON.stringify(parts)).digest('base64');
    digests.set(tls, digest);
  }
  return digest;
}

function text(pem: string | Uint8Array | undefined): string | undefined {
  return pem === undefined || typeof pem === 'string' ? pem : Buffer.from(pem).toString('latin1');
}
