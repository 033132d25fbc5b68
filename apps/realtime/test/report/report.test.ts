// What is recorded and how it is shown (RB-83, RB-88).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationLine, exceededLine, histogramLines, missLine, percentileLine } from '../../src/report/lines.ts';
import { plotSvg } from '../../src/report/plot.ts';
import { barsOf, Recording, summarise } from '../../src/report/recording.ts';
import type { Miss } from '../../src/report/result.ts';

describe('a recording', () => {
  it('keeps what it was given and tells of values above the limit, not of the limit itself', () => {
    const exceeded: number[][] = [];
    const recording = new Recording(3, 500, (index, us) => exceeded.push([index, us]));
    for (const us of [500, 501, 3]) recording.add(us);
    expect(exceeded).toEqual([[1, 501]]);
    expect(recording.isFull).toBe(true);
    expect([...recording.values]).toEqual([500, 501, 3]);
  });

  it('can be ended early', () => {
    const recording = new Recording(3, 500, () => undefined);
    recording.add(1);
    recording.end();
    expect(recording.isFull).toBe(true);
    expect([...recording.values]).toEqual([1]);
  });

  it('is summed up exactly', () => {
    const values = Int32Array.from({ length: 1000 }, (_, index) => 1000 - index);
    expect(summarise(values, 990)).toEqual({
      count: 1000,
      minUs: 1,
      maxUs: 1000,
      avgUs: 500,
      p50Us: 500,
      p99Us: 990,
      p999Us: 999,
      missed: 10,
    });
    expect(summarise(new Int32Array(0), 1)).toMatchObject({ count: 0, minUs: 0, maxUs: 0, avgUs: 0, missed: 0 });
  });

  it('falls into bars without gaps that hold each value once', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100_000_000), { minLength: 1 }), (list) => {
        const bars = barsOf(Int32Array.from(list));
        expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(list.length);
        bars.forEach(({ fromUs, toUs, count }, index) => {
          if (index > 0) expect(fromUs).toBe(bars[index - 1]?.toUs);
          expect(list.filter((us) => us >= fromUs && us < toUs)).toHaveLength(count);
        });
      }),
    );
  });
});

describe('the printed lines', () => {
  const summary = { count: 5000, minUs: 142, maxUs: 327, avgUs: 150, p50Us: 143, p99Us: 200, p999Us: 300, missed: 2 };

  it('are those of the original program', () => {
    expect(exceededLine(12, 501, 500)).toBe('duration of run 12 is 501 µs which exceeded maximum of 500 µs');
    expect(durationLine(summary)).toBe('duration min/max/avg: 142/327/150 µs');
  });

  it('go on with percentiles, misses and their blame', () => {
    expect(percentileLine(summary)).toBe('duration p50/p99/p99.9: 143/200/300 µs, missed deadlines: 2 of 5000');
    expect(missLine({ index: 3, us: 900, cause: 'gc', explanation: 'minor' })).toBe('run 3 (900 µs): gc, minor');
  });

  it('show a histogram in which single values do not vanish', () => {
    const lines = histogramLines([
      { fromUs: 8, toUs: 10, count: 1000 },
      { fromUs: 10, toUs: 12, count: 0 },
      { fromUs: 12, toUs: 14, count: 1 },
    ]);
    expect(lines[0]).toMatch(/^ +8 µs +1000 #{60}$/);
    expect(lines[1]).toMatch(/0$/);
    expect(lines[2]).toMatch(/^ +12 µs +1 #$/);
  });
});

describe('the plot', () => {
  it('is a well-formed, small file, however many values and misses there are', () => {
    const values = Int32Array.from({ length: 200_000 }, (_, index) => 400 + (index % 97));
    const misses = Array.from({ length: 5000 }, (_, index): Miss => {
      return { index, us: 500 + index, cause: 'gc', explanation: 'a < b & "c"' };
    });
    const summary = summarise(values, 450);
    const svg = plotSvg({ title: 'A & B <1>', values, limitUs: 450, summary, misses, bars: barsOf(values) });
    expect(svg.length).toBeLessThan(100_000);
    expect(svg).toContain('A &amp; B &lt;1&gt;');
    expect(svg).toContain('gc: 5000');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    const open = svg.replace(/xmlns="[^"]*"/, '').match(/<[a-z]+[^>/]*>/g) ?? [];
    const close = svg.match(/<\/[a-z]+>/g) ?? [];
    expect(open).toHaveLength(close.length);
  });

  it('draws a single value', () => {
    const values = Int32Array.of(0);
    const svg = plotSvg({
      title: '',
      values,
      limitUs: 1,
      summary: summarise(values, 1),
      misses: [],
      bars: barsOf(values),
    });
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});
