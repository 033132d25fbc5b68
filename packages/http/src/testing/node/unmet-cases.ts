// What the engines of this package do not meet of the contract suite.

import type { UnmetCase } from './engine-suite.ts';

/** What the engine `'net'` does not meet: nothing. */
export const netUnmetCases: readonly UnmetCase[] = [];

/** What the engine `'node-http'` does not meet, and why. */
export const nodeHttpUnmetCases: readonly UnmetCase[] = [
  {
    name: 'a refused upgrade, and one to a protocol that nobody speaks, are answered like other requests',
    reason:
      'Node gives a connection up for HTTP as soon as its client asks for another protocol: such requests are answered, without a look at their body, and the connection closes.',
  },
  {
    name: 'chunk extensions without end is refused with 400, a problem document and a closed connection',
    reason: 'Node reads over chunk extensions of up to 16 KiB, and does not tell about them.',
  },
  {
    name: 'a target longer than all heads is refused with 414, a problem document and a closed connection',
    reason:
      'Node has one limit for the whole head, and does not tell which part of it was too long: the answer is 431.',
  },
  {
    name: 'a chunked body is refused with 413 as soon as it says that it is too long',
    reason: 'Node does not tell how long a chunk will be: the body is refused when more than the limit has come.',
  },
];

/** The same over TLS. */
export const nodeHttpTlsUnmetCases: readonly UnmetCase[] = [
  ...nodeHttpUnmetCases,
  {
    name: 'a flood of pipelined requests behind a slow one is held back, and none is lost',
    reason:
      'node:https gives decrypted bytes to its parser while that is paused for answers that wait, and the parser fails with HPE_PAUSED, also without this package (Node 20, 22, 24 and 26): the connection breaks off, and what was held back on it is lost. How much it takes depends on how the bytes arrive.',
    isSometimesMet: true,
  },
];
