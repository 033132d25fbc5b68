// A trie over path segments with the methods at its leaves. Literal segments win over parameters, parameters over wildcards,
// segment by segment; a branch that has no route for the method is left for the next one. Add and remove are O(path length).

import type { HttpMethod } from '../contract/http-method.ts';
import { decodeSegment, type PathPattern } from './pattern.ts';

/** What a route answers to: one method, or all that have no route of their own. */
export type RouteMethod = HttpMethod | 'any';

interface Leaf<R> {
  readonly routes: Map<RouteMethod, R>;
}

interface Node<R> {
  literals: Map<string, Node<R>> | undefined;
  parameter: Node<R> | undefined;
  wildcard: Leaf<R> | undefined;
  leaf: Leaf<R> | undefined;
}

const malformed = Symbol('malformed percent-encoding');

export class PathTrie<R> {
  readonly #root: Node<R> = newNode();
  // Literal paths as they are usually sent; the trie knows them too, for paths that are sent percent-encoded.
  readonly #literals = new Map<string, Leaf<R>>();

  /** Values of the parameters of the last match, from left to right. */
  values: string[] = [];
  /** The last path had malformed percent-encoding in a segment. */
  isMalformed = false;

  /** Adds a route; returns the one that is already there instead, when there is one. */
  add(method: RouteMethod, pattern: PathPattern, route: R): R | undefined {
    let node = this.#root;
    for (const segment of pattern.segments) {
      if (segment.kind === 'wildcard') {
        return addToLeaf((node.wildcard ??= { routes: new Map() }), method, route);
      }
      if (segment.kind === 'parameter') {
        node = node.parameter ??= newNode();
      } else {
        node.literals ??= new Map();
        let next = node.literals.get(segment.text);
        if (next === undefined) node.literals.set(segment.text, (next = newNode()));
        node = next;
      }
    }
    const existing = addToLeaf((node.leaf ??= { routes: new Map() }), method, route);
    if (existing === undefined && pattern.isLiteral) this.#literals.set(pattern.text, node.leaf);
    return existing;
  }

  /** Removes a route and the branches that only it needed. */
  remove(method: RouteMethod, pattern: PathPattern): void {
    const path: Node<R>[] = [this.#root];
    let node = this.#root;
    for (const segment of pattern.segments) {
      if (segment.kind === 'wildcard') break;
      const next: Node<R> | undefined =
        segment.kind === 'parameter' ? node.parameter : node.literals?.get(segment.text);
      if (next === undefined) return;
      path.push((node = next));
    }
    const isWildcard = pattern.segments.at(-1)?.kind === 'wildcard';
    const leaf = isWildcard ? node.wildcard : node.leaf;
    leaf?.routes.delete(method);
    if (leaf?.routes.size !== 0) return;
    if (isWildcard) node.wildcard = undefined;
    else node.leaf = undefined;
    if (pattern.isLiteral) this.#literals.delete(pattern.text);
    for (let depth = path.length - 1; depth > 0 && isEmpty(path[depth]!); depth--) {
      const parent = path[depth - 1]!;
      const segment = pattern.segments[depth - 1]!;
      if (segment.kind === 'literal') {
        parent.literals?.delete(segment.text);
        if (parent.literals?.size === 0) parent.literals = undefined;
      } else {
        parent.parameter = undefined;
      }
    }
  }

  /** The route for `method` and `path`; `values` then has its parameters. HEAD falls back to GET at the same leaf. */
  find(method: HttpMethod, path: string): R | undefined {
    this.isMalformed = false;
    const leaf = this.#literals.get(path);
    if (leaf !== undefined) {
      const route = routeOf(leaf, method);
      if (route !== undefined) {
        this.values = noValues;
        return route;
      }
    }
    const values: string[] = [];
    const route = this.#descend(this.#root, path, 1, method, values);
    this.values = values;
    return route;
  }

  /** Adds the methods that have a route for `path` to `methods`. */
  collectMethods(path: string, methods: Set<RouteMethod>): void {
    this.#descend(this.#root, path, 1, methods, []);
  }

  // With a set in place of the method, visits all leaves and never matches.
  #descend(
    node: Node<R>,
    path: string,
    start: number,
    method: HttpMethod | Set<RouteMethod>,
    values: string[],
  ): R | undefined {
    if (start > path.length) return node.leaf && this.#arrive(node.leaf, method);
    let end = path.indexOf('/', start);
    if (end === -1) end = path.length;
    const depth = values.length;
    if (node.literals !== undefined || node.parameter !== undefined) {
      const text = decodeSegment(path.slice(start, end)) ?? malformed;
      if (text === malformed) {
        this.isMalformed = true;
        return undefined;
      }
      const literal = node.literals?.get(text);
      if (literal !== undefined) {
        const route = this.#descend(literal, path, end + 1, method, values);
        if (route !== undefined) return route;
        values.length = depth;
      }
      if (node.parameter !== undefined && text !== '') {
        values.push(text);
        const route = this.#descend(node.parameter, path, end + 1, method, values);
        if (route !== undefined) return route;
        values.length = depth;
      }
    }
    if (node.wildcard === undefined) return undefined;
    const rest = decodeSegment(path.slice(start));
    if (rest === undefined) {
      this.isMalformed = true;
      return undefined;
    }
    values.push(rest);
    const route = this.#arrive(node.wildcard, method);
    if (route === undefined) values.length = depth;
    return route;
  }

  #arrive(leaf: Leaf<R>, method: HttpMethod | Set<RouteMethod>): R | undefined {
    if (typeof method === 'string') return routeOf(leaf, method);
    for (const known of leaf.routes.keys()) method.add(known);
    return undefined;
  }
}

const noValues: string[] = [];

function newNode<R>(): Node<R> {
  return { literals: undefined, parameter: undefined, wildcard: undefined, leaf: undefined };
}

function isEmpty(node: Node<unknown>): boolean {
  return (
    node.literals === undefined &&
    node.parameter === undefined &&
    node.wildcard === undefined &&
    node.leaf === undefined
  );
}

function addToLeaf<R>(leaf: Leaf<R>, method: RouteMethod, route: R): R | undefined {
  const existing = leaf.routes.get(method);
  if (existing === undefined) leaf.routes.set(method, route);
  return existing;
}

function routeOf<R>(leaf: Leaf<R>, method: HttpMethod): R | undefined {
  const routes = leaf.routes;
  return routes.get(method) ?? (method === 'HEAD' ? routes.get('GET') : undefined) ?? routes.get('any');
}
