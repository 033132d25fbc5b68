// The options of a host with their defaults, and the check that refuses bad ones before anything listens.

import { invalidOption as invalid } from './option-error.ts';
import { checkTlsOptions, type HostTlsOptions } from './tls-options.ts';

/** Limits that keep one client from using up the process. Each may be `Infinity`, except the first three. */
export interface HttpLimits {
  /** Longest request line; longer is answered 414. Default 8192, what RFC 9112 section 3 recommends as a minimum of 8000. */
  readonly requestLineBytes: number;
  /** All header lines of a request, or all trailers, together; more is answered 431. Default 16384, as Node and proxies have it. */
  readonly headerBytes: number;
  /** Header lines of a request; more is answered 431. Default 100. */
  readonly headerCount: number;
  /** Longest body, unless the route says otherwise; longer is answered 413. Default 1 MiB: more is seldom meant. */
  readonly bodyBytes: number;
  /** Chunk extensions of one body, which nobody uses but attackers. Default 1024. */
  readonly chunkExtensionBytes: number;
  /** Connections at once; further ones are answered 503 and closed. Default 20000, about 100 MB when idle. */
  readonly connections: number;
  /** TLS handshakes at once; further connections wait for their turn, within `handshakeMs`. Default 1000. */
  readonly handshakes: number;
  /** Requests on one connection, after which it is closed, so that balancers can spread load anew. Default 1000000. */
  readonly requestsPerConnection: number;
  /** Requests in the queue and in handlers at once; further ones are answered 503 with Retry-After. Default 50000. */
  readonly requestsInFlight: number;
  /**
   * Bytes read ahead behind a request that is being answered. One request per connection is in flight, so pipelined ones
   * wait here; beyond this the connection is not read. Default 65536.
   */
  readonly pipelineBytes: number;
  /** Answer bytes the client has not taken, above which no further request of its connection is begun. Default 1 MiB. */
  readonly unsentBytes: number;
  /** Longest time a request waits in the queue before new ones are answered 503 with Retry-After, in ms. Default 5000. */
  readonly queueDelayMs: number;
}

/** Time-outs in milliseconds; each may be `Infinity`. They are checked twice a second, so they take up to a second longer. */
export interface HttpTimeouts {
  /** From a connection to the end of its TLS handshake; then it is destroyed. Default 10000. */
  readonly handshakeMs: number;
  /** From the first byte of a request to the end of its headers; then 408. Default 10000. */
  readonly headersMs: number;
  /** Longest pause between two pieces of a body; then 408. Default 15000. */
  readonly bodyMs: number;
  /** Idle time after which a kept-alive connection is closed. Default 60000. */
  readonly idleMs: number;
  /** From the complete body to the answer, unless the route says otherwise; then 503. Default 30000. */
  readonly handlerMs: number;
  /** Longest time in which the client takes nothing of an answer; then the connection is destroyed. Default 30000. */
  readonly writeMs: number;
}

/** Names of the engines of this package. */
export type HttpEngineName = 'net' | 'node-http';

/** The options of `HttpHostService`. */
export interface HttpHostOptions {
  /** IP address or host name to listen on, such as `127.0.0.1`, `0.0.0.0` or `::`. Required unless `path` is given. */
  readonly address?: string;
  /** 0 lets the system choose; see `HttpHost.address`. Required unless `path` is given. */
  readonly port?: number;
  /**
   * Path of a Unix socket (or name of a Windows pipe), instead of address and port. The file is made with the rights that the
   * umask leaves, and removed when the host stops; one that a killed program left behind is replaced.
   */
  readonly path?: string;
  /** Certificate and key: the host then speaks HTTPS, and only that. Default: plain HTTP. */
  readonly tls?: HostTlsOptions;
  /**
   * What cuts the bytes of connections into messages: the engine of this package, or `node:http` as a fall-back. The cases that
   * the latter cannot meet are listed as `nodeHttpUnmetCases` in `@ichor/http/testing`. Default `'net'`.
   */
  readonly engine?: HttpEngineName;
  /** Connections the system keeps waiting before they are accepted. Default 4096. */
  readonly backlog?: number;
  /** Priority of requests in the queue. Default 1000. */
  readonly priority?: number;
  readonly limits?: Partial<HttpLimits>;
  readonly timeouts?: Partial<HttpTimeouts>;
  /**
   * Slowest body accepted, in bytes per second on average, after 5 seconds; slower is answered 408. Having been faster counts
   * for up to 30 seconds. 0 for none. Default 240.
   */
  readonly minBytesPerSecond?: number;
  /** At stop, how long requests in flight may take before their connections are destroyed, in ms. Default 4000. */
  readonly drainMs?: number;
  /** Value of the Server header. Default: none is sent. */
  readonly server?: string;
  /**
   * Whether a client may close its sending side and still wait for the answer. Default false: then it counts as gone, the
   * signal of its request aborts, and streamed answers end; whole ones are sent all the same.
   */
  readonly allowHalfOpen?: boolean;
}

/** The options with all defaults filled in. */
export interface ResolvedHostOptions extends Required<
  Omit<HttpHostOptions, 'address' | 'port' | 'path' | 'server' | 'tls'>
