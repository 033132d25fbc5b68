// The public names of @ichor/http.

export { HttpError, type HttpErrorOptions, type ProblemDocument } from './contract/http-error.ts';
export {
  HttpHost,
  type HostAddress,
  type InjectedResponse,
  type InjectOptions,
  type MountOptions,
  type RegisterRoute,
  type RouteAnswer,
  type RouteHandler,
  type RouteOptions,
  type RouteRequest,
} from './contract/http-host.ts';
export {
  defaultLimits,
  defaultTimeouts,
  type HttpEngineName,
  type HttpHostOptions,
  type HttpLimits,
  type HttpTimeouts,
} from './contract/host-options.ts';
export { defaultClientTimeouts } from './client/client-options.ts';
export {
  HttpClient,
  type ClientResponse,
  type ClientTimeouts,
  type ClientTlsOptions,
  type HttpClientOptions,
  type RedirectPolicy,
  type RequestBody,
  type RequestDefaults,
  type RequestOptions,
  type RetryPolicy,
  type TimeoutPhase,
} from './contract/http-client.ts';
export type { HeaderValues, HttpHeaders } from './contract/headers.ts';
export type { FetchApplication, FetchContext, FetchHandler } from './contract/fetch-handler.ts';
export {
  defineMiddleware,
  type AnyMiddleware,
  type LocalsOf,
  type Middleware,
  type MiddlewareFunction,
  type MiddlewareRequest,
  type Next,
  type RequestOutcome,
  type UseOptions,
} from './contract/middleware.ts';
export { httpMethods, isHttpMethod, type HttpMethod } from './contract/http-method.ts';
export { reasonPhrase } from './contract/http-status.ts';
export type {
  BodyOf,
  BodyOption,
  BodyStream,
  HttpRequest,
  ParamsOf,
  PeerAddress,
  PeerCertificate,
  PeerTls,
} from './contract/request.ts';
export {
  bytes,
  empty,
  HttpResponse,
  json,
  message,
  redirect,
  sse,
  stream,
  text,
  type ResponseContent,
  type ResponseInit,
  type ServerEvent,
  type StreamInit,
  type StreamSource,
} from './contract/response.ts';
export type { HostTlsOptions, Pem, TlsIdentity } from './contract/tls-options.ts';
export type { UpgradedConnection, UpgradeHandler, UpgradeOptions, UpgradeRequest } from './contract/upgrade.ts';
export { httpErrors } from './errors/catalogue.ts';
export { httpClientErrors } from './errors/client-catalogue.ts';
export { accessLog, type AccessLogOptions } from './middleware/access-log.ts';
export { HttpMiddlewareWork } from './middleware/chain.ts';
export { requestId, type RequestIdOptions } from './middleware/request-id.ts';
export type { RouteMatcher } from './routing/matcher.ts';
export type { RouteMethod } from './routing/path-trie.ts';
export type { QueryValues } from './routing/query.ts';
export type { RoutePath } from './routing/router.ts';
export { HttpRequestWork } from './server/request-pipeline.ts';
export { HealthService, type HealthOptions, type UnreadyService } from './service/health-service.ts';
export { HttpClientService } from './service/http-client-service.ts';
export { HttpHostService } from './service/http-host-service.ts';
