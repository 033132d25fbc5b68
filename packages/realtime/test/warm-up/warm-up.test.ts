// The warm-up helper on a clock moved by the handler itself.
import { describe, expect, it } from 'vitest';
import { warmUp, type WarmUpOptions } from '../../src/warm-up/warm-up.ts';

/** Runs take what `cost` says, by their number from 0. */
function warm(cost: (run: number) => number, options: WarmUpOptions = {}): ReturnType<typeof warmUp> {
  let now = 0;
  let run = 0;
  return warmUp(() => void (now += cost(run++)), { ...options, now: () => now });
}

describe('warmUp', () => {
  it('ends when the handler has stopped getting faster', () => {
    const result = warm((run) => (run < 300 ? 1 : run < 1400 ? 0.4 : 0.1), { maxMs: 1e9 });
    // The second step came more than 500 runs after the first, but before the least number of runs was over.
    expect(result).toMatchObject({ outcome: 'settled', firstMs: 1 });
    expect(result.runs).toBeGreaterThanOrEqual(1000);
    expect(result.runs).toBeLessThan(3000);
  });

  it('goes on while it gets faster', () => {
    const result = warm((run) => 1000 * 0.9 ** Math.floor(run / 50), { maxRuns: 3000, maxMs: 1e9 });
    expect(result).toMatchObject({ outcome: 'limit', runs: 3000 });
  });

  it('is limited by runs and by time', () => {
    expect(warm(() => 1, { maxRuns: 10, maxMs: 1e9 })).toMatchObject({ outcome: 'limit', runs: 10, elapsedMs: 10 });
    expect(warm(() => 1, { maxMs: 120 })).toMatchObject({ outcome: 'limit', runs: 150 });
  });

  it('passes on what the handler throws', () => {
    expect(() =>
      warmUp(() => {
        throw new Error('cold');
      }),
    ).toThrow('cold');
  });

  it.each([
    [{ maxRuns: 0 }, /"maxRuns" is 0/],
    [{ minRuns: -1 }, /"minRuns" is -1/],
    [{ maxMs: 0 }, /"maxMs" is 0/],
  ])('refuses %j', (options, message) => {
    expect(() => warmUp(() => undefined, options)).toThrow(message);
  });
});
