// Path patterns: `/users/:id`, `/files/*path`. Taken apart once, when a route is registered.

import { httpError } from '../errors/catalogue.ts';

/** One part of a pattern between slashes. */
export type PatternSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter' }
  | { readonly kind: 'wildcard' };

/** A pattern taken apart. */
export interface PathPattern {
  readonly text: string;
  readonly segments: readonly PatternSegment[];
  /** Names of parameters and wildcard, from left to right. */
  readonly names: readonly string[];
  /** No parameters and no wildcard. */
  readonly isLiteral: boolean;
}

const parameterName = /^[A-Za-z_][A-Za-z0-9_]*$/;
const literalText = /^[A-Za-z0-9\-._~!$&'()+,;=@%:*\u0080-\uffff]*$/;

/**
 * Takes a pattern apart. Literal segments may be written decoded or percent-encoded.
 * @throws ICHOR_HTTP_ROUTE_INVALID
 */
export function parsePattern(text: string): PathPattern {
  if (!text.startsWith('/')) throw invalid(text, 'it must begin with a slash');
  const parts = text.slice(1).split('/');
  const segments: PatternSegment[] = [];
  const names: string[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.startsWith(':')) {
      if (!parameterName.test(part.slice(1))) {
        throw invalid(text, `"${part}" must be a colon and a name of letters, digits and underscores`);
      }
      names.push(part.slice(1));
      segments.push({ kind: 'parameter' });
    } else if (part.startsWith('*')) {
      if (index !== parts.length - 1) throw invalid(text, 'a wildcard must be the last segment');
      const name = part.slice(1);
      if (name !== '' && !parameterName.test(name)) {
        throw invalid(text, `"${part}" must be a star and a name of letters, digits and underscores, or a star alone`);
      }
      names.push(name === '' ? '*' : name);
      segments.push({ kind: 'wildcard' });
    } else {
      segments.push({ kind: 'literal', text: decodeLiteral(text, part) });
    }
  }
  if (new Set(names).size !== names.length) throw invalid(text, 'two of its parameters have the same name');
  return { text, segments, names, isLiteral: names.length === 0 };
}

function decodeLiteral(pattern: string, part: string): string {
  if (!literalText.test(part)) {
    throw invalid(pattern, `"${part}" contains a character that cannot be part of a path; the query is not part of it`);
  }
  const decoded = decodeSegment(part);
  if (decoded === undefined) throw invalid(pattern, `"${part}" is not valid percent-encoding`);
  return decoded;
}

/** `text` without percent-encoding; undefined when that is malformed or not UTF-8. */
export function decodeSegment(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function invalid(pattern: string, why: string): Error {
  return httpError(
    'ICHOR_HTTP_ROUTE_INVALID',
    `The path ${JSON.stringify(pattern)} is not a valid pattern: ${why}. Allowed are segments like /users/:id/files/*path.`,
  );
}
