// Runs a handler until V8 has optimised it, before anything depends on its speed. Called at start-up.

import { checkOption } from '../errors/catalogue.ts';

/** Limits of a warm-up. */
export interface WarmUpOptions {
  /** At least so many runs. Default: 1000. */
  readonly minRuns?: number;
  /** At most so many runs. Default: 20,000. */
  readonly maxRuns?: number;
  /** Begin no further batch after so long, in milliseconds. Default: 2000. */
  readonly maxMs?: number;
  /** Source of time. Default: `performance.now`. */
  readonly now?: () => number;
}

/** How a warm-up went. */
export interface WarmUpResult {
  /** `settled`: it did not get faster for 500 runs; `limit`: a limit came first. */
  readonly outcome: 'settled' | 'limit';
  readonly runs: number;
  readonly elapsedMs: number;
  /** Time of the first run. */
  readonly firstMs: number;
  /** Shortest time of a run. */
  readonly bestMs: number;
}

const batchRuns = 50;
const settledBatches = 10;
/** Getting faster by less than this does not count. */
const tolerance = 0.05;

/**
 * Calls `run` until its time stops improving: V8 optimises by observation, in stages, and each stage shows as a step.
 * Call it with the inputs of real work, as V8 optimises for what it has seen. What `run` throws is passed on.
 *
 * @example
 * ```ts
 * import { warmUp } from '@ichor/realtime';
 *
 * const data = new Float64Array(1000);
 * const result = warmUp(() => data.reduce((sum, value) => sum + value, 0));
 * console.log(result.runs >= 1000); // true
 * ```
 */
export function warmUp(run: () => unknown, options: WarmUpOptions = {}): WarmUpResult {
  const { minRuns = 1000, maxRuns = 20_000, maxMs = 2000, now = () => performance.now() } = options;
  checkOption(Number.isSafeInteger(maxRuns) && maxRuns >= 1, 'maxRuns', maxRuns, 'a whole number from 1');
  const wholeMin = Number.isSafeInteger(minRuns) && minRuns >= 0;
  checkOption(wholeMin, 'minRuns', minRuns, 'a whole number from 0');
  checkOption(maxMs > 0, 'maxMs', maxMs, 'a positive number of milliseconds');

  const startedMs = now();
  let runs = 0;
  let firstMs = 0;
  let bestMs = Infinity;
  let reference = Infinity;
  let unchanged = 0;
  while (runs < maxRuns && now() - startedMs < maxMs) {
    for (let inBatch = 0; inBatch < batchRuns && runs < maxRuns; inBatch++) {
      const before = now();
      run();
      const ms = now() - before;
      if (runs++ === 0) firstMs = ms;
      if (ms < bestMs) bestMs = ms;
    }
    if (bestMs < reference * (1 - tolerance)) {
      reference = bestMs;
      unchanged = 0;
    } else if (++unchanged >= settledBatches && runs >= minRuns) {
      return { outcome: 'settled', runs, elapsedMs: now() - startedMs, firstMs, bestMs };
    }
  }
  return { outcome: 'limit', runs, elapsedMs: now() - startedMs, firstMs, bestMs };
}
