// The whole list of refusals of the request parser: RFC 9112 and 9110, HT-6 to HT-8.

import { describe, expect, it } from 'vitest';
import { bytesOf, cut, limits, parseStream } from '../support/parse-stream.ts';

const host = 'Host: a\r\n';
const get = (fields: string): string => `GET / HTTP/1.1\r\n${fields}\r\n`;
const post = (fields: string, body = ''): string => `POST / HTTP/1.1\r\n${host}${fields}\r\n${body}`;
const chunked = (body: string): string => post('Transfer-Encoding: chunked\r\n', body);

const refusals: readonly (readonly [name: string, status: number, input: string])[] = [
  ['both Content-Length and Transfer-Encoding', 400, post('Content-Length: 3\r\nTransfer-Encoding: chunked\r\n')],
  ['Transfer-Encoding before Content-Length', 400, post('Transfer-Encoding: chunked\r\nContent-Length: 3\r\n')],
  ['equal Content-Length twice (HT-8)', 400, post('Content-Length: 3\r\nContent-Length: 3\r\n')],
  ['different Content-Length twice', 400, post('Content-Length: 3\r\ncontent-length: 4\r\n')],
  ['Content-Length as a list', 400, post('Content-Length: 3, 3\r\n')],
  ['Content-Length with a sign', 400, post('Content-Length: +3\r\n')],
  ['negative Content-Length', 400, post('Content-Length: -3\r\n')],
  ['Content-Length in hexadecimal', 400, post('Content-Length: 0x3\r\n')],
  ['Content-Length with a space inside', 400, post('Content-Length: 1 0\r\n')],
  ['a tab behind Content-Length', 400, post('Content-Length: 3 \t\r\n')],
  ['a tab behind Transfer-Encoding', 400, post('Transfer-Encoding: chunked\t\r\n')],
  ['empty Content-Length', 400, post('Content-Length:\r\n')],
  ['a transfer coding that is not chunked', 400, post('Transfer-Encoding: gzip\r\n')],
  ['identity as transfer coding', 400, post('Transfer-Encoding: identity\r\n')],
  ['chunked that is not last', 400, post('Transfer-Encoding: chunked, gzip\r\n')],
  ['chunked twice in one line', 400, post('Transfer-Encoding: chunked, chunked\r\n')],
  ['chunked twice in two lines', 400, post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n')],
  ['a coding before chunked', 501, post('Transfer-Encoding: gzip, chunked\r\n')],
  ['chunked with a parameter', 400, post('Transfer-Encoding: chunked;a=b\r\n')],
  ['quoted chunked', 400, post('Transfer-Encoding: "chunked"\r\n')],
  ['chunked behind a vertical tab', 400, post('Transfer-Encoding: \u000bchunked\r\n')],
  ['chunked behind a no-break space', 400, post('Transfer-Encoding: \u00a0chunked\r\n')],
  ['empty Transfer-Encoding', 400, post('Transfer-Encoding:\r\n')],
  ['Transfer-Encoding in HTTP/1.0', 400, 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['bare LF after the request line', 400, 'GET / HTTP/1.1\nHost: a\r\n\r\n'],
  ['bare LF after a header', 400, 'GET / HTTP/1.1\r\nHost: a\n\r\n'],
  ['bare LF as the empty line', 400, 'GET / HTTP/1.1\r\nHost: a\r\n\n'],
  ['bare CR after the request line', 400, 'GET / HTTP/1.1\rHost: a\r\n\r\n'],
  ['bare CR inside a value', 400, get(`${host}A: b\rc\r\n`)],
  ['bare CR as the empty line', 400, 'GET / HTTP/1.1\r\nHost: a\r\n\rX'],
  ['CR CR LF', 400, 'GET / HTTP/1.1\r\r\nHost: a\r\n\r\n'],
  ['a folded header', 400, get(`${host}A: b\r\n c\r\n`)],
  ['a header folded with a tab', 400, get(`${host}A: b\r\n\tc\r\n`)],
  ['white space before the first header', 400, 'GET / HTTP/1.1\r\n Host: a\r\n\r\n'],
  ['space before the colon', 400, get(`${host}A : b\r\n`)],
  ['tab before the colon', 400, get(`${host}A\t: b\r\n`)],
  ['a header without a colon', 400, get(`${host}A\r\n`)],
  ['a header without a name', 400, get(`${host}: b\r\n`)],
  ['a control character in a name', 400, get(`${host}A\u0001: b\r\n`)],
  ['a separator in a name', 400, get(`${host}A(b): c\r\n`)],
  ['a byte above ASCII in a name', 400, get(`${host}\u00e9: b\r\n`)],
  ['NUL in a value', 400, get(`${host}A: b\u0000c\r\n`)],
  ['a control character in a value', 400, get(`${host}A: b\u0007c\r\n`)],
  ['DEL in a value', 400, get(`${host}A: b\u007fc\r\n`)],
  ['no Host', 400, get('')],
  ['two Host headers', 400, get(`${host}${host}`)],
  ['two Host headers in HTTP/1.0', 400, 'GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n'],
  ['a Host with a path', 400, get('Host: a/b\r\n')],
  ['a Host with user information', 400, get('Host: u@a\r\n')],
  ['a Host with a space', 400, get('Host: a b\r\n')],
  ['a Host that is a list', 400, get('Host: [a, b\r\n')],
  ['a Host with a port that is not a number', 400, get('Host: a:8o\r\n')],
  ['a Host with a port above 65535', 400, get('Host: a:65536\r\n')],
  ['a Host with an unclosed address literal', 400, get('Host: [::1\r\n')],
  ['a Host that is only a port', 400, get('Host: :80\r\n')],
  ['two Content-Type headers', 400, post('Content-Type: a/b\r\nContent-Type: c/d\r\n')],
  ['an unknown expectation', 417, post('Expect: 200-ok\r\n')],
  ['an unknown method (HT-6)', 501, 'FROB / HTTP/1.1\r\n'],
  ['a method in lower case (HD-1)', 501, 'get / HTTP/1.1\r\n'],
  ['an endless method', 501, 'A'.repeat(40)],
  ['an empty method', 400, ' / HTTP/1.1\r\n'],
  ['a method with a separator', 400, 'G@T / HTTP/1.1\r\n'],
  ['a tab after the method', 400, 'GET\t/ HTTP/1.1\r\n'],
  ['two spaces after the method', 400, 'GET  / HTTP/1.1\r\n'],
  ['two spaces before the version', 400, 'GET /  HTTP/1.1\r\n'],
  ['a space after the version', 400, 'GET / HTTP/1.1 \r\n'],
  ['a space inside the target', 400, 'GET /a b HTTP/1.1\r\n'],
  ['no version', 400, 'GET /\r\n'],
  ['HTTP/2.0', 505, 'GET / HTTP/2.0\r\n'],
  ['HTTP/1.2', 505, 'GET / HTTP/1.2\r\n'],
  ['HTTP/0.9', 505, 'GET / HTTP/0.9\r\n'],
  ['HTTP/1.10', 400, 'GET / HTTP/1.10\r\n'],
  ['HTTP/1', 400, 'GET / HTTP/1\r\n'],
  ['http/1.1 in lower case', 400, 'GET / http/1.1\r\n'],
  ['another protocol', 400, 'GET / ICE/1.1\r\n'],
  ['a fragment in the target', 400, 'GET /a#b HTTP/1.1\r\n'],
  ['NUL in the target', 400, 'GET /a\u0000 HTTP/1.1\r\n'],
  ['a byte above ASCII in the target', 400, 'GET /\u00e9 HTTP/1.1\r\n'],
  ['a quotation mark in the target', 400, 'GET /" HTTP/1.1\r\n'],
  ['a backslash in the path', 400, 'GET /a\\b HTTP/1.1\r\n'],
  ['angle brackets in the query', 400, 'GET /?<a> HTTP/1.1\r\n'],
  ['a percent sign without digits', 400, 'GET /% HTTP/1.1\r\n'],
  ['a percent sign with one digit', 400, 'GET /%4 HTTP/1.1\r\n'],
  ['a percent sign with other letters', 400, 'GET /%zz HTTP/1.1\r\n'],
  ['two empty lines before the request', 400, '\r\n\r\nGET / HTTP/1.1\r\n'],
  ['a TLS greeting', 400, '\u0016\u0003\u0001\u0002'],
  ['an empty chunk size', 400, chunked('\r\n')],
  ['a chunk size that is not hexadecimal', 400, chunked('g\r\n')],
  ['a chunk size with 0x', 400, chunked('0x3\r\n')],
  ['a chunk size with a sign', 400, chunked('+3\r\n')],
  ['a chunk size with an underscore', 400, chunked('1_0\r\n')],
  ['a chunk size with a space before it', 400, chunked(' 3\r\n')],
  ['a chunk size with a space behind it', 400, chunked('3 \r\nabc\r\n')],
  ['a chunk size beyond 48 bits', 400, chunked('1000000000000\r\n')],
  ['a chunk size of many zeros', 400, chunked('0000000000003\r\n')],
  ['a chunk size ended by a bare LF', 400, chunked('3\nabc\r\n')],
  ['a chunk size ended by a bare CR', 400, chunked('3\rabc\r\n')],
  ['chunk data that is longer than its size', 400, chunked('3\r\nabcd\r\n')],
  ['chunk data ended by a bare LF', 400, chunked('3\r\nabc\n')],
  ['an empty chunk extension', 400, chunked('3;\r\nabc\r\n')],
  ['a chunk extension with a bare LF', 400, chunked('3;a\nabc\r\n')],
  ['a chunk extension with an unclosed quote', 400, chunked('3;a="b\r\nabc\r\n')],
  ['a chunk extension with a control character', 400, chunked('3;a="\u0001"\r\nabc\r\n')],
  ['a chunk extension without a value behind =', 400, chunked('3;a=\r\nabc\r\n')],
  ['chunk extensions beyond the limit', 400, chunked(`3;${'a'.repeat(2000)}\r\nabc\r\n`)],
  ['Content-Length in trailers', 400, chunked('0\r\nContent-Length: 3\r\n\r\n')],
  ['Transfer-Encoding in trailers', 400, chunked('0\r\ntransfer-encoding: chunked\r\n\r\n')],
  ['Host in trailers', 400, chunked('0\r\nHost: b\r\n\r\n')],
  ['a folded trailer', 400, chunked('0\r\nA: b\r\n c\r\n\r\n')],
  ['a bare LF in trailers', 400, chunked('0\r\nA: b\n\r\n')],
  ['trailers beyond the limit', 431, chunked(`0\r\nA: ${'b'.repeat(20_000)}\r\n\r\n`)],
  ['a chunked body beyond the limit', 413, chunked('fffffff\r\n')],
  ['a request line beyond the limit', 414, `GET /${'a'.repeat(9000)} HTTP/1.1\r\n`],
  ['a version beyond the limit', 414, `GET /${'a'.repeat(8184)} HTTP/1.1\r\n`],
  ['a header value beyond the limit', 431, get(`A: ${'b'.repeat(17_000)}\r\n`)],
  ['a header name beyond the limit', 431, get(`${'a'.repeat(17_000)}: b\r\n`)],
  ['white space beyond the limit', 431, get(`A:${' '.repeat(17_000)}b\r\n`)],
  ['too many headers', 431, get(`${host}${'A: b\r\n'.repeat(100)}`)],
];

describe('the request parser refuses', () => {
  it.each(refusals)('%s with %i', (_name, status, input) => {
    const bytes = bytesOf(input);
    const whole = parseStream([bytes]);
    expect(whole.refused).toMatch(new RegExp(`^${status} [A-Z0-9].{15,}\\.$`, 'i'));
    expect(whole.messages).toEqual([]);
    const everyByte = cut(
      bytes,
      Array.from({ length: bytes.length }, (_, index) => index),
    );
    expect(parseStream(everyByte)).toEqual(whole);
  });

  it('nothing before a limit is passed', () => {
    const target = `/${'a'.repeat(limits.requestLineBytes - 'GET / HTTP/1.1'.length)}`;
    expect(parseStream([bytesOf(`GET ${target} HTTP/1.1\r\n${host}\r\n`)]).messages).toHaveLength(1);
    expect(parseStream([bytesOf(`GET ${target}a HTTP/1.1\r\n${host}\r\n`)]).refused).toMatch(/^414/);
    expect(parseStream([bytesOf(get(`${host}${'A: b\r\n'.repeat(99)}`))]).messages).toHaveLength(1);
  });
});
