// Redirects (RFC 9110 section 15.4): whether an answer is followed, and the request that then comes.

import type { RedirectPolicy } from '../contract/http-client.ts';
import type { RawAnswer } from '../engines/undici/raw-answer.ts';
import { httpClientError } from '../errors/client-catalogue.ts';
import type { OutgoingRequest } from './outgoing-request.ts';
import { requestTarget } from './request-target.ts';

const statuses = new Set([301, 302, 303, 307, 308]);
/** Not sent to another origin than the one they were meant for. */
const credentials = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** Where to go on; undefined when the answer is the one to give. @throws ICHOR_HTTP_REDIRECT when the policy does not follow it */
export function redirectTarget(request: OutgoingRequest, answer: RawAnswer, policy: RedirectPolicy): URL | undefined {
  const { location } = answer.headers;
  if (policy === 'manual' || !statuses.has(answer.status) || location === undefined) return undefined;
  const target = policy === 'follow' ? urlOf(location, request.target.url) : undefined;
  if (target !== undefined && (request.isRepeatable || becomesGet(request.method, answer.status))) return target;
  void answer.dump().catch(() => undefined);
  const why = policy === 'error' ? 'the policy is "error"' : refusal(target);
  throw httpClientError(
    'ICHOR_HTTP_REDIRECT',
    `${request.method} ${request.target.shown} was redirected (${answer.status}) to ${JSON.stringify(location)}, which is not followed: ${why}.`,
    { details: { status: answer.status, location } },
  );
}

/** The request that follows: 303, and POST after 301 or 302, become GET without a body. */
export function redirected(request: OutgoingRequest, target: URL, status: number): OutgoingRequest {
  const isGet = becomesGet(request.method, status);
  const isSameOrigin = target.origin === request.target.origin;
  const headers: string[] = [];
  for (let i = 0; i < request.headers.length; i += 2) {
    const name = (request.headers[i] as string).toLowerCase();
    if (name === 'host' || (!isSameOrigin && credentials.has(name)) || (isGet && name.startsWith('content-'))) continue;
    headers.push(request.headers[i] as string, request.headers[i + 1] as string);
  }
  return {
    method: isGet && request.method !== 'HEAD' ? 'GET' : request.method,
    target: requestTarget(target),
    headers,
    body: isGet ? undefined : request.body,
    isRepeatable: isGet || request.isRepeatable,
  };
}

function becomesGet(method: string, status: number): boolean {
  return status === 303 || (method === 'POST' && (status === 301 || status === 302));
}

/** Undefined for what is no single HTTP URL, or one with a user name, which would send credentials that the caller did not give. */
function urlOf(location: string | string[], base: URL): URL | undefined {
  if (typeof location !== 'string' || !URL.canParse(location, base.href)) return undefined;
  const url = new URL(location, base);
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:';
  return isHttp && url.username === '' && url.password === '' ? url : undefined;
}

function refusal(target: URL | undefined): string {
  return target === undefined
    ? 'it is no HTTP URL without user name'
    : 'the body of the request was a stream, which cannot be sent again';
}
