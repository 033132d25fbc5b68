// Draws a program run as SVG: every iteration over time with the limit and the misses coloured by blame, and the histogram beside it.
// Pure. The file stays small, however many iterations there were: columns are summarised.

import type { Bar, RecordingSummary } from './recording.ts';
import type { Miss } from './result.ts';

/** What is drawn. */
export interface PlotInput {
  readonly title: string;
  readonly values: Int32Array;
  readonly limitUs: number;
  readonly summary: RecordingSummary;
  readonly misses: readonly Miss[];
  readonly bars: readonly Bar[];
}

const width = 960;
const height = 360;
const left = 64;
const top = 48;
const bottom = 320;
const columns = 560;
const histogramLeft = 680;
const histogramWidth = 250;
const missesDrawn = 200;

const colours: Readonly<Record<string, string>> = {
  gc: '#d95f02',
  event: '#7570b3',
  self: '#e7298a',
  microtasks: '#66a61e',
  preemption: '#e6ab02',
  steal: '#a6761d',
  stopped: '#666666',
  blocked: '#1b9e77',
  timer: '#1f78b4',
  'event-loop': '#b15928',
};

/** The plot as the text of an SVG file. */
export function plotSvg(input: PlotInput): string {
  const { title, values, limitUs, summary, misses, bars } = input;
  const floor = Math.max(1, summary.minUs / 2);
  const ceiling = Math.max(limitUs, summary.maxUs, 2) * 1.3;
  // Logarithmic, because rare values are far above the usual ones.
  const y = (us: number): number => {
    const part = Math.log(Math.max(us, floor) / floor) / Math.log(ceiling / floor);
    return round(bottom - part * (bottom - top));
  };
  const x = (index: number): number => round(left + (index / Math.max(1, values.length)) * columns);
  const { minUs, p50Us, p99Us, p999Us, maxUs, missed, count } = summary;
  const figures = `min ${minUs}, p50 ${p50Us}, p99 ${p99Us}, p99.9 ${p999Us}, max ${maxUs} µs; ${missed} of ${count} above ${limitUs} µs`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${left}" y="18" font-size="14">${escape(title)}</text>`,
    `<text x="${left}" y="34" fill="#555">${figures}</text>`,
    ...ticks(floor, ceiling).map(
      (us) =>
        `<path d="M${left} ${y(us)}H${left + columns}" stroke="#eee"/><text x="${left - 6}" y="${y(us) + 4}" text-anchor="end" fill="#555">${us}</text>`,
    ),
    `<text x="12" y="${(top + bottom) / 2}" transform="rotate(-90 12 ${(top + bottom) / 2})" text-anchor="middle" fill="#555">µs</text>`,
    `<path d="${ranges(values, x, y)}" stroke="#4c78a8" stroke-width="1" fill="none"/>`,
    `<path d="M${left} ${y(limitUs)}H${left + columns}" stroke="#c00" stroke-dasharray="4 3"/>`,
    ...missMarks(misses, x, y),
    ...legend(misses),
    ...histogram(bars, y),
    `<text x="${left + columns / 2}" y="${bottom + 18}" text-anchor="middle" fill="#555">iteration (0 to ${values.length})</text>`,
    '</svg>',
    '',
  ].join('\n');
}

/** One vertical stroke per column, from its smallest to its largest value. */
function ranges(values: Int32Array, x: (index: number) => number, y: (us: number) => number): string {
  const perColumn = Math.max(1, Math.ceil(values.length / columns));
  let path = '';
  for (let start = 0; start < values.length; start += perColumn) {
    const column = values.subarray(start, start + perColumn);
    let low = Infinity;
    let high = 0;
    for (const value of column) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    path += `M${x(start)} ${round(y(low) + 0.5)}V${round(y(high) - 0.5)}`;
  }
  return path;
}

function missMarks(misses: readonly Miss[], x: (index: number) => number, y: (us: number) => number): string[] {
  const placed = misses.filter(({ index }) => index >= 0).toSorted((a, b) => b.us - a.us);
  return placed.slice(0, missesDrawn).map(({ index, us, cause, explanation }) => {
    const label = `run ${index}: ${us} µs, ${explanation}`;
    return `<circle cx="${x(index)}" cy="${y(us)}" r="3" fill="${colours[cause] ?? '#000'}"><title>${escape(label)}</title></circle>`;
  });
}

function legend(misses: readonly Miss[]): string[] {
  const counts = new Map<string, number>();
  for (const { cause } of misses) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  return [...counts].map(([cause, count], index) => {
    const at = left + index * 110;
    return `<circle cx="${at + 4}" cy="${height - 10}" r="4" fill="${colours[cause] ?? '#000'}"/><text x="${at + 12}" y="${height - 6}">${cause}: ${count}</text>`;
  });
}

/** On its side, so that it shares the vertical axis. Lengths are logarithmic, so that single values show. */
function histogram(bars: readonly Bar[], y: (us: number) => number): string[] {
  const largest = Math.log1p(Math.max(1, ...bars.map(({ count }) => count)));
  const drawn = bars.filter(({ count }) => count > 0);
  return [
    `<text x="${histogramLeft}" y="${bottom + 18}" fill="#555">values (logarithmic)</text>`,
    ...drawn.map(({ fromUs, toUs, count }) => {
      const upper = y(toUs);
      const tall = Math.max(1, round(y(Math.max(fromUs, 0.5)) - upper - 1));
      const long = round((Math.log1p(count) / largest) * histogramWidth * 0.8);
      return `<rect x="${histogramLeft}" y="${upper}" width="${long}" height="${tall}" fill="#9ecae9"/><text x="${round(histogramLeft + long + 4)}" y="${round(upper + tall / 2 + 3)}" font-size="9">${count}</text>`;
    }),
  ];
}

function ticks(floor: number, ceiling: number): number[] {
  const candidates = Array.from({ length: 9 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();
  return candidates.filter((us) => us >= floor && us <= ceiling);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
