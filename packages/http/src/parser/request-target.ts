// What a request target is about: the four forms of RFC 9112 section 3.2, after the head parser has checked its characters.

import type { HttpMethod } from '../contract/http-method.ts';

/** A target taken apart. */
export interface RequestTarget {
  /** Percent-encoded, beginning with a slash; `*` for the asterisk form. */
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
  /** Host and port of an absolute target, which outrank the Host header. */
  readonly authority: string | undefined;
}

// scheme "://" authority path ["?" query]; user information is refused (RFC 9110 section 4.2.4).
const absoluteForm = /^https?:\/\/([^/?@]+)(\/[^?]*)?(?:\?(.*))?$/i;
const authorityCharacters = /^(?:\[[0-9a-f:.]+\]|(?:[a-z0-9\-._~!$&'()*+,;=]|%[0-9a-f]{2})+)(?::([0-9]{0,5}))?$/i;
const pathCharacters = /^[a-z0-9\-._~!$&'()*+,;=:@/%]*$/i;

/** The parts of a target that does not begin with a slash, or undefined when it is not valid for `method`. */
export function parseOtherTarget(target: string, method: HttpMethod): RequestTarget | undefined {
  if (target === '*') return method === 'OPTIONS' ? { path: '*', query: '', authority: undefined } : undefined;
  const match = absoluteForm.exec(target);
  if (match === null) return undefined;
  const [, authority = '', path = '/', query = ''] = match;
  const port = authorityCharacters.exec(authority);
  if (port === null || Number(port[1] ?? 0) > 65_535 || !pathCharacters.test(path)) return undefined;
  // RFC 9112 section 3.2.4: an OPTIONS request about the whole server, sent through a proxy.
  if (method === 'OPTIONS' && match[2] === undefined && match[3] === undefined) return { path: '*', query, authority };
  return { path, query, authority };
}
