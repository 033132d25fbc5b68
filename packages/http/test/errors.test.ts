// The catalogue, the documentation and the code name the same errors.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { httpClientErrors, HttpError, httpErrors } from '../src/index.ts';

const root = new URL('../', import.meta.url);
const documented = readFileSync(new URL('../../docs/errors/http.md', root), 'utf8');

const known = Object.keys({ ...httpErrors, ...httpClientErrors });

describe('error codes', () => {
  it('are all documented, and nothing else is', () => {
    const codes = [...documented.matchAll(/^\|\s*`(ICHOR_\w+)`/gm)].map((match) => match[1]);
    expect(new Set(codes)).toEqual(new Set(known));
  });

  it('are all used', () => {
    const sources = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.includes('catalogue'))
      .map((file) => readFileSync(new URL(`src/${file}`, root), 'utf8'))
      .join('');
    for (const code of known) expect(sources).toContain(`'${code}'`);
  });

  it('of HttpError carry the problem document and keep the cause to themselves', () => {
    const error = new HttpError(404, undefined, { cause: 'secret', extensions: { a: 1 } });
    expect(error.problem).toEqual({ type: 'about:blank', title: 'Not Found', status: 404, a: 1 });
    expect([error.code, error.message, error.cause]).toEqual(['ICHOR_HTTP_ERROR', 'Not Found', 'secret']);
    expect(() => new HttpError(200)).toThrow(RangeError);
    expect(() => new HttpError(404.5)).toThrow(/404.5/);
  });
});
