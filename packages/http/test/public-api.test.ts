// The names this package exports: changing the list is changing the API.

import { expect, it } from 'vitest';
import * as api from '../src/index.ts';
import * as testing from '../src/testing/index.ts';

it('exports exactly these names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'HealthService',
    'HttpClient',
    'HttpClientService',
    'HttpError',
    'HttpHost',
    'HttpHostService',
    'HttpMiddlewareWork',
    'HttpRequestWork',
    'HttpResponse',
    'accessLog',
    'bytes',
    'defaultClientTimeouts',
    'defaultLimits',
    'defaultTimeouts',
    'defineMiddleware',
    'empty',
    'httpClientErrors',
    'httpErrors',
    'httpMethods',
    'isHttpMethod',
    'json',
    'message',
    'reasonPhrase',
    'redirect',
    'requestId',
    'sse',
    'stream',
    'text',
  ]);
});

it('exports exactly these names for tests', () => {
  expect(Object.keys(testing).sort()).toEqual([
    'engineSuite',
    'engineUnderTest',
    'netUnmetCases',
    'nodeHttpTlsUnmetCases',
    'nodeHttpUnmetCases',
    'recordLog',
  ]);
});
