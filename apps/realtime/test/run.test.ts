// The program as a whole, for a few iterations: it runs its chain, prints its lines and ends. No latency is asserted.
import { describe, expect, it } from 'vitest';
import { parseOptions, type AppOptions } from '../src/options.ts';
import { runApp } from '../src/run.ts';
import { GsmWorkload } from '../src/workload.ts';
import { sha256 } from './gsm/digest.ts';

async function run(flags: string): Promise<Awaited<ReturnType<typeof runApp>> & { printed: string[] }> {
  const printed: string[] = [];
  const options = parseOptions(`--cold ${flags}`.split(' ')) as AppOptions;
  const print = (line: string): void => void printed.push(line);
  return { ...(await runApp(options, { print, warn: print })), printed };
}

describe('the realtime app', () => {
  it('runs every iteration of the chain and measures each', async () => {
    const { result } = await run('--iterations 20 --max-us 60000000');
    expect(result).toMatchObject({ mode: 'chain', summary: { count: 20, missed: 0 }, misses: [] });
    expect(result.histogram.reduce((sum, { count }) => sum + count, 0)).toBe(20);
  });

  it('prints and blames every run above the maximum', async () => {
    const { result, printed } = await run('--iterations 5 --max-us 1');
    expect(result.summary.missed).toBe(5);
    expect(result.misses.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
    expect(printed).toHaveLength(5);
    printed.forEach((line, index) => {
      expect(line).toMatch(new RegExp(`^duration of run ${index} is \\d+ µs which exceeded maximum of 1 µs$`));
    });
    for (const { us, index } of result.misses) expect(printed[index]).toContain(` ${us} µs`);
  });

  it('ends under a flood of events of low priority, which do not delay the chain for ever', async () => {
    const { result } = await run('--iterations 30 --max-us 60000000 --load');
    expect(result.summary.count).toBe(30);
  });

  it('runs a periodic task for as many releases', async () => {
    const { result, printed } = await run('--iterations 10 --max-us 60000000 --period-us 2000');
    expect(result).toMatchObject({ mode: 'periodic', summary: { count: 10 } });
    expect(printed).toEqual([]);
  });

  it('encodes the same bytes in every run, as a whole and frame by frame', () => {
    const workload = new GsmWorkload();
    workload.run();
    const digest = sha256(workload.output);
    workload.output.fill(0);
    for (let frame = 0; frame < 20; frame++) workload.runFrame();
    expect(sha256(workload.output)).toBe(digest);
    workload.run();
    expect(sha256(workload.output)).toBe(digest);
  });
});
