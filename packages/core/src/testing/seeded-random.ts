// Repeatable pseudo-random numbers for tests: the same seed gives the same numbers everywhere. Not for secrets.

/** A repeatable source of numbers. */
export interface SeededRandom {
  /** An integer from 0 to `limit - 1`. `limit` is at most 2^32. */
  below(limit: number): number;
}

/**
 * Makes a generator from a 32-bit seed: a counter (a Weyl sequence) scrambled by the finaliser of MurmurHash3 (A. Appleby, 2010).
 *
 * @example
 * ```ts
 * import { seededRandom } from '@ichor/core/testing';
 *
 * console.log(seededRandom(1).below(6) === seededRandom(1).below(6)); // true
 * ```
 */
export function seededRandom(seed: number): SeededRandom {
  let counter = seed >>> 0;
  return {
    below(limit) {
      counter = (counter + 0x9e3779b9) >>> 0;
      let bits = counter;
      bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
      bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
      bits = (bits ^ (bits >>> 16)) >>> 0;
      return Math.floor((bits / 2 ** 32) * limit);
    },
  };
}
