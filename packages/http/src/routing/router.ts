// All routes of one host: path patterns in a trie, then regular expressions and custom matchers in the order of registration.
// Asked by the request pipeline for every request; changed whenever services come and go.

import { httpMethods, type HttpMethod } from '../contract/http-method.ts';
import { httpError } from '../errors/catalogue.ts';
import { compileMatcher, type CompiledMatcher, type RouteMatcher } from './matcher.ts';
import { PathTrie, type RouteMethod } from './path-trie.ts';
import { parsePattern, type PathPattern } from './pattern.ts';

/** What a route answers to: a path pattern, a regular expression, or a matcher of one's own. */
export type RoutePath = string | RegExp | RouteMatcher;

/** What the router knows of a route. */
export interface Routable {
  /** Who owns it, for messages. */
  readonly owner: string;
}

/** A route in the router. */
export interface RouteEntry<R extends Routable> {
  readonly route: R;
  readonly methods: readonly RouteMethod[];
  readonly pattern: PathPattern | undefined;
  readonly matcher: CompiledMatcher | undefined;
  /** The path or matcher as text, for messages. */
  readonly text: string;
}

/** No captures. */
export const noCaptures: readonly string[] = Object.freeze([]);

/** No parameters. */
export const noParams: Readonly<Record<string, string>> = Object.freeze(Object.create(null) as Record<string, string>);

export class Router<R extends Routable> {
  readonly #trie = new PathTrie<RouteEntry<R>>();
  readonly #matchers = new Set<RouteEntry<R>>();

  /** Parameters of the last match. */
  params: Readonly<Record<string, string>> = noParams;
  /** Captured texts of the last match. */
  captures: readonly string[] = noCaptures;

  /**
   * Adds a route for one or more methods.
   * @throws ICHOR_HTTP_ROUTE_INVALID, ICHOR_HTTP_ROUTE_CONFLICT; nothing was added then.
   */
  add(methods: RouteMethod | readonly RouteMethod[], path: RoutePath, route: R): RouteEntry<R> {
    const list = typeof methods === 'string' ? [methods] : [...methods];
    list.forEach(assertMethod);
    const pattern = typeof path === 'string' ? parsePattern(path) : undefined;
    const matcher = typeof path === 'string' ? undefined : compileMatcher(path);
    const entry: RouteEntry<R> = { route, methods: list, pattern, matcher, text: pattern?.text ?? matcher!.text };
    if (pattern === undefined) {
      this.#addMatcher(entry);
      return entry;
    }
    for (let index = 0; index < list.length; index++) {
      const existing = this.#trie.add(list[index]!, pattern, entry);
      if (existing === undefined) continue;
      for (const added of list.slice(0, index)) this.#trie.remove(added, pattern);
      throw conflict(list[index]!, entry, existing);
    }
    return entry;
  }

  /** Removes what `add` returned. O(path length). */
  remove(entry: RouteEntry<R>): void {
    if (entry.pattern === undefined) this.#matchers.delete(entry);
    else for (const method of entry.methods) this.#trie.remove(method, entry.pattern);
  }

  /**
   * The route for a request; `params` and `captures` then have what it matched.
   * @param path Percent-encoded, beginning with a slash.
   * @param target The path with its query.
   */
  find(method: HttpMethod, path: string, target: string): R | undefined {
    const entry = this.#trie.find(method, path);
    this.captures = noCaptures;
    if (entry !== undefined) {
      const names = entry.pattern!.names;
      this.params = names.length === 0 ? noParams : paramsOf(names, this.#trie.values);
      return entry.route;
    }
    if (this.#matchers.size !== 0) {
      for (const candidate of this.#matchers) {
        if (!answers(candidate, method)) continue;
        const result = candidate.matcher!.match(path, target);
        if (result === undefined) continue;
        this.captures = result.captures;
        this.params = result.groups === undefined ? noParams : definedGroups(result.groups);
        return candidate.route;
      }
    }
    return undefined;
  }

  /** The percent-encoding of the path of the last `find` was malformed where it mattered. */
  get isMalformed(): boolean {
    return this.#trie.isMalformed;
  }

  /** The methods that would be answered for a path, in the order of the method list; empty when nothing is there. */
  allowed(path: string, target: string): HttpMethod[] {
    const methods = new Set<RouteMethod>();
    this.#trie.collectMethods(path, methods);
    for (const candidate of this.#matchers) {
      if (candidate.matcher!.match(path, target) !== undefined)
        for (const method of candidate.methods) methods.add(method);
    }
    if (methods.size === 0) return [];
    if (methods.has('GET')) methods.add('HEAD');
    methods.add('OPTIONS');
    return httpMethods.filter((method) => methods.has(method) || methods.has('any'));
  }

  #addMatcher(entry: RouteEntry<R>): void {
    for (const other of this.#matchers) {
      if (other.text !== entry.text || other.text === 'custom matcher') continue;
      const shared = entry.methods.find((method) => other.methods.includes(method));
      if (shared !== undefined) throw conflict(shared, entry, other);
    }
    this.#matchers.add(entry);
  }
}

function answers(entry: RouteEntry<Routable>, method: HttpMethod): boolean {
  const methods = entry.methods;
  return methods.includes(method) || methods.includes('any') || (method === 'HEAD' && methods.includes('GET'));
}

function paramsOf(names: readonly string[], values: readonly string[]): Readonly<Record<string, string>> {
  const params = Object.create(null) as Record<string, string>;
  for (let index = 0; index < names.length; index++) params[names[index]!] = values[index]!;
  return params;
}

function definedGroups(groups: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const params = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(groups)) if (value !== undefined) params[name] = value;
  return params;
}

function assertMethod(method: string): void {
  if (method === 'any' || (httpMethods as readonly string[]).includes(method)) return;
  throw httpError(
    'ICHOR_HTTP_ROUTE_INVALID',
    `A route was given the method ${JSON.stringify(method)}. Pass an upper-case method such as 'GET', a list of them, or 'any'.`,
  );
}

function conflict(method: RouteMethod, entry: RouteEntry<Routable>, existing: RouteEntry<Routable>): Error {
  return httpError(
    'ICHOR_HTTP_ROUTE_CONFLICT',
    `${entry.route.owner} cannot register ${method} ${entry.text}: ${existing.route.owner} already registered ${method} ${existing.text}, which matches the same requests. Remove one of them or change its path.`,
    { details: { method, path: entry.text, existing: existing.text, owner: existing.route.owner } },
  );
}
