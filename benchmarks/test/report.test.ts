// The report: fits, scales, plots, targets, tables, and that the README says what the stored results say.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Effort, Sample } from '../src/experiment.ts';
import { allExperiments } from '../src/experiments.ts';
import type { CellResult } from '../src/measuring.ts';
import { chartsOf } from '../src/report/charts.ts';
import { fitGrowth, fitPower } from '../src/report/fit.ts';
import { markdownTable, withSections } from '../src/report/markdown.ts';
import { pageOf } from '../src/report/page.ts';
import { inOrder } from '../src/report/report.ts';
import { linear, logarithmic } from '../src/report/scales.ts';
import { sectionsOf } from '../src/report/sections.ts';
import { judged, targets } from '../src/report/targets.ts';
import { loadAll, publishedFolder, type StoredExperiment } from '../src/results.ts';
import { quantile, summarise } from '../src/statistics.ts';
import { tableOf } from '../src/table.ts';

const effort: Effort = {
  rounds: 1,
  loadSeconds: 1,
  isQuick: false,
  count: undefined,
  connections: 19_000,
  newestNode: process.execPath,
  hasOwnLoad: false,
};
const known = allExperiments(effort).map(({ id }) => id);

const environment = {
  at: '2026-01-02T03:04:05.678Z',
  node: 'v20.0.0',
  commit: 'abcdef1234567890',
  cpu: 'Some <processor>',
  cores: 2,
  memoryBytes: 2 ** 33,
  system: 'Linux 6 x64',
  load: 'wrk',
  isPinned: true,
};

function stored(id: string, results: readonly CellResult[], more: Partial<StoredExperiment> = {}): StoredExperiment {
  const names = { title: `Title of ${id}`, unit: 'things', axis: 'things', isCurve: false, hasNoRate: false };
  return { format: 1, id, ...names, environment, rounds: 2, omitted: [], results, ...more };
}

const sample = (rate: number, more: Partial<Sample> = {}): Sample => ({
  operations: rate,
  seconds: 1,
  cpuSeconds: 0.5,
  peakRssBytes: 5e7,
  ...more,
});
const cell = (contestant: string, x: number, ...samples: Sample[]): CellResult => ({ contestant, x, samples });
const mapOf = (...experiments: StoredExperiment[]) => new Map(experiments.map((one) => [one.id, one]));

describe('statistics', () => {
  test('a summary is the median, the range, and the quartiles', () => {
    const summary = { median: 3, min: 1, max: 5, lower: 2, upper: 4, spread: 2 / 3 };
    expect(summarise([4, 1, 3, 2, 5])).toEqual(summary);
    expect(quantile([1, 2], 0.5)).toBe(1.5);
    expect(() => summarise([])).toThrow('no values');
  });

  test('the exponent of a power law is found, whatever its factor', () => {
    const exponent = fc.double({ min: -3, max: 3, noNaN: true });
    fc.assert(
      fc.property(exponent, fc.double({ min: 0.01, max: 1000, noNaN: true }), (k, factor) => {
        const fit = fitPower([1, 3, 10, 200].map((x) => [x, factor * x ** k] as const))!;
        expect(fit.exponent).toBeCloseTo(k, 6);
        expect(fit.factor / factor).toBeCloseTo(1, 6);
        expect(fit.determination).toBeGreaterThan(0.999);
      }),
    );
  });

  test('growth is that of the upper part, where start-up no longer shows', () => {
    const points = [1, 10, 100, 1000, 1e4, 1e5, 1e6].map((x) => [x, 5000 + x] as const);
    expect(fitPower(points)!.exponent).toBeLessThan(0.5);
    expect(fitGrowth(points)!.exponent).toBeGreaterThan(0.6);
  });

  test('one size has no growth, and neither has nothing', () => {
    expect([
      fitPower([[1, 2]]),
      fitPower([]),
      fitPower([
        [0, 1],
        [1, 1],
      ]),
    ]).toEqual([undefined, undefined, undefined]);
  });
});

