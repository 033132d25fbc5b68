// The router: precedence, parameters, methods, conflicts, removal; find-my-way is the independent oracle.

import fc from 'fast-check';
import findMyWay from 'find-my-way';
import { describe, expect, it } from 'vitest';
import type { HttpMethod } from '../../src/contract/http-method.ts';
import { parseQuery } from '../../src/routing/query.ts';
import { Router, type RouteEntry, type RoutePath } from '../../src/routing/router.ts';

interface Named {
  readonly owner: string;
}

function routerOf(...routes: readonly (readonly [HttpMethod | 'any', RoutePath])[]): Router<Named> {
  const router = new Router<Named>();
  for (const [method, path] of routes) router.add(method, path, { owner: `${method} ${String(path)}` });
  return router;
}

function find(router: Router<Named>, method: HttpMethod, target: string): string | undefined {
  return router.find(method, target.split('?')[0]!, target)?.owner;
}

describe('the router', () => {
  it('prefers literal segments over parameters over wildcards, segment by segment', () => {
    const router = routerOf(
      ['GET', '/*'],
      ['GET', '/users/:id'],
      ['GET', '/users/me'],
      ['GET', '/users/:id/posts'],
      ['GET', '/users/*rest'],
    );
    expect(find(router, 'GET', '/users/me')).toBe('GET /users/me');
    expect(find(router, 'GET', '/users/7')).toBe('GET /users/:id');
    expect(router.params).toEqual({ id: '7' });
    expect(find(router, 'GET', '/users/me/posts')).toBe('GET /users/:id/posts');
    expect(router.params).toEqual({ id: 'me' });
    expect(find(router, 'GET', '/users/me/other')).toBe('GET /users/*rest');
    expect(router.params).toEqual({ rest: 'me/other' });
    expect(find(router, 'GET', '/else/where')).toBe('GET /*');
    expect(router.params).toEqual({ '*': 'else/where' });
  });

  it('matches the path without the query (HT-20) and keeps a trailing slash apart', () => {
    const router = routerOf(['GET', '/a'], ['GET', '/b/']);
    expect(find(router, 'GET', '/a?x=1')).toBe('GET /a');
    expect(find(router, 'GET', '/a/')).toBeUndefined();
    expect(find(router, 'GET', '/b')).toBeUndefined();
    expect(find(router, 'GET', '/b/')).toBe('GET /b/');
  });

  it('decodes segments one by one, so that an encoded slash stays inside its segment', () => {
    const router = routerOf(['GET', '/files/:name'], ['GET', '/caf\u00e9']);
    expect(find(router, 'GET', '/files/a%2Fb')).toBe('GET /files/:name');
    expect(router.params).toEqual({ name: 'a/b' });
    expect(find(router, 'GET', '/caf%C3%A9')).toBe('GET /caf\u00e9');
    expect(find(router, 'GET', '/files/%ff')).toBeUndefined();
    expect(router.isMalformed).toBe(true);
  });

  it('gives parameters without a prototype, whatever their names', () => {
    const router = routerOf(['GET', '/:__proto__/:constructor']);
    expect(find(router, 'GET', '/a/b')).toBeDefined();
    expect(Object.getPrototypeOf(router.params)).toBeNull();
    expect(Object.entries(router.params)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });

  it('answers HEAD with the GET route unless there is a HEAD route, and any method with an `any` route', () => {
    const router = routerOf(['GET', '/a'], ['GET', '/b'], ['HEAD', '/b'], ['any', '/c'], ['PUT', '/c']);
    expect(find(router, 'HEAD', '/a')).toBe('GET /a');
    expect(find(router, 'HEAD', '/b')).toBe('HEAD /b');
    expect(find(router, 'PURGE', '/c')).toBe('any /c');
    expect(find(router, 'PUT', '/c')).toBe('PUT /c');
  });

  it('leaves a more specific path that lacks the method for a less specific one that has it, and lists all methods', () => {
    const router = routerOf(['GET', '/users/me'], ['PUT', '/users/:id'], ['DELETE', /\/users\/.*/]);
    expect(find(router, 'PUT', '/users/me')).toBe('PUT /users/:id');
    expect(find(router, 'DELETE', '/users/me')).toBe('DELETE /\\/users\\/.*/');
    expect(find(router, 'POST', '/users/me')).toBeUndefined();
    expect(router.allowed('/users/me', '/users/me')).toEqual(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);
    expect(router.allowed('/nothing', '/nothing')).toEqual([]);
  });

  it('matches regular expressions as a whole and passes the groups that took part (HT-21)', () => {
    const router = routerOf(['GET', /\/regex_test\/(\w+)\??(\w+=\w+)?&?(\w+=\w+)?/]);
    const captures = (target: string): readonly string[] | undefined =>
      find(router, 'GET', target) === undefined ? undefined : router.captures;
    expect(captures('/regex_test/one')).toEqual(['one']);
    expect(captures('/regex_test/two?')).toEqual(['two']);
    expect(captures('/regex_test/three?param=test')).toEqual(['three', 'param=test']);
    expect(captures('/regex_test/four?param=test&second=123')).toEqual(['four', 'param=test', 'second=123']);
    expect(captures('/prefix/regex_test/one')).toBeUndefined();
    expect(captures('/regex_test/one/more')).toBeUndefined();
  });

  it('matches an expression that does not mention the query against the path alone, every time anew', () => {
    const router = routerOf(['GET', /\/item\/(?<id>\d+)/g]);
    for (let round = 0; round < 3; round++) {
      expect(find(router, 'GET', '/item/12?x=1')).toBeDefined();
      expect(router.params).toEqual({ id: '12' });
    }
  });

  it('asks custom matchers after all paths, in the order of registration, and takes their captures once (HT-22)', () => {
    let asked = 0;
    const matcher = (text: string) => ({
      matches: (target: string) => target.includes(text),
      routeParams: () => (asked++, [text]),
    });
    const router = new Router<Named>();
    router.add('GET', matcher('x'), { owner: 'first' });
    router.add('GET', matcher('xy'), { owner: 'second' });
    router.add('GET', '/xy', { owner: 'path' });
    expect(find(router, 'GET', '/xy')).toBe('path');
    expect(find(router, 'GET', '/axy?q')).toBe('first');
    expect(router.captures).toEqual(['x']);
    expect(asked).toBe(1);
  });

  it('refuses a second route for the same requests and names both owners', () => {
    const router = new Router<Named>();
    router.add(['GET', 'PUT'], '/users/:id', { owner: 'Users' });
    expect(() => router.add(['POST', 'PUT'], '/users/:name', { owner: 'Others' })).toThrow(
      expect.objectContaining({ code: 'ICHOR_HTTP_ROUTE_CONFLICT', message: expect.stringMatching(/Others.*Users/) }),
    );
    expect(find(router, 'POST', '/users/1')).toBeUndefined();
    router.add('GET', /\/a+/, { owner: 'One' });
    expect(() => router.add('GET', /\/a+/, { owner: 'Two' })).toThrow(
      expect.objectContaining({ code: 'ICHOR_HTTP_ROUTE_CONFLICT' }),
    );
  });

  it.each(['', 'a', '/a?b', '/:', '/:1', '/a/*b/c', '/:a/:a', '/a b', '/%zz', '/a#', '/*a-b'])(
    'refuses the pattern %j',
    (pattern) => {
      expect(() => routerOf(['GET', pattern])).toThrow(expect.objectContaining({ code: 'ICHOR_HTTP_ROUTE_INVALID' }));
    },
  );

  it('refuses an unknown method and a path of another type', () => {
    expect(() => routerOf(['get' as 'GET', '/a'])).toThrow(/"get"/);
    expect(() => routerOf(['GET', {} as RegExp])).toThrow(
      expect.objectContaining({ code: 'ICHOR_HTTP_ROUTE_INVALID' }),
    );
    expect(() => routerOf(['GET', null as unknown as RegExp])).toThrow(/null/);
  });

  it('agrees with find-my-way on any set of routes, also while routes come and go', () => {
    const segment = fc.constantFrom('a', 'b', 'cc', ':x', ':y');
    const pattern = fc
      .tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.boolean())
      .map(
        ([segments, wild]) =>
          `/${segments.map((part, at) => (part.startsWith(':') ? `:p${at}` : part)).join('/')}${wild ? '/*' : ''}`,
      );
    const path = fc
      .array(fc.constantFrom('a', 'b', 'cc', 'd'), { minLength: 1, maxLength: 5 })
      .map((parts) => `/${parts.join('/')}`);
    const method = fc.constantFrom<HttpMethod[]>('GET', 'PUT');
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(method, pattern), { maxLength: 12, selector: ([verb, text]) => `${verb} ${text}` }),
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        fc.array(fc.tuple(method, path), { maxLength: 20 }),
        (routes, removed, requests) => {
          const router = new Router<Named>();
          const entries: RouteEntry<Named>[] = routes.map(([verb, text]) =>
            router.add(verb, text, { owner: `${verb} ${text}` }),
          );
          entries.forEach((entry, index) => removed[index] === true && router.remove(entry));
          const oracle = findMyWay();
          routes.forEach(([verb, text], index) => {
            if (removed[index] !== true) oracle.on(verb, text, () => undefined, { owner: `${verb} ${text}` });
          });
          for (const [verb, target] of requests) {
            const expected = oracle.find(verb, target);
            const found = find(router, verb, target);
            expect(found).toBe((expected?.store as Named | undefined)?.owner);
            if (found !== undefined) expect({ ...router.params }).toEqual(expected?.params);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('is empty again when all routes have been removed one by one', () => {
    const router = new Router<Named>();
    const entries = Array.from({ length: 1000 }, (_, index) =>
      router.add('GET', `/api/v${index % 7}/:kind/r${index}`, { owner: 'A' }),
    );
    for (const entry of entries) router.remove(entry);
    for (let index = 0; index < 1000; index++) {
      expect(router.allowed(`/api/v${index % 7}/x/r${index}`, '')).toEqual([]);
    }
    router.add('GET', '/api/v1/:other/r1', { owner: 'B' });
    expect(find(router, 'GET', '/api/v1/x/r1')).toBe('B');
  });
});

describe('parseQuery', () => {
  it('collects repeated names in lists and has no prototype', () => {
    const query = parseQuery('a=1&b=2&b=3&b=%20+&c&__proto__=x');
    expect(query['a']).toBe('1');
    expect(query['b']).toEqual(['2', '3', '  ']);
    expect(query['c']).toBe('');
    expect(Object.getPrototypeOf(query)).toBeNull();
    expect(parseQuery('?a=1')['?a']).toBe('1');
    expect(parseQuery('%zz=%e')).toEqual(Object.assign(Object.create(null), { '%zz': '%e' }));
  });
});
