// All routes of a host, those that take connections over included, and what is answered where there is none.

import { HttpError } from '../contract/http-error.ts';
import { empty, type HttpResponse } from '../contract/response.ts';
import { Router } from '../routing/router.ts';
import type { RequestHead } from './exchange.ts';
import { gone, upgradeRequired } from './refusals.ts';
import type { Route } from './route.ts';

export class RoutingTable {
  readonly router = new Router<Route>();
  /** Routes that take connections over, by protocol in lower case. */
  readonly upgrades = new Map<string, Router<Route>>();
  /** The host stops: routes are going away. */
  isDraining = false;

  /** Where the route of a request is looked for. */
  routerFor(head: RequestHead): Router<Route> {
    return head.upgrade === undefined ? this.router : (this.#upgradeRouter(head) ?? this.router);
  }

  #upgradeRouter({
    upgrade,
    bodyLength,
    method,
    minorVersion,
    path,
    pathAndQuery,
  }: RequestHead): Router<Route> | undefined {
    if (upgrade === undefined || this.upgrades.size === 0 || bodyLength !== 0 || method !== 'GET') return undefined;
    // RFC 9110 section 7.8: Upgrade is ignored in HTTP/1.0.
    if (minorVersion === 0) return undefined;
    for (const protocol of upgrade.split(',')) {
      const router = this.upgrades.get(protocol.trim().toLowerCase());
      if (router?.find(method, path, pathAndQuery) !== undefined) return router;
    }
    return undefined;
  }

  /** What a request without a route is answered, right after `find`: the router remembers what was wrong with the path. */
  answerWithoutRoute(head: RequestHead): HttpResponse | HttpError {
    const { method, path, pathAndQuery } = head;
    if (method === 'OPTIONS' && path === '*') return empty(204);
    if (this.router.isMalformed) return new HttpError(400, 'The percent-encoding of the path is not valid UTF-8.');
    if (this.isDraining) return gone();
    const allowed = this.router.allowed(path, pathAndQuery);
    const protocols = this.#protocolsAt(head);
    if (protocols.length > 0) {
      if (method === 'GET' || method === 'HEAD') return upgradeRequired(protocols);
      if (!allowed.includes('GET')) allowed.unshift('GET');
    }
    if (allowed.length === 0) return new HttpError(404, 'There is nothing at this path.');
    const headers = { Allow: allowed.join(', ') };
    if (method === 'OPTIONS') return empty(204, { headers });
    return new HttpError(405, `This path answers ${allowed.join(', ')}.`, { headers });
  }

  // The protocols to which a GET of this path could upgrade.
  #protocolsAt({ path, pathAndQuery }: RequestHead): string[] {
    const protocols: string[] = [];
    for (const [protocol, router] of this.upgrades)
      if (router.find('GET', path, pathAndQuery) !== undefined) protocols.push(protocol);
    return protocols;
  }
}
