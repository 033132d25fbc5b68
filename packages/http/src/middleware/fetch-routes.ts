// Handlers written against the Web standards as routes: a `Request` is made of each request, a response of each `Response`.
// Bodies are streamed both ways; nothing is gathered here.

import { invalidOption } from '../contract/option-error.ts';
import type { FetchApplication, FetchHandler } from '../contract/fetch-handler.ts';
import type { MountOptions, RouteOptions } from '../contract/http-host.ts';
import { httpMethods, type HttpMethod } from '../contract/http-method.ts';
import type { BodyStream, HttpRequest } from '../contract/request.ts';
import { hasNoBody, HttpResponse } from '../contract/response.ts';
import { httpError } from '../errors/catalogue.ts';

type StreamedRequest = HttpRequest<BodyStream>;

/** What `HttpHost.route` takes. */
export interface FetchRoute {
  readonly path: string;
  readonly methods: readonly HttpMethod[];
  readonly routeOptions: RouteOptions;
  readonly handler: (request: StreamedRequest) => Promise<HttpResponse>;
}

/** A `Request` cannot have these. */
const impossible: ReadonlySet<HttpMethod> = new Set(['CONNECT', 'TRACE']);
const methods = httpMethods.filter((method) => !impossible.has(method));

/** Fields that the host sends itself, or that are about one connection only. */
const ownFields: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'proxy-connection',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The routes for an application at `prefix`. @throws ICHOR_HTTP_OPTION_INVALID */
export function fetchRoutes(prefix: string, application: FetchApplication, options: MountOptions): FetchRoute[] {
  const handle = handlerOf(application);
  if (typeof prefix !== 'string' || !/^\/[^:*?#]*$/.test(prefix)) {
    throw invalidOption('prefix', prefix, "a path without parameters and wildcards, such as '/api'");
  }
  const { stripPrefix = true, ...others } = options;
  if (typeof stripPrefix !== 'boolean') throw invalidOption('stripPrefix', stripPrefix, 'true or false');
  const base = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
  const handler = async (request: StreamedRequest): Promise<HttpResponse> => {
    const response = await handle(requestFor(request, stripPrefix ? segmentsOf(base) : 0), { request });
    return responseFrom(response, request);
  };
  const paths = base === '' ? ['/*'] : [base, `${base}/*`];
  return paths.map((path) => ({ path, methods, routeOptions: { ...others, body: 'stream' }, handler }));
}

function handlerOf(application: FetchApplication): FetchHandler {
  if (typeof application === 'function') return application;
  if (typeof (application as { fetch?: unknown } | null)?.fetch === 'function') {
    return (request, context) => application.fetch(request, context);
  }
  throw invalidOption(
    'application',
    application,
    'a function (request) => Response, or an object with such a method fetch',
  );
}

function segmentsOf(base: string): number {
  return base.split('/').length - 1;
}

function requestFor(request: StreamedRequest, strippedSegments: number): Request {
  const { method, headers } = request;
  const fields = new Headers();
  for (const [name, value] of headers) fields.append(name, value);
  const hasBody =
    method !== 'GET' && method !== 'HEAD' && (headers.has('content-length') || headers.has('transfer-encoding'));
  return new Request(urlOf(request, strippedSegments), {
    method,
    headers: fields,
    signal: request.signal,
    ...(hasBody ? { body: bodyOf(request.body), duplex: 'half' as const } : {}),
  });
}

// The prefix may be sent percent-encoded, so it is left out by counting its segments.
function urlOf({ path, target, host, peer }: StreamedRequest, strippedSegments: number): string {
  let start = 0;
  for (let count = 0; count < strippedSegments && start !== -1; count++) start = path.indexOf('/', start + 1);
  const rest = start === -1 ? '/' : path.slice(start);
  const query = target.indexOf('?');
  const authority = host === undefined || host === '' ? 'localhost' : host;
  return `${peer.encrypted ? 'https' : 'http'}://${authority}${rest}${query === -1 ? '' : target.slice(query)}`;
}

// Pulls one piece at a time, and nothing ahead, so that the client waits when the application does.
function bodyOf(body: BodyStream): ReadableStream<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await iterator.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

function responseFrom(response: Response, request: StreamedRequest): HttpResponse {
  const { status, headers, body } = checked(response, request);
  const fields: [string, string][] = [];
  for (const [name, value] of headers) if (!ownFields.has(name)) fields.push([name, value]);
  const contentType = headers.get('content-type') ?? undefined;
  const length = headers.get('content-length');
  const lengthBytes = length !== null && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
  // To HEAD an application tells the length of a body that it does not have.
  if (hasNoBody(status) || (body === null && (lengthBytes === undefined || request.method !== 'HEAD'))) {
    return new HttpResponse(status, contentType, fields, { kind: 'empty' });
  }
  return new HttpResponse(status, contentType, fields, {
    kind: 'stream',
    source: body ?? [],
    lengthBytes,
    trailers: undefined,
  });
}

// Not instanceof: applications may bring a Response class of their own.
function checked(response: Response, request: StreamedRequest): Response {
  const given = response as Partial<Response> | null | undefined;
  const isResponse = typeof given?.status === 'number' && typeof given.headers?.get === 'function';
  // Its body would be empty, or fail behind the head: a response that is kept has to be cloned for each answer.
  const isSpent = given?.bodyUsed === true || given?.body?.locked === true;
  if (isResponse && given.status >= 200 && !isSpent) return response;
  const what = isSpent ? 'whose body was read before' : `with the status ${given?.status}`;
  const received = isResponse ? `a response ${what}` : `a value of type ${typeof given}`;
  throw httpError(
    'ICHOR_HTTP_RESPONSE_INVALID',
    `The application mounted for ${request.method} ${request.path} answered with ${received}. Return a new Response with a status from 200 to 599.`,
  );
}
