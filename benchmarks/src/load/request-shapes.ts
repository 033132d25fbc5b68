// What the own load generator sends, in the shapes that `wrk.lua` knows too.

import { pingRequest, usualHeaders, varyingBody } from 'benchmarks/ping-request';
import type { RequestShape } from './http-load.ts';

/** What to write next, and how many requests that is. */
export interface Requests {
  readonly perWrite: number;
  next(): Buffer;
}

export function requestsOf(shape: RequestShape): Requests {
  switch (shape) {
    case 'plain':
      return always(pingRequest('{"sequence": 2}'));
    case 'large':
      return always(pingRequest(`{"sequence": 2, "note": "${'x'.repeat(16_384)}"}`));
    case 'pipelined':
      return { ...always(pingRequest('{"sequence": 2}').repeat(16)), perWrite: 16 };
    case 'varying': {
      const requests = Array.from({ length: 1000 }, (_, index) =>
        Buffer.from(pingRequest(varyingBody(index + 1), usualHeaders)),
      );
      let at = 0;
      return { perWrite: 1, next: () => requests[at++ % requests.length] as Buffer };
    }
  }
}

function always(text: string): Requests {
  const bytes = Buffer.from(text);
  return { perWrite: 1, next: () => bytes };
}
