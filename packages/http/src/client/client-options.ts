// The options of clients and requests with their defaults, and the check that refuses wrong ones.

import type {
  ClientTimeouts,
  ClientTlsOptions,
  HttpClientOptions,
  RedirectPolicy,
  RequestDefaults,
  RetryPolicy,
} from '../contract/http-client.ts';
import { httpClientError } from '../errors/client-catalogue.ts';

/** The time-outs of a client that sets none. */
export const defaultClientTimeouts: ClientTimeouts = Object.freeze({
  connectMs: 10_000,
  headersMs: 30_000,
  bodyMs: 30_000,
  totalMs: Number.POSITIVE_INFINITY,
});

/** What decides about the connections: clients that agree in it share them. */
export interface ConnectionOptions {
  readonly connections: number;
  readonly pipelining: number;
  readonly keepAliveMs: number;
  readonly connectMs: number;
  readonly tls: ClientTlsOptions | undefined;
}

/** The defaults of a request, complete. */
export interface ResolvedDefaults {
  readonly timeouts: ClientTimeouts;
  readonly retry: RetryPolicy;
  readonly redirect: RedirectPolicy;
  readonly maxRedirects: number;
  readonly maxResponseBytes: number;
}

/** A client's options, complete. */
export interface ResolvedClientOptions extends ResolvedDefaults {
  readonly headers: ReadonlyArray<readonly [string, string]>;
  readonly baseUrl: URL | undefined;
  readonly connection: ConnectionOptions;
}

const noRetry: RetryPolicy = Object.freeze({ attempts: 0 });

/** What a client without any options has. */
export const builtIn: ResolvedClientOptions = Object.freeze({
  baseUrl: undefined,
  connection: Object.freeze({ connections: 64, pipelining: 1, keepAliveMs: 4000, connectMs: 10_000, tls: undefined }),
  headers: [],
  timeouts: defaultClientTimeouts,
  retry: noRetry,
  redirect: 'manual',
  maxRedirects: 5,
  maxResponseBytes: 10 * 1_048_576,
});

const defaultsKeys = ['headers', 'timeouts', 'retry', 'redirect', 'maxRedirects', 'maxResponseBytes'];
const clientKeys = new Set([...defaultsKeys, 'baseUrl', 'connections', 'pipelining', 'keepAliveMs', 'tls']);
const tlsKeys = new Set(['ca', 'cert', 'key', 'passphrase', 'serverName', 'verify', 'minVersion']);
const retryKeys = new Set(['attempts', 'delayMs', 'factor', 'maxDelayMs', 'statuses']);

/** `base` with what `given` sets. @throws ICHOR_HTTP_CLIENT_OPTION_INVALID */
export function resolveClientOptions(base: ResolvedClientOptions, given: HttpClientOptions): ResolvedClientOptions {
  if (typeof given !== 'object' || given === null) throw invalid('options', given, 'an object');
  checkKeys('', given, clientKeys);
  const defaults = resolveDefaults(base, given);
  const headers = given.headers === undefined ? base.headers : [...base.headers, ...headerPairs(given.headers)];
  const { baseUrl, connections, pipelining, keepAliveMs, tls } = given;
  const old = base.connection;
  const connection: ConnectionOptions = {
    connections: wholeNumber('connections', connections ?? old.connections, 1),
    pipelining: wholeNumber('pipelining', pipelining ?? old.pipelining, 1),
    keepAliveMs: atLeast('keepAliveMs', keepAliveMs ?? old.keepAliveMs, 1),
    connectMs: defaults.timeouts.connectMs,
    tls: tls === undefined ? old.tls : checkedTls(tls),
  };
  const isSame =
    connection.connections === old.connections &&
    connection.pipelining === old.pipelining &&
    connection.keepAliveMs === old.keepAliveMs &&
    connection.connectMs === old.connectMs &&
    connection.tls === old.tls;
  return {
    ...defaults,
    headers,
    baseUrl: baseUrl === undefined ? base.baseUrl : absoluteUrl('baseUrl', baseUrl),
    connection: isSame ? old : connection,
  };
}

/** The defaults of `base` with what `given` sets; headers are the business of the request. */
export function resolveDefaults(base: ResolvedDefaults, given: RequestDefaults): ResolvedDefaults {
  const { timeouts, retry, redirect, maxRedirects, maxResponseBytes } = given;
  return {
    timeouts: timeouts === undefined ? base.timeouts : checkedTimeouts(base.timeouts, timeouts),
    retry: retry === undefined ? base.retry : checkedRetry(retry),
    redirect: redirect === undefined ? base.redirect : checkedRedirect(redirect),
    maxRedirects: maxRedirects === undefined ? base.maxRedirects : wholeNumber('maxRedirects', maxRedirects, 0),
    maxResponseBytes:
      maxResponseBytes === undefined ? base.maxResponseBytes : atLeast('maxResponseBytes', maxResponseBytes, 0),
  };
}

