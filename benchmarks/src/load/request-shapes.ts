// The requests of the own load generator; the same as those of `wrk.lua`.

import type { RequestShape } from './http-load.ts';

const usualHeaders = [
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)',
  'Accept: application/json, text/plain, */*',
  'Accept-Language: en-GB,en;q=0.9,de;q=0.7',
  'Accept-Encoding: gzip, deflate, br',
  'Origin: http://127.0.0.1',
  'Referer: http://127.0.0.1/',
  'Cookie: session=6f1c2a9be0d74c55; theme=dark',
  'Cache-Control: no-cache',
];

/** What to write next, and how many requests that is. */
export interface Requests {
  readonly perWrite: number;
  next(): Buffer;
}

export function requestsOf(shape: RequestShape): Requests {
  switch (shape) {
    case 'plain':
      return always(requestOf('{"sequence": 2}'));
    case 'large':
      return always(requestOf(`{"sequence": 2, "note": "${'x'.repeat(16_384)}"}`));
    case 'pipelined':
      return { ...always(requestOf('{"sequence": 2}').repeat(16)), perWrite: 16 };
    case 'varying': {
      const bodies = Array.from({ length: 1000 }, (_, index) => `{"sequence": ${(index + 1) * 7919}}`);
      const requests = bodies.map((body) => Buffer.from(requestOf(body, usualHeaders)));
      let at = 0;
      return { perWrite: 1, next: () => requests[at++ % requests.length] as Buffer };
    }
  }
}

function always(text: string): Requests {
  const bytes = Buffer.from(text);
  return { perWrite: 1, next: () => bytes };
}

function requestOf(body: string, headers: readonly string[] = []): string {
  const own = ['Host: 127.0.0.1', 'Content-Type: application/json', `Content-Length: ${body.length}`];
  return `POST /ping HTTP/1.1\r\n${[...own, ...headers].join('\r\n')}\r\n\r\n${body}`;
}
