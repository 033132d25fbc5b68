// Checks and completes the options of hosts and their endpoints.

import type { EndpointOptions, WebSocketHostOptions } from '../contract/websocket-host.ts';
import { checkNames, duration, flag, functionOrNone, invalidOption, wholeNumber } from './checks.ts';
import {
  connectionOptionNames,
  resolveConnectionOptions,
  type ResolvedConnectionOptions,
} from './connection-options.ts';

export interface ResolvedHostOptions {
  readonly maxConnections: number;
  readonly heartbeatMs: number;
}

export interface ResolvedEndpointOptions extends ResolvedConnectionOptions {
  readonly allowsOrigin: ((origin: string) => boolean) | undefined;
  readonly requireProtocol: boolean;
  readonly maxConnections: number;
  readonly authorise: EndpointOptions['authorise'];
}

/** @throws ICHOR_WEBSOCKET_OPTION_INVALID */
export function resolveHostOptions(given: WebSocketHostOptions = {}): ResolvedHostOptions {
  checkNames('options', given, ['maxConnections', 'heartbeatMs']);
  return {
    maxConnections: wholeNumber('maxConnections', given.maxConnections, 16_384, 1, true),
    heartbeatMs: duration('heartbeatMs', given.heartbeatMs, 30_000, 10),
  };
}

const names = [...connectionOptionNames, 'origins', 'requireProtocol', 'maxConnections', 'authorise'];

/** @throws ICHOR_WEBSOCKET_OPTION_INVALID */
export function resolveEndpointOptions(given: EndpointOptions): ResolvedEndpointOptions {
  checkNames('options', given, names);
  const options = resolveConnectionOptions(given);
  const requireProtocol = flag('requireProtocol', given.requireProtocol, false);
  if (requireProtocol && options.protocols.length === 0)
    throw invalidOption('requireProtocol', true, 'true only with protocols');
  return {
    ...options,
    requireProtocol,
    allowsOrigin: originCheck(given.origins),
    maxConnections: wholeNumber('maxConnections', given.maxConnections, Number.POSITIVE_INFINITY, 1, true),
    authorise: functionOrNone('authorise', given.authorise),
  };
}

function originCheck(given: EndpointOptions['origins']): ((origin: string) => boolean) | undefined {
  if (given === undefined || typeof given === 'function') return given;
  const allowed = 'a function, or an array of origins such as https://example.org';
  if (!Array.isArray(given)) throw invalidOption('origins', given, allowed);
  const known = new Set<string>();
  for (const origin of given as readonly unknown[]) {
    if (typeof origin !== 'string' || (origin !== 'null' && !/^[a-z][a-z0-9+.-]*:\/\/[^/?#]+$/i.test(origin)))
      throw invalidOption('origins', origin, allowed);
    known.add(origin.toLowerCase());
  }
  return (origin) => known.has(origin.toLowerCase());
}
