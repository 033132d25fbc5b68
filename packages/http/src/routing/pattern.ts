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

const COLON = 0x3a;
const STAR = 0x2a;
const parameter: PatternSegment = { kind: 'parameter' };
const wildcard: PatternSegment = { kind: 'wildcard' };
const parameterName = /^[A-Za-z_][A-Za-z0-9_]*$/;
const literalText = /^[A-Za-z0-9\-._~!$&'()+,;=@%:*/\u0080-\uffff]*$/;

/**
 * Takes a pattern apart. Literal segments may be written decoded or percent-encoded.
 * @throws ICHOR_HTTP_ROUTE_INVALID
 */
export function parsePattern(text: string): PathPattern {
  if (!text.startsWith('/')) throw invalid(text, 'it must begin with a slash');
  const parts = text.slice(1).split('/');
  if (!literalText.test(text)) throw wrongCharacter(text, parts);
  const segments: PatternSegment[] = [];
  const names: string[] = [];
  // Plain loops: most patterns are taken apart at start-up, by code that nothing has optimised yet.
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]!;
    const first = part.charCodeAt(0);
    if (first === COLON) {
      const name = part.slice(1);
      if (!parameterName.test(name)) {
        throw invalid(text, `"${part}" must be a colon and a name of letters, digits and underscores`);
      }
      addName(text, names, name);
      segments.push(parameter);
    } else if (first === STAR) {
      if (index !== parts.length - 1) throw invalid(text, 'a wildcard must be the last segment');
      const name = part.slice(1);
      if (name !== '' && !parameterName.test(name)) {
        throw invalid(text, `"${part}" must be a star and a name of letters, digits and underscores, or a star alone`);
      }
      addName(text, names, name === '' ? '*' : name);
      segments.push(wildcard);
    } else {
      segments.push({ kind: 'literal', text: decodeLiteral(text, part) });
    }
  }
  return { text, segments, names, isLiteral: names.length === 0 };
}

function addName(pattern: string, names: string[], name: string): void {
  if (names.includes(name)) throw invalid(pattern, 'two of its parameters have the same name');
  names.push(name);
}

function decodeLiteral(pattern: string, part: string): string {
  const decoded = decodeSegment(part);
  if (decoded === undefined) throw invalid(pattern, `"${part}" is not valid percent-encoding`);
  return decoded;
}

function wrongCharacter(pattern: string, parts: readonly string[]): Error {
  const part = parts.find((one) => !literalText.test(one));
  return invalid(pattern, `"${part}" contains a character that cannot be part of a path; the query is not part of it`);
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
