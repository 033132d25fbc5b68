// The names this package exports: changing the list is changing the API.

import { expect, it } from 'vitest';
import * as api from '../src/index.ts';

it('exports exactly these names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'HttpClient',
    'HttpClientService',
    'HttpError',
    'HttpHost',
    'HttpHostService',
    'HttpRequestWork',
    'HttpResponse',
    'bytes',
    'defaultClientTimeouts',
    'defaultLimits',
    'defaultTimeouts',
    'empty',
    'httpClientErrors',
    'httpErrors',
    'httpMethods',
    'isHttpMethod',
    'json',
    'message',
    'reasonPhrase',
    'redirect',
    'sse',
    'stream',
    'text',
  ]);
});
