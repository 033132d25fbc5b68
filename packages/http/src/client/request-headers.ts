// Header fields of requests: what cannot be sent, or would change where a message ends, is refused before anything is sent (HC-3).

import type { HeaderValues } from '../contract/headers.ts';
import { httpClientError } from '../errors/client-catalogue.ts';
import { invalid } from './option-check.ts';

const name = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// Visible characters, with spaces and tabs inside; bytes above 0x7f are obs-text, which may be sent (RFC 9110 section 5.5).
const value = /^(?:[\x21-\x7e\x80-\xff](?:[\x20-\x7e\t\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;
/** Of the connection, which is the client's business. */
const ofConnection = new Set(['transfer-encoding', 'keep-alive', 'upgrade', 'expect', 'proxy-connection', 'trailer']);

/** Header fields as checked pairs. @throws ICHOR_HTTP_REQUEST_HEADER, ICHOR_HTTP_CLIENT_OPTION_INVALID */
export function headerPairs(headers: HeaderValues): [string, string][] {
  if (typeof headers !== 'object' || headers === null)
    throw invalid('headers', headers, 'an object of names and values, or pairs of them');
  const pairs: [string, string][] = [];
  // Headers and maps are iterables of pairs as well; as objects they would look empty.
  if (Symbol.iterator in headers)
    for (const pair of headers as Iterable<unknown>) {
      if (!Array.isArray(pair) || pair.length !== 2) throw invalid('headers', pair, 'pairs of a name and a value');
      pairs.push(checked(pair[0], pair[1]));
    }
  else
    for (const [field, content] of Object.entries(headers as Record<string, unknown>))
      if (Array.isArray(content)) for (const one of content) pairs.push(checked(field, one));
      else pairs.push(checked(field, content));
  return pairs;
}

/** The fields of a request: the client's, with those of the request instead of equal names. */
export function mergedHeaders(
  client: ReadonlyArray<readonly [string, string]>,
  own: ReadonlyArray<readonly [string, string]>,
): string[] {
  const names = new Set(own.map(([field]) => field.toLowerCase()));
  const headers: string[] = [];
  for (const [field, content] of client) if (!names.has(field.toLowerCase())) headers.push(field, content);
  for (const [field, content] of own) headers.push(field, content);
  return headers;
}

/** A field of a flat list of names and values; `name` in lower case. */
export function headerOf(headers: readonly string[], wanted: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2)
    if ((headers[i] as string).toLowerCase() === wanted) return headers[i + 1];
  return undefined;
}

function checked(field: unknown, content: unknown): [string, string] {
  const isText = typeof content === 'string' || typeof content === 'number';
  if (typeof field !== 'string' || !isText || !name.test(field) || !value.test(String(content)))
    throw refused(
      field,
      content,
      'Names are tokens; values have no line ends, control characters, or spaces around them.',
    );
  const lower = field.toLowerCase();
  if (ofConnection.has(lower) || (lower === 'connection' && !/^(?:close|keep-alive)$/i.test(String(content))))
    throw refused(field, content, 'It belongs to the connection, which the client looks after.');
  return [field, String(content)];
}

/** The error for a field that is not sent. */
export function refused(field: unknown, content: unknown, why: string): Error {
  const shown = typeof content === 'string' ? JSON.stringify(content) : String(content);
  return httpClientError(
    'ICHOR_HTTP_REQUEST_HEADER',
    `The header ${JSON.stringify(field)}: ${shown} cannot be sent. ${why}`,
    { details: { header: field } },
  );
}
