// Matchers that are not path patterns: regular expressions and objects with a `matches` method (HT-21, HT-22).

import { httpError } from '../errors/catalogue.ts';

/** A matcher of one's own. Asked after all path patterns, in the order of registration. */
export interface RouteMatcher {
  /** Whether the route answers `target`: the path with its query, as sent. */
  matches(target: string): boolean;
  /** Called once after each successful match: the captured texts, which become `request.captures`. */
  routeParams(): readonly string[];
}

/** What a matcher found. */
export interface MatcherResult {
  readonly captures: readonly string[];
  /** Named groups of a regular expression. */
  readonly groups: Readonly<Record<string, string | undefined>> | undefined;
}

/** A regular expression or custom matcher, ready to be asked. */
export interface CompiledMatcher {
  readonly text: string;
  match(path: string, target: string): MatcherResult | undefined;
}

// A path never contains a question mark, so an expression that asks for one literally is about path and query.
const literalQuestionMark = /\\\?|\[[^\]]*\?[^\]]*\]/;

/**
 * Compiles a matcher. A regular expression must match as a whole; it is matched against the path, or, when it contains a
 * literal question mark, against path and query.
 */
export function compileMatcher(matcher: RegExp | RouteMatcher): CompiledMatcher {
  if (matcher instanceof RegExp) return compileExpression(matcher);
  if (typeof matcher?.matches !== 'function' || typeof matcher.routeParams !== 'function') {
    throw httpError(
      'ICHOR_HTTP_ROUTE_INVALID',
      `A route was given ${describe(matcher)} as its path. Pass a string that begins with a slash, a RegExp, or an object with matches(target) and routeParams().`,
    );
  }
  return {
    text: 'custom matcher',
    match: (_path, target) =>
      matcher.matches(target) ? { captures: [...matcher.routeParams()], groups: undefined } : undefined,
  };
}

function compileExpression(expression: RegExp): CompiledMatcher {
  const whole = new RegExp(`^(?:${expression.source})$`, expression.flags.replace(/[gy]/g, ''));
  const withQuery = literalQuestionMark.test(expression.source);
  return {
    text: String(expression),
    match(path, target) {
      const match = whole.exec(withQuery ? target : path);
      if (match === null) return undefined;
      return { captures: match.slice(1).filter((capture) => capture !== undefined), groups: match.groups };
    },
  };
}

function describe(value: unknown): string {
  return value === null ? 'null' : `a value of type ${typeof value}`;
}
