// The results of one comparison as lines of text.

import type { Comparison } from './comparison.ts';
import type { Result } from './measuring.ts';

export function tableOf({ scenario, variant, count }: Comparison, results: readonly Result[]): string {
  const reference = results[0]?.rate.median ?? 1;
  const rows = results.map(({ contestant, rate, cpuNanoseconds, peakRssBytes }) => [
    contestant,
    Math.round(rate.median).toLocaleString('en-US'),
    `±${((rate.spread / 2) * 100).toFixed(0)} %`,
    `${(rate.median / reference).toFixed(2)} ×`,
    `${cpuNanoseconds.median.toFixed(0)} ns`,
    `${(peakRssBytes / 1e6).toFixed(0)} MB`,
  ]);
  const head = ['', 'per second', 'spread', 'of ichor', 'CPU each', 'memory'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const lines = [head, ...rows].map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
  );
  return [`${scenario} ${variant}, ${count.toLocaleString('en-US')} at a time`, ...lines].join('\n');
}
