// Our parser beside node:http's on valid, mutated and adversarial input. What we accept, node:http accepts with the same
// meaning; what node:http accepts and we refuse is listed here with the reason.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, cut, parseStream } from '../support/parse-stream.ts';
import { ours, parseWithNode } from '../support/node-parser.ts';

/** Where we are stricter than node:http's parser: the beginning of our refusal, and why. */
const stricter: readonly (readonly [refusal: RegExp, reason: string])[] = [
  [/Host header/, 'RFC 9112 section 3.2 demands 400; node:http checks presence later, and never the value'],
  [/more than one Content-Type/, 'RFC 9110 section 8.3: two content types are two readings of one body'],
  [/Content-Length/, 'RFC 9112 section 6.3: any doubt about the length is refused'],
  [/transfer coding|Transfer-Encoding/, 'RFC 9112 section 6.1: only a final chunked is understood, never in HTTP/1.0'],
  [
    /request target/,
    'RFC 3986: node:http passes quotation marks, braces, fragments and bytes above ASCII on to the program',
  ],
  [/empty|request line must begin/, 'RFC 9112 section 2.2: one empty line is skipped, not any number, and no bare LF'],
  [/The method|method followed/, 'methods that are not in our list, and CR LF or bare LF in front of them'],
  [/Only HTTP\/1.1 and HTTP\/1.0|request line must end/, 'HTTP/0.9 and 2.0 are not spoken over this parser'],
  [/expectation/, 'RFC 9110 section 10.1.1: answered 417; node:http decides later'],
  [/header line/, 'RFC 9112 section 5.1: no white space before the colon or in front of a name, whatever came before'],
  [/header value contains/, 'RFC 9110 section 5.5: control characters'],
  [/carriage return|CR LF/, 'RFC 9112 section 2.2: a bare CR or LF never ends a line'],
  [/chunk/i, 'RFC 9112 section 7.1: malformed extensions, white space behind a size, very long sizes'],
  [/trailers/, 'RFC 9110 section 6.5.1: framing and routing fields in trailers'],
];

/** Where we accept what node:http refuses: its refusal, what the input then contains, and why. */
const laxer: readonly (readonly [refusal: RegExp, input: RegExp, reason: string])[] = [
  [
    /HPE_INVALID_CHUNK_SIZE/,
    /\r\n[0-9a-f]+ ?;/i,
    'RFC 9112 section 7.1.1: white space around chunk extensions must be accepted',
  ],
  [
    /HPE_CLOSED_CONNECTION/,
    /Connection:|HTTP\/1\.0/i,
    'RFC 9112 section 9.6: our connection, not the parser, drops what follows Connection: close',
  ],
];

function compare(text: string, offsets: readonly number[]): void {
  const bytes = bytesOf(text);
  const pieces = cut(
    bytes,
    offsets.filter((offset) => offset <= bytes.length),
  );
  const mine = ours(parseStream(pieces));
  const theirs = parseWithNode(pieces);
  const shared = Math.min(mine.messages.length, theirs.messages.length);
  expect(mine.messages.slice(0, shared)).toEqual(theirs.messages.slice(0, shared));
  if (mine.messages.length > shared) {
    const known = laxer.some(([refusal, input]) => refusal.test(theirs.refused ?? '') && input.test(text));
    if (!known) throw new Error(`We accept what node:http refuses (${theirs.refused}): ${JSON.stringify(text)}`);
  }
  if (theirs.messages.length > shared) {
    const known = stricter.some(([refusal]) => refusal.test(mine.refused ?? ''));
    if (!known) throw new Error(`We refuse what node:http accepts (${mine.refused}): ${JSON.stringify(text)}`);
  }
}

const token = fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom(...'abcXYZ019-_.!#$&*+^|~'.split('')) });
const value = fc
  .string({ maxLength: 20, unit: fc.constantFrom(...'abc XYZ0:;,"=\t\u00e9\u00ff/\\[]{}<>@'.split('')) })
  .map((text) => text.replace(/^[ \t]+|[ \t]+$/g, ''));
const field = fc
  .tuple(
    token.filter((name) => !/^(host|connection|expect|upgrade|te|content-|transfer-)/i.test(name)),
    fc.constantFrom('', ' ', '\t', '  '),
    value,
    fc.constantFrom('', ' ', '\t '),
  )
  .map(([name, before, text, after]) => `${name}:${before}${text}${after}\r\n`);
