// The options of clients and requests with their defaults, and the check that refuses wrong ones.

import type {
  ClientTimeouts,
  ClientTlsOptions,
  HttpClientOptions,
  RedirectPolicy,
  RequestDefaults,
  RetryPolicy,
} from '../contract/http-client.ts';
import { checkClientTls } from '../engines/tls/client-tls.ts';
import { atLeast, checkKeys, checkObject, invalid, wholeNumber } from './option-check.ts';
import { headerPairs } from './request-headers.ts';
import { checkedUrl } from './request-target.ts';

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
  /** The same, names and values in turn. */
  readonly flatHeaders: readonly string[];
  readonly baseUrl: URL | undefined;
  readonly connection: ConnectionOptions;
}

const noRetry: RetryPolicy = Object.freeze({ attempts: 0 });

/** What a client without any options has. */
export const builtIn: ResolvedClientOptions = Object.freeze({
  baseUrl: undefined,
  connection: Object.freeze({ connections: 64, pipelining: 1, keepAliveMs: 4000, connectMs: 10_000, tls: undefined }),
  headers: [],
  flatHeaders: [],
  timeouts: defaultClientTimeouts,
  retry: noRetry,
  redirect: 'manual',
  maxRedirects: 5,
  maxResponseBytes: 10 * 1_048_576,
});

const defaultsKeys = ['headers', 'timeouts', 'retry', 'redirect', 'maxRedirects', 'maxResponseBytes'];
const clientKeys = new Set([...defaultsKeys, 'baseUrl', 'connections', 'pipelining', 'keepAliveMs', 'tls']);
const timeoutKeys = new Set(Object.keys(defaultClientTimeouts));
const retryKeys = new Set(['attempts', 'delayMs', 'factor', 'maxDelayMs', 'statuses']);

/** `base` with what `given` sets. @throws ICHOR_HTTP_CLIENT_OPTION_INVALID, ICHOR_HTTP_TLS_INVALID, ICHOR_HTTP_REQUEST_HEADER */
export function resolveClientOptions(base: ResolvedClientOptions, given: HttpClientOptions): ResolvedClientOptions {
  checkObject('options', given);
  checkKeys('', given, clientKeys);
  const defaults = resolveDefaults(base, given);
  const own = given.headers === undefined ? [] : headerPairs(given.headers);
  const names = new Set(own.map(([field]) => field.toLowerCase()));
  const headers = [...base.headers.filter(([field]) => !names.has(field.toLowerCase())), ...own];
  return {
    ...defaults,
    headers,
    flatHeaders: headers.flat(),
    baseUrl: given.baseUrl === undefined ? base.baseUrl : absoluteUrl('baseUrl', given.baseUrl),
    connection: resolveConnection(base.connection, given, defaults.timeouts.connectMs),
  };
}

function resolveConnection(old: ConnectionOptions, given: HttpClientOptions, connectMs: number): ConnectionOptions {
  const { connections = old.connections, pipelining = old.pipelining, keepAliveMs = old.keepAliveMs, tls } = given;
  if (tls !== undefined) checkClientTls(tls);
  return {
    connections: wholeNumber('connections', connections, 1),
    pipelining: wholeNumber('pipelining', pipelining, 1),
    keepAliveMs: finiteFrom('keepAliveMs', keepAliveMs, 1),
    connectMs,
    tls: tls ?? old.tls,
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

function checkedTimeouts(base: ClientTimeouts, given: Partial<ClientTimeouts>): ClientTimeouts {
  checkObject('timeouts', given);
  checkKeys('timeouts.', given, timeoutKeys);
  for (const [key, ms] of Object.entries(given)) atLeast(`timeouts.${key}`, ms, 1);
  return { ...base, ...given };
}

function checkedRetry(given: RetryPolicy): RetryPolicy {
  checkObject('retry', given);
  checkKeys('retry.', given, retryKeys);
  const { attempts, delayMs, factor, maxDelayMs, statuses } = given;
  wholeNumber('retry.attempts', attempts, 0);
  if (delayMs !== undefined) finiteFrom('retry.delayMs', delayMs, 0);
  if (factor !== undefined) finiteFrom('retry.factor', factor, 1);
  if (maxDelayMs !== undefined) atLeast('retry.maxDelayMs', maxDelayMs, 0);
  if (statuses !== undefined && !(Array.isArray(statuses) && statuses.every(isStatus)))
    throw invalid('retry.statuses', statuses, 'a list of statuses from 200 to 599');
  return given;
}

function isStatus(given: unknown): boolean {
  return Number.isInteger(given) && (given as number) >= 200 && (given as number) < 600;
}

function checkedRedirect(given: RedirectPolicy): RedirectPolicy {
  if (given === 'manual' || given === 'follow' || given === 'error') return given;
  throw invalid('redirect', given, "'manual', 'follow' or 'error'");
}

function absoluteUrl(option: string, given: string): URL {
  if (!URL.canParse(given)) throw invalid(option, given, 'a URL that begins with http:// or https://');
  return checkedUrl(option, new URL(given));
}

function finiteFrom(option: string, given: unknown, smallest: number): number {
  if (Number.isFinite(given) && (given as number) >= smallest) return given as number;
  throw invalid(option, given, `a finite number from ${smallest}`);
}