test('axes have round labels inside their range, and are monotonous', () => {
  const positive = fc.double({ min: 1e-6, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(positive, positive, (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const scale = logarithmic(low, high, 0, 100);
      expect(scale.ticks.length).toBeGreaterThanOrEqual(1);
      for (const tick of scale.ticks) {
        expect(scale.at(tick)).toBeGreaterThanOrEqual(-1e-6);
        expect(scale.at(tick)).toBeLessThanOrEqual(100 + 1e-6);
      }
      const { ticks, at } = linear(high, 10, 110);
      expect([at(0), ticks[0]]).toEqual([10, 0]);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      expect(ticks.length).toBeLessThanOrEqual(7);
      expect(at(ticks.at(-1)!)).toBeLessThanOrEqual(110 + 1e-6);
    }),
  );
});

describe('plots', () => {
  const widthsOf = (svg: string) =>
    [...svg.matchAll(/<rect x="290" [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));

  test('bars are as long as their values, ours is marked', () => {
    const [chart] = chartsOf(
      stored('event-plain', [cell('ichor', 1, sample(100)), cell('other & <co>', 1, sample(50))]),
    );
    expect(chart!.name).toBe('event-plain');
    const [ours, theirs] = widthsOf(chart!.svg);
    expect(ours! / theirs!).toBeCloseTo(2, 1);
    expect(chart!.svg).toContain('other &amp; &lt;co&gt;');
    expect(chart!.svg).toMatch(/font-weight="600">ichor</);
  });

  test('a wide range is logarithmic, so that the smallest one shows', () => {
    const [chart] = chartsOf(
      stored('event-plain', [cell('ichor', 1, sample(1_000_000)), cell('other', 1, sample(10))]),
    );
    expect(widthsOf(chart!.svg)[1]).toBeGreaterThan(10);
    expect(chart!.svg).toContain('things per second, logarithmic');
  });

  test('sizes get a plot each, latencies one more', () => {
    const latency = {
      percentiles: [
        [50, 1],
        [90, 2],
        [99, 5],
      ] as const,
      maxMs: 9,
    };
    const results = [cell('ichor', 10, sample(1, { latency })), cell('ichor', 100, sample(2))];
    expect(chartsOf(stored('http-2', results)).map(({ name }) => name)).toEqual([
      'http-2-10',
      'http-2-100',
      'http-2-latency',
    ]);
  });

  test('a curve tells its exponent', () => {
    const results = [1000, 10_000, 100_000].map((x) => cell('ichor', x, { operations: x, seconds: x ** 2 / 1e6 }));
    const [chart] = chartsOf(stored('scaling-services', results, { isCurve: true }));
    expect(chart!.svg).toContain('ichor, exponent 2.00');
  });

  test('nothing measured is no plot', () => {
    expect(chartsOf(stored('event-plain', [{ ...cell('ichor', 1), failure: 'it broke' }]))).toEqual([]);
  });
});

/** Everything that is planned, as if each contestant had done the same. */
const everything = mapOf(
  ...allExperiments(effort).map(({ id, title, unit, axis, isCurve = false, hasNoRate = false, cells }) => {
    const figures = { bytesPerConnection: 1, systemCallsPerRequest: 2, p99Us: 1, maxUs: 1 };
    const latency = {
      percentiles: [
        [50, 1],
        [99, 2],
      ] as const,
      maxMs: 3,
    };
    const programs = cells.map(({ contestant, x }) =>
      cell(contestant, x, sample(1000, { figures, latency, errors: {} })),
    );
    const cyclictest = id === 'realtime-periodic' ? [cell('cyclictest', 1, sample(1, { figures }))] : [];
    return stored(id, [...programs, ...cyclictest], { title, unit, axis, isCurve, hasNoRate });
  }),
);

describe('targets', () => {
  test('each one is judged by contestants that exist', () => {
    const open = judged(everything).filter(({ isMet }) => isMet === undefined);
    expect(open.map(({ workload, target }) => `${workload}: ${target}`)).toEqual([]);
    expect(judged(everything)).toHaveLength(targets.length);
  });

  test('a target is met, missed, or not measured', () => {
    const outcome = (ours: number | undefined) => {
      const results = ours === undefined ? [] : [cell('ichor', 400, sample(ours)), cell('node:http', 400, sample(100))];
      return judged(mapOf(stored('http-400', results))).find(({ target }) => target === '≥ 2.0 × node:http');
    };
    expect(outcome(200)).toMatchObject({ measured: '2.00 ×', isMet: true });
    expect(outcome(199)).toMatchObject({ measured: '1.99 ×', isMet: false });
    expect(outcome(undefined)).toMatchObject({ measured: undefined, isMet: undefined });
  });
});

describe('page and sections', () => {
  test('the page has every experiment, every plot, and needs nothing from elsewhere', () => {
    const page = pageOf(everything, chartsOf, known);
    for (const id of known) expect(page).toContain(`<h3 id="${id}">`);
    expect(page.match(/<svg /g)!.length).toBeGreaterThan(known.length - 5);
    expect(page).toContain('Some &lt;processor&gt;');
    expect(page).not.toMatch(/<(script|link|img|iframe)\b|url\(|NaN|undefined|Infinity/);
  });

  test('it tells what was not measured, and what failed', () => {
    const failing = stored('mutex-uncontended', [{ ...cell('ichor', 1, sample(1)), failure: 'it broke\nat line 1' }], {
      omitted: ['strace is not installed'],
    });
    const page = pageOf(mapOf(failing), chartsOf, known);
    expect(page).toContain('ichor at 1 failed: it broke; strace is not installed');
    expect(page).toContain('<td>http-2</td><td>0</td>');
    const { measured } = sectionsOf(mapOf(failing), known);
    expect(measured).toContain('- http-2: no results are stored.');
    expect(measured).toContain('- mutex-uncontended: ichor at 1 failed: it broke');
  });

  test('the summary has ours beside the best of the others', () => {
    const results = [cell('ichor', 5, sample(300)), cell('slow', 5, sample(10)), cell('fast', 5, sample(100))];
    const { summary } = sectionsOf(mapOf(stored('mutex-uncontended', results)), known);
    expect(summary!.split('\n').at(-1)).toMatch(/\| +300\/s \| .* \| +fast \| +100\/s \| +3\.00 × \|$/);
  });

  test('the realtime block has the lines of the programs themselves, and not their histograms', () => {
    const text =
      'duration min/max/avg: 1/3/2 µs\nduration p50/p99/p99.9: 2/3/3 µs, missed deadlines: 0 of 9\n   1 µs  9 ####';
    const chain = stored('realtime-chain', [cell('as it is', 9, sample(1, { text, figures: { p99Us: 3 } }))]);
    const { realtime } = sectionsOf(mapOf(chain), known);
    expect(realtime).toContain(`# as it is\n${text.split('\n').slice(0, 2).join('\n')}\n`);
    expect(realtime).not.toContain('####');
  });

  test('tables are aligned as the formatter does it', () => {
    expect(
      markdownTable([
        ['a', 'b'],
        ['long name', '1'],
      ]),
    ).toBe('| a         |   b |\n| --------- | --: |\n| long name |   1 |');
  });

  test('sections replace what is between their marks, and only that', () => {
    const page = 'before\n\n<!-- a -->\n\nold\n\n<!-- /a -->\n\nafter\n';
    const changed = withSections(page, { a: 'new' });
    expect(changed).toBe(page.replace('old', 'new'));
    expect(withSections(changed, { a: 'new' })).toBe(changed);
    expect(() => withSections(page, { b: 'new' })).toThrow('the page has no section <!-- b -->');
  });

  test('a table has only columns that somebody fills', () => {
    const plain = stored('mutex-uncontended', [cell('ichor', 5, { operations: 10, seconds: 1 })]);
    expect(tableOf(plain).split('\n')[1]!.trim().split(/ {2,}/)).toEqual(['per second', 'spread', 'of the first']);
    const figures = stored('http-idle', [cell('ichor', 5, sample(1, { figures: { bytes: 7 } }))], { hasNoRate: true });
    expect(tableOf(figures)).toMatch(/memory +figures\nichor +50 MB +bytes 7$/);
  });
});

test.skipIf(!existsSync(publishedFolder))('the README says what the published results say', () => {
  const page = readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8');
  const plan = allExperiments({ ...effort, newestNode: undefined }).map(({ id }) => id);
  expect(
    withSections(page, sectionsOf(inOrder(loadAll(publishedFolder), plan), plan)),
    'run npm run bench -- report',
  ).toBe(page);
});