const name = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// Visible characters, with spaces and tabs inside; bytes above 0x7f are obs-text, which may be sent (RFC 9110 section 5.5).
const value = /^(?:[\x21-\x7e\x80-\xff](?:[\x20-\x7e\t\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;

/** Header fields as checked pairs (HC-3). @throws ICHOR_HTTP_REQUEST_HEADER */
export function headerPairs(headers: NonNullable<RequestDefaults['headers']>): [string, string][] {
  const pairs: [string, string][] = [];
  const add = (field: string, text: unknown): void => {
    const sent = String(text);
    if (!name.test(field) || !value.test(sent))
      throw httpClientError(
        'ICHOR_HTTP_REQUEST_HEADER',
        `The header ${JSON.stringify(field)}: ${JSON.stringify(sent)} cannot be sent. Names are tokens; values have no line ends, control characters, or spaces around them.`,
        { details: { header: field } },
      );
    pairs.push([field, sent]);
  };
  if (Array.isArray(headers))
    for (const [field, text] of headers as readonly (readonly [string, string])[]) add(field, text);
  else
    for (const [field, text] of Object.entries(headers as Record<string, string | number | readonly string[]>))
      if (typeof text === 'object') for (const one of text) add(field, one);
      else add(field, text);
  return pairs;
}

function checkedTimeouts(base: ClientTimeouts, given: Partial<ClientTimeouts>): ClientTimeouts {
  checkKeys('timeouts.', given, new Set(Object.keys(base)));
  for (const [key, ms] of Object.entries(given)) atLeast(`timeouts.${key}`, ms, 1);
  return { ...base, ...given };
}

function checkedRetry(given: RetryPolicy): RetryPolicy {
  checkKeys('retry.', given, retryKeys);
  wholeNumber('retry.attempts', given.attempts, 0);
  if (given.delayMs !== undefined) atLeast('retry.delayMs', given.delayMs, 0);
  if (given.factor !== undefined) atLeast('retry.factor', given.factor, 1);
  if (given.maxDelayMs !== undefined) atLeast('retry.maxDelayMs', given.maxDelayMs, 0);
  return given;
}

function checkedRedirect(given: RedirectPolicy): RedirectPolicy {
  if (given === 'manual' || given === 'follow' || given === 'error') return given;
  throw invalid('redirect', given, "'manual', 'follow' or 'error'");
}

function checkedTls(given: ClientTlsOptions): ClientTlsOptions {
  checkKeys('tls.', given, tlsKeys);
  if (given.minVersion !== undefined && given.minVersion !== 'TLSv1.2' && given.minVersion !== 'TLSv1.3')
    throw invalid('tls.minVersion', given.minVersion, "'TLSv1.2' or 'TLSv1.3'");
  if ((given.cert === undefined) !== (given.key === undefined))
    throw invalid('tls', given.cert === undefined ? 'only key' : 'only cert', 'cert and key together, or neither');
  return given;
}

function absoluteUrl(key: string, given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw invalid(key, given, 'a URL that begins with http:// or https://');
}

function checkKeys(group: string, given: object, known: ReadonlySet<string>): void {
  for (const key of Object.keys(given))
    if (!known.has(key))
      throw invalid(`${group}${key}`, (given as Record<string, unknown>)[key], `one of ${[...known].join(', ')}`);
}

function wholeNumber(key: string, given: unknown, smallest: number): number {
  if (Number.isSafeInteger(given) && (given as number) >= smallest) return given as number;
  throw invalid(key, given, `a whole number from ${smallest}`);
}

function atLeast(key: string, given: unknown, smallest: number): number {
  if (typeof given === 'number' && given >= smallest) return given;
  throw invalid(key, given, `a number from ${smallest}`);
}

/** The error for a wrong option. */
export function invalid(key: string, given: unknown, allowed: string): Error {
  return httpClientError(
    'ICHOR_HTTP_CLIENT_OPTION_INVALID',
    `The HTTP client option ${key} was given ${typeof given === 'string' ? JSON.stringify(given) : String(given)}. Allowed: ${allowed}.`,
    { details: { option: key, value: given } },
  );
}