> {
  readonly address: string | undefined;
  readonly port: number | undefined;
  readonly path: string | undefined;
  readonly server: string | undefined;
  readonly tls: HostTlsOptions | undefined;
  readonly limits: HttpLimits;
  readonly timeouts: HttpTimeouts;
}

/** The limits of a host that sets none. */
export const defaultLimits: HttpLimits = Object.freeze({
  requestLineBytes: 8192,
  headerBytes: 16_384,
  headerCount: 100,
  bodyBytes: 1_048_576,
  chunkExtensionBytes: 1024,
  connections: 20_000,
  handshakes: 1000,
  requestsPerConnection: 1_000_000,
  requestsInFlight: 50_000,
  pipelineBytes: 65_536,
  unsentBytes: 1_048_576,
  queueDelayMs: 5000,
});

/** The time-outs of a host that sets none. */
export const defaultTimeouts: HttpTimeouts = Object.freeze({
  handshakeMs: 10_000,
  headersMs: 10_000,
  bodyMs: 15_000,
  idleMs: 60_000,
  handlerMs: 30_000,
  writeMs: 30_000,
});

const known: ReadonlySet<string> = new Set([
  'address',
  'port',
  'path',
  'tls',
  'engine',
  'backlog',
  'priority',
  'limits',
  'timeouts',
  'minBytesPerSecond',
  'drainMs',
  'server',
  'allowHalfOpen',
]);

/**
 * Checks the options and fills in the defaults.
 * @throws ICHOR_HTTP_OPTION_INVALID, naming the option, the value received and what is allowed.
 */
export function resolveHostOptions(given: HttpHostOptions | undefined): ResolvedHostOptions {
  if (typeof given !== 'object' || given === null) {
    throw invalid('options', given, "an object such as { address: '127.0.0.1', port: 8080 }");
  }
  for (const name of Object.keys(given)) {
    if (!known.has(name)) throw invalid(name, given[name as keyof HttpHostOptions], `one of ${[...known].join(', ')}`);
  }
  const { address, port, path, server, tls, engine = 'net' } = given;
  if (path === undefined) {
    if (typeof address !== 'string' || address === '') {
      throw invalid('address', address, "an IP address or host name such as '127.0.0.1', or `path` instead");
    }
    if (port === undefined || !Number.isInteger(port) || port < 0 || port > 65_535) {
      throw invalid('port', port, 'an integer from 0 to 65535, 0 for any free port');
    }
  } else {
    if (typeof path !== 'string' || path === '') throw invalid('path', path, 'the path of a Unix socket');
    if (address !== undefined || port !== undefined) throw invalid('path', path, 'either path, or address and port');
  }
  if (server !== undefined && (typeof server !== 'string' || !/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(server))) {
    throw invalid('server', server, 'printable ASCII text');
  }
  if (engine !== 'net' && engine !== 'node-http') throw invalid('engine', engine, "'net' or 'node-http'");
  if (given.allowHalfOpen !== undefined && typeof given.allowHalfOpen !== 'boolean') {
    throw invalid('allowHalfOpen', given.allowHalfOpen, 'true or false');
  }
  return {
    address,
    port,
    path,
    server,
    tls: tls === undefined ? undefined : checkTlsOptions(tls),
    engine,
    backlog: integer('backlog', given.backlog ?? 4096, 1, 65_535),
    priority: integer('priority', given.priority ?? 1000, 0, Number.MAX_SAFE_INTEGER),
    limits: numbers('limits', defaultLimits, given.limits, ['requestLineBytes', 'headerBytes', 'headerCount']),
    timeouts: numbers('timeouts', defaultTimeouts, given.timeouts, []),
    minBytesPerSecond: positive('minBytesPerSecond', given.minBytesPerSecond ?? 240, 0),
    drainMs: positive('drainMs', given.drainMs ?? 4000, 0),
    allowHalfOpen: given.allowHalfOpen ?? false,
  };
}

function numbers<T extends object>(group: string, defaults: T, given: Partial<T> | undefined, finite: (keyof T)[]): T {
  if (given === undefined) return defaults;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw invalid(group, given, 'an object');
  const resolved = { ...defaults };
  for (const name of Object.keys(given) as (keyof T & string)[]) {
    if (!Object.hasOwn(defaults, name)) {
      throw invalid(`${group}.${name}`, given[name], `one of ${Object.keys(defaults).join(', ')}`);
    }
    const value = given[name];
    if (value === undefined) continue;
    const least =
      group === 'timeouts' || name.endsWith('Ms') ? 1 : name === 'chunkExtensionBytes' || name === 'bodyBytes' ? 0 : 1;
    positive(`${group}.${name}`, value, least);
    if (!name.endsWith('Ms') && value !== Infinity) integer(`${group}.${name}`, value, least, Number.MAX_SAFE_INTEGER);
    if (finite.includes(name)) integer(`${group}.${name}`, value, least, 1_048_576);
    resolved[name] = value;
  }
  return resolved;
}

function positive(name: string, value: unknown, least: number): number {
  if (typeof value === 'number' && value >= least) return value;
  throw invalid(name, value, `a number of at least ${least}`);
}

function integer(name: string, value: unknown, least: number, most: number): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
  throw invalid(name, value, `an integer from ${least} to ${most}`);
}
