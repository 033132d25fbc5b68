// Checks and completes the options of clients and of connect().

import type { ClientTlsOptions, ConnectOptions, WebSocketClientOptions } from '../contract/websocket-client.ts';
import type { ResolvedReconnect } from '../flow/reconnect-delay.ts';
import { between, checkNames, duration, flag, invalidOption, oneOf } from './checks.ts';
import {
  connectionOptionNames,
  resolveConnectionOptions,
  resolveReconnect,
  type ResolvedConnectionOptions,
} from './connection-options.ts';

export interface ResolvedConnect {
  readonly connection: ResolvedConnectionOptions;
  readonly connectTimeoutMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: ClientTlsOptions | undefined;
  readonly reconnect: ResolvedReconnect | undefined;
  readonly signal: AbortSignal | undefined;
}

const names = [...connectionOptionNames, 'connectTimeoutMs', 'headers', 'tls', 'reconnect', 'whileOffline', 'signal'];
const tlsNames = ['ca', 'cert', 'key', 'passphrase', 'serverName', 'verify', 'minVersion'];
const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Header fields of the handshake that are not the user's. */
const reserved = /^(?:host|connection|upgrade|content-length|transfer-encoding|sec-websocket-.*)$/i;

/** @throws ICHOR_WEBSOCKET_OPTION_INVALID */
export function resolveClientOptions(given: WebSocketClientOptions = {}): Required<WebSocketClientOptions> {
  checkNames('options', given, ['heartbeatMs']);
  return { heartbeatMs: duration('heartbeatMs', given.heartbeatMs, 30_000, 10) };
}

/** @throws ICHOR_WEBSOCKET_OPTION_INVALID */
export function resolveConnect(given: ConnectOptions): ResolvedConnect {
  checkNames('options', given, names);
  const { headers = {}, signal, tls } = given;
  if (typeof headers !== 'object' || headers === null) throw invalidOption('headers', headers, 'an object');
  for (const [name, value] of Object.entries(headers))
    if (!headerName.test(name) || reserved.test(name) || typeof value !== 'string' || !headerValue.test(value))
      throw invalidOption(`headers.${name}`, value, 'fields other than those of the handshake, with text in one line');
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalidOption('signal', signal, 'an AbortSignal');
  if (tls !== undefined) checkTls(tls);
  return {
    connection: {
      ...resolveConnectionOptions(given),
      queuesOffline: oneOf('whileOffline', given.whileOffline, ['queue', 'refuse']) === 'queue',
    },
    connectTimeoutMs: between('connectTimeoutMs', given.connectTimeoutMs, 10_000, 1, 2 ** 31 - 1),
    headers,
    tls,
    reconnect: resolveReconnect(given.reconnect),
    signal,
  };
}

function checkTls(tls: ClientTlsOptions): void {
  checkNames('tls', tls, tlsNames);
  const { ca, cert, key, passphrase, serverName, verify, minVersion } = tls;
  for (const pem of Array.isArray(ca) ? (ca as readonly unknown[]) : [ca]) checkPem('tls.ca', pem);
  checkPem('tls.cert', cert);
  checkPem('tls.key', key);
  if ((cert === undefined) !== (key === undefined))
    throw invalidOption('tls', cert === undefined ? 'only key' : 'only cert', 'cert and key together, or neither');
  if (passphrase !== undefined && typeof passphrase !== 'string')
    // The value is a secret also where it has the wrong type.
    throw invalidOption('tls.passphrase', typeof passphrase, 'text');
  if (serverName !== undefined && (typeof serverName !== 'string' || serverName === ''))
    throw invalidOption('tls.serverName', serverName, 'a host name');
  flag('tls.verify', verify, true);
  if (minVersion !== undefined) oneOf('tls.minVersion', minVersion, ['TLSv1.2', 'TLSv1.3']);
}

function checkPem(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'string' && !(value instanceof Uint8Array))
    throw invalidOption(option, value, 'PEM text or bytes');
}

/** A URL for messages: without what is secret in it. */
export function publicUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = shown.password = shown.search = '';
  return shown.href;
}

/** @throws ICHOR_WEBSOCKET_OPTION_INVALID */
export function checkedUrl(given: string | URL): URL {
  const text = String(given);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['ws:', 'wss:', 'http:', 'https:'].includes(url.protocol) || url.hash !== '')
    throw invalidOption('url', text, 'a URL that begins with ws://, wss://, http:// or https:// and has no fragment');
  return url;
}
