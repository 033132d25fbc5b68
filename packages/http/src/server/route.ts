// A registered route as the pipeline uses it: options checked and resolved once, at registration.

import type { Handled, MessageType, Queue, StandardSchema } from '@ichor/core';
import { invalidOption } from '../contract/option-error.ts';
import type { RouteOptions } from '../contract/http-host.ts';
import type { BodyOption } from '../contract/request.ts';
import { isMessageType } from '../contract/response.ts';
import { noLayers, type Layer } from '../middleware/layer.ts';

/** A handler without its types: the types were checked where it was registered. */
export type AnyHandler = (request: never) => Handled;

/** How the body of a route is read. */
export type BodyKind = 'message' | 'schema' | 'json' | 'text' | 'bytes' | 'form' | 'stream' | 'none';

export class Route {
  readonly owner: string;
  /** Its pattern or matcher, as text. */
  path = '';
  /** Its own middleware, outermost first. */
  layers: readonly Layer[] = noLayers;
  readonly handler: AnyHandler;
  /** The queue of the service that owns it, so that its requests have that service as origin. */
  readonly queue: Queue;
  readonly priority: number;
  readonly bodyKind: BodyKind;
  readonly message: MessageType<unknown> | undefined;
  readonly schema: StandardSchema | undefined;
  readonly response: MessageType<unknown> | undefined;
  readonly query: StandardSchema | undefined;
  readonly params: StandardSchema | undefined;
  readonly bodyBytes: number;
  readonly handlerMs: number;
  /** Streamed answers under way, which end when the service stops. */
  readonly streams = new Set<{ stop(): void }>();

  /** @throws ICHOR_HTTP_OPTION_INVALID */
  constructor(
    owner: string,
    queue: Queue,
    handler: AnyHandler,
    options: RouteOptions,
    defaults: { readonly priority: number; readonly bodyBytes: number; readonly handlerMs: number },
  ) {
    checkOptions(options);
    if (typeof handler !== 'function') throw invalidOption('handler', handler, 'a function');
    const { body } = options;
    this.owner = owner;
    this.queue = queue;
    this.handler = handler;
    this.priority = options.priority ?? defaults.priority;
    this.bodyKind = kindOf(body);
    this.message = this.bodyKind === 'message' ? (body as MessageType<unknown>) : undefined;
    this.schema = this.bodyKind === 'schema' ? (body as StandardSchema) : undefined;
    this.response = options.response;
    this.query = options.query;
    this.params = options.params;
    this.bodyBytes = options.bodyBytes ?? defaults.bodyBytes;
    this.handlerMs = options.handlerTimeoutMs ?? defaults.handlerMs;
  }
}

const bodyNames: ReadonlySet<unknown> = new Set(['json', 'text', 'bytes', 'form', 'stream', 'none']);

function kindOf(body: BodyOption | undefined): BodyKind {
  if (body === undefined) return 'bytes';
  if (typeof body === 'string') return body;
  return isMessageType(body) ? 'message' : 'schema';
}

const optionNames: ReadonlySet<string> = new Set([
  'priority',
  'body',
  'response',
  'query',
  'params',
  'bodyBytes',
  'handlerTimeoutMs',
  'middleware',
]);

function checkOptions(options: RouteOptions): void {
  if (typeof options !== 'object' || options === null) throw invalidOption('route options', options, 'an object');
  for (const name of Object.keys(options)) {
    if (!optionNames.has(name)) {
      throw invalidOption(name, options[name as keyof RouteOptions], `one of ${[...optionNames].join(', ')}`);
    }
  }
  const { priority, body, response, query, params, bodyBytes, handlerTimeoutMs } = options;
  if (priority !== undefined && (!Number.isSafeInteger(priority) || priority < 0)) {
    throw invalidOption('priority', priority, 'an integer of at least 0');
  }
  if (body !== undefined && !bodyNames.has(body) && !isSchema(body)) {
    throw invalidOption('body', body, `a message type, a Standard Schema, or one of ${[...bodyNames].join(', ')}`);
  }
  if (response !== undefined && !isMessageType(response)) throw invalidOption('response', response, 'a message type');
  if (query !== undefined && !isSchema(query)) throw invalidOption('query', query, 'a Standard Schema');
  if (params !== undefined && !isSchema(params)) throw invalidOption('params', params, 'a Standard Schema');
  if (bodyBytes !== undefined && !(typeof bodyBytes === 'number' && bodyBytes >= 0)) {
    throw invalidOption('bodyBytes', bodyBytes, 'a number of at least 0');
  }
  if (handlerTimeoutMs !== undefined && !(typeof handlerTimeoutMs === 'number' && handlerTimeoutMs > 0)) {
    throw invalidOption('handlerTimeoutMs', handlerTimeoutMs, 'a number above 0, or Infinity');
  }
}

function isSchema(value: unknown): value is StandardSchema {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as { '~standard'?: { validate?: unknown } })['~standard']?.validate === 'function'
  );
}
