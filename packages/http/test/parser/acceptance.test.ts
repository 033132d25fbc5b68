// What the request parser accepts, and that the outcome never depends on how the bytes arrive.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseOtherTarget } from '../../src/parser/request-target.ts';
import { bytesOf, cut, parseStream } from '../support/parse-stream.ts';

const stream = [
  'GET /a/b?c=d%20e&f[]=g HTTP/1.1\r\nHost: example.org:8080\r\nAccept:*/*\r\nX-Empty:\r\nX-Colons: a: b: c \t\r\n\r\n',
  '\r\nPOST /ping HTTP/1.1\r\nhOST: [::1]:80\r\nContent-Length: 15\r\nExpect: 100-Continue\r\n\r\n{"sequence": 2}',
  'PUT /c HTTP/1.1\r\nHost: \r\nTransfer-Encoding: Chunked\r\nConnection: foo , CLOSE\r\n\r\n',
  '3;a;b=c ; d="e\\"f;"\r\nabc\r\n00a\r\n0123456789\r\n0\r\nX-Trailer: t\r\nX-Other: u\r\n\r\n',
  'GET http://example.org/abs?q HTTP/1.1\r\nHost: other\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET / HTTP/1.0\r\n\r\n',
  'POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n',
  'M-SEARCH /x HTTP/1.1\r\nHost: a\r\nX-Latin: \u00e9\u00ff\r\n\r\n',
].join('');

describe('the request parser', () => {
  it('reads a stream of pipelined requests of all kinds (HT-5)', () => {
    const parsed = parseStream([bytesOf(stream)]);
    expect(parsed.refused).toBeUndefined();
    expect(parsed.incomplete).toBe(false);
    expect(
      parsed.messages.map(({ method, target, body, trailers, keepAlive }) => [
        method,
        target,
        body,
        trailers,
        keepAlive,
      ]),
    ).toEqual([
      ['GET', '/a/b?c=d%20e&f[]=g', '', '', true],
      ['POST', '/ping', '{"sequence": 2}', '', true],
      ['PUT', '/c', 'abc0123456789', 'X-Trailer: t\r\nX-Other: u\r\n', false],
      ['GET', 'http://example.org/abs?q', '', '', true],
      ['OPTIONS', '*', '', '', true],
      ['GET', '/', '', '', false],
      ['POST', '/', '', '', true],
      ['M-SEARCH', '/x', '', '', true],
    ]);
    expect(parsed.messages[1]?.expectsContinue).toBe(true);
  });

  it('gives the same result byte by byte and at every single split', () => {
    const bytes = bytesOf(stream);
    const whole = parseStream([bytes]);
    for (let at = 1; at < bytes.length; at++) expect(parseStream(cut(bytes, [at]))).toEqual(whole);
    const everyByte = cut(
      bytes,
      Array.from({ length: bytes.length }, (_, index) => index),
    );
    expect(parseStream(everyByte)).toEqual(whole);
  });

  it('gives the same result for every mutation of a stream in random splits', () => {
    const mutation = fc.record({
      at: fc.nat(stream.length - 1),
      remove: fc.nat(3),
      insert: fc.oneof(
        fc.constantFrom(
          '\r',
          '\n',
          '\r\n',
          ' ',
          '\t',
          '\0',
          ':',
          ',',
          '0',
          ';',
          '%',
          '/',
          'Content-Length: 1\r\n',
          'Host: b\r\n',
        ),
        fc.string({ maxLength: 3, unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) }),
      ),
    });
    fc.assert(
      fc.property(
        fc.array(mutation, { maxLength: 3 }),
        fc.array(fc.nat(stream.length + 20), { maxLength: 20 }),
        (mutations, offsets) => {
          let text = stream;
          for (const { at, remove, insert } of mutations) text = text.slice(0, at) + insert + text.slice(at + remove);
          const bytes = bytesOf(text);
          const splits = offsets.filter((offset) => offset <= bytes.length);
          expect(parseStream(cut(bytes, splits))).toEqual(parseStream([bytes]));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('decodes any body in any chunking', () => {
    const chunk = fc.tuple(
      fc.string({
        minLength: 1,
        maxLength: 40,
        unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
      }),
      fc.constantFrom('', ';a', ';a=b', ' ; a = "b c"', ';a="\\"";b'),
    );
    fc.assert(
      fc.property(fc.array(chunk), fc.array(fc.nat(2000), { maxLength: 10 }), (chunks, offsets) => {
        const framed = chunks
          .map(([data, extension]) => `${data.length.toString(16)}${extension}\r\n${data}\r\n`)
          .join('');
        const bytes = bytesOf(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${framed}0\r\n\r\n`);
        const parsed = parseStream(
          cut(
            bytes,
            offsets.filter((offset) => offset <= bytes.length),
          ),
        );
        expect(parsed.refused).toBeUndefined();
        expect(parsed.messages.map(({ body }) => body)).toEqual([chunks.map(([data]) => data).join('')]);
      }),
    );
  });

  it('takes the other target forms apart (RFC 9112 section 3.2)', () => {
    expect(parseOtherTarget('*', 'OPTIONS')).toEqual({ path: '*', query: '', authority: undefined });
    expect(parseOtherTarget('*', 'GET')).toBeUndefined();
    expect(parseOtherTarget('http://a.b:8/c?d=e', 'GET')).toEqual({ path: '/c', query: 'd=e', authority: 'a.b:8' });
    expect(parseOtherTarget('HTTPS://[::1]?q', 'GET')).toEqual({ path: '/', query: 'q', authority: '[::1]' });
    expect(parseOtherTarget('http://a', 'OPTIONS')?.path).toBe('*');
    for (const target of [
      'a',
      'a:80',
      'http://',
      'http:///a',
      'http://u@a/',
      'ftp://a/',
      'http://a:99999/',
      'http://a/[b]',
    ]) {
      expect(parseOtherTarget(target, 'GET')).toBeUndefined();
    }
  });
});