const body = fc.string({
  maxLength: 30,
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
});
const framedBody = fc.oneof(
  fc.constant('\r\n'),
  body.map((text) => `Content-Length: ${text.length}\r\n\r\n${text}`),
  fc
    .tuple(fc.array(body.filter((text) => text !== '')), fc.constantFrom('', 'X-T: u\r\n'))
    .map(
      ([chunks, trailers]) =>
        `Transfer-Encoding: chunked\r\n\r\n${chunks.map((text) => `${text.length.toString(16)}\r\n${text}\r\n`).join('')}0\r\n${trailers}\r\n`,
    ),
);
const request = fc
  .tuple(
    fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'M-SEARCH', 'PROPFIND'),
    fc.constantFrom('/', '/a/b?c=d', '/%41', '/a?x=%20', 'http://a.b/c?d'),
    fc.array(field, { maxLength: 5 }),
    framedBody,
  )
  .map(([method, target, fields, rest]) => `${method} ${target} HTTP/1.1\r\nHost: a\r\n${fields.join('')}${rest}`);
const splits = fc.array(fc.nat(400), { maxLength: 6 });

const adversarial = [
  '\r',
  '\n',
  '\r\n',
  '\0',
  ' ',
  '\t',
  ':',
  ',',
  ';',
  '"',
  '\\',
  '%',
  '#',
  '0',
  '1',
  'f',
  'x',
  '=',
  '+',
  '-',
  '\u00a0',
  '\u0085',
  '\u007f',
  '\u000b',
  '\u000c',
  'Content-Length: 3\r\n',
  'Content-Length: 3, 3\r\n',
  'Content-Length: +3\r\n',
  'Content-Length:\r\n',
  'content-length : 3\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: gzip, chunked\r\n',
  'Transfer-Encoding: chunked, gzip\r\n',
  'Transfer-Encoding: \u000bchunked\r\n',
  'Transfer-Encoding:\tchunked \r\n',
  'Transfer_Encoding: chunked\r\n',
  'Transfer-Encoding: xchunked\r\n',
  'Host: b\r\n',
  ' folded\r\n',
  '\tfolded\r\n',
  'Connection: close\r\n',
  '0\r\n\r\n',
  '3\r\nabc\r\n',
  '3;a=b\r\nabc\r\n',
  '3 ;a\r\nabc\r\n',
  '0x3\r\n',
  'GET / HTTP/1.1\r\n',
  'HTTP/1.0',
  'HTTP/1.2',
  'HTTP/2.0',
  '\r\n\r\n',
  'GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n',
];

describe('beside the parser of node:http', () => {
  it('valid streams mean the same', () => {
    fc.assert(
      fc.property(fc.array(request, { minLength: 1, maxLength: 4 }), splits, (requests, offsets) => {
        const bytes = bytesOf(requests.join(''));
        const mine = ours(parseStream([bytes]));
        expect(mine.refused).toBeUndefined();
        expect(mine.messages).toHaveLength(requests.length);
        compare(requests.join(''), offsets);
      }),
      { numRuns: 1500 },
    );
  });

  it('nothing that was mutated is accepted with another meaning, and every stricter refusal is listed', () => {
    const mutation = fc.record({ at: fc.nat(400), remove: fc.nat(4), insert: fc.constantFrom('', ...adversarial) });
    fc.assert(
      fc.property(
        fc.array(request, { minLength: 1, maxLength: 3 }),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        splits,
        (requests, mutations, offsets) => {
          let text = requests.join('');
          for (const { at, remove, insert } of mutations) {
            const position = at % (text.length + 1);
            text = text.slice(0, position) + insert + text.slice(position + remove);
          }
          compare(text, offsets);
        },
      ),
      { numRuns: 6000 },
    );
  });

  it('nothing put together from adversarial pieces is accepted with another meaning', () => {
    const pieces = fc.array(
      fc.constantFrom('GET / HTTP/1.1\r\n', 'POST /a HTTP/1.1\r\nHost: a\r\n', 'Host: a\r\n', ...adversarial),
      {
        minLength: 2,
        maxLength: 14,
      },
    );
    fc.assert(
      fc.property(pieces, splits, (parts, offsets) => {
        compare(parts.join(''), offsets);
      }),
      { numRuns: 6000 },
    );
  });
});
