// Where a request goes, as text that is made once: programs ask the same few URLs again and again.

import { invalid } from './option-check.ts';

export interface RequestTarget {
  readonly url: URL;
  readonly origin: string;
  /** Path and query, as it is sent. */
  readonly path: string;
  /** For messages: without the query, which may hold secrets. */
  readonly shown: string;
}

export function requestTarget(url: URL): RequestTarget {
  const { origin, pathname } = url;
  return { url, origin, path: pathname + url.search, shown: origin + pathname };
}

export type Query = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** So many targets are kept; a program that asks more of them gains nothing from keeping them. */
const keptTargets = 256;

/** The targets of one client. */
export class RequestTargets {
  readonly #baseUrl: URL | undefined;
  readonly #known = new Map<string, RequestTarget>();

  constructor(baseUrl: URL | undefined) {
    this.#baseUrl = baseUrl;
  }

  /** @throws ICHOR_HTTP_CLIENT_OPTION_INVALID */
  find(url: string | URL, query: Query | undefined): RequestTarget {
    if (typeof url !== 'string' || query !== undefined) return requestTarget(withQuery(this.#resolved(url), query));
    let target = this.#known.get(url);
    if (target !== undefined) return target;
    target = requestTarget(this.#resolved(url));
    if (this.#known.size >= keptTargets) this.#known.clear();
    this.#known.set(url, target);
    return target;
  }

  #resolved(url: string | URL): URL {
    const base = this.#baseUrl;
    const isPossible = (typeof url === 'string' || url instanceof URL) && URL.canParse(String(url), base?.href);
    if (!isPossible)
      throw invalid('url', url, base === undefined ? 'a whole URL, or a client with a baseUrl' : 'a URL or a path');
    return checkedUrl('url', new URL(url, base));
  }
}

/** `url` when requests can go there. @throws ICHOR_HTTP_CLIENT_OPTION_INVALID */
export function checkedUrl(option: string, url: URL): URL {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw invalid(option, url.href, 'a URL that begins with http:// or https://');
  if (url.username !== '' || url.password !== '')
    throw invalid(option, `a URL of ${url.host} with a user name`, 'a URL without one; send the Authorization header');
  return url;
}

function withQuery(url: URL, query: Query | undefined): URL {
  if (query === undefined) return url;
  if (typeof query !== 'object' || query === null) throw invalid('query', query, 'an object of names and values');
  for (const [name, value] of Object.entries(query)) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const one of values) {
      if (typeof one !== 'string' && typeof one !== 'number' && typeof one !== 'boolean')
        throw invalid(`query.${name}`, one, 'text, a number, a boolean, or a list of texts');
      url.searchParams.append(name, String(one));
    }
  }
  return url;
}
