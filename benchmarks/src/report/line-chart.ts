// Lines on logarithmic axes: growth over size with the fitted exponent, and latency over percentiles.

import { fitGrowth, type Point } from './fit.ts';
import { colourAt, line, polyline, svg, text } from './svg.ts';
import { logarithmic, type Scale } from './scales.ts';

export interface Line {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface LineChart {
  readonly title: string;
  readonly xAxis: string;
  readonly yAxis: string;
  readonly lines: readonly Line[];
  xLabel(value: number): string;
  yLabel(value: number): string;
}

const width = 760;
const height = 380;
const area = { left: 80, right: 500, top: 40, bottom: 320 };

/** Growth: the legend says how fast each line rises in its upper part. */
export function growthChart(chart: LineChart): string {
  const xs = chart.lines.flatMap(({ points }) => points.map(([x]) => x));
  const x = logarithmic(Math.min(...xs), Math.max(...xs), area.left, area.right);
  return lineChart(chart, x, ({ points }) => {
    const fit = fitGrowth(points);
    return fit === undefined ? '' : `, exponent ${fit.exponent.toFixed(2)}`;
  });
}

/** Percentiles: 90, 99, 99.9, … are equally far from each other. */
export function percentileChart(chart: LineChart): string {
  const percents = [...new Set(chart.lines.flatMap(({ points }) => points.map(([percent]) => percent)))].toSorted(
    (a, b) => a - b,
  );
  const rarity = logarithmic(1, 100 / (100 - Math.max(...percents)), area.left, area.right);
  const x: Scale = {
    at: (percent) => rarity.at(100 / (100 - percent)),
    ticks: percents.filter((percent) => percent >= 50 && percent !== 95),
  };
  return lineChart(chart, x, () => '');
}

function lineChart(
  { title, xAxis, yAxis, lines, xLabel, yLabel }: LineChart,
  x: Scale,
  remark: (line: Line) => string,
): string {
  const ys = lines.flatMap(({ points }) => points.map(([, value]) => value));
  const y = logarithmic(Math.min(...ys), Math.max(...ys), area.bottom, area.top);
  const grid = [
    ...x.ticks.flatMap((tick) => [
      line(x.at(tick), area.top, x.at(tick), area.bottom),
      text(x.at(tick), area.bottom + 16, xLabel(tick), { anchor: 'middle', fill: '#555' }),
    ]),
    ...y.ticks.flatMap((tick) => [
      line(area.left, y.at(tick), area.right, y.at(tick)),
      text(area.left - 6, y.at(tick) + 4, yLabel(tick), { anchor: 'end', fill: '#555' }),
    ]),
  ];
  const drawn = lines.flatMap((one, index) => {
    const colour = colourAt(index);
    const at = area.top + 12 + index * 20;
    return [
      polyline(
        one.points.map(([px, py]) => [x.at(px), y.at(py)] as const),
        colour,
      ),
      line(area.right + 16, at - 4, area.right + 36, at - 4, colour, 3),
      text(area.right + 42, at, `${one.name}${remark(one)}`, { weight: one.name.startsWith('ichor') ? 600 : 400 }),
    ];
  });
  const axes = [
    text((area.left + area.right) / 2, area.bottom + 38, xAxis, { anchor: 'middle', fill: '#555' }),
    text(area.left, area.top - 6, yAxis, { anchor: 'middle', fill: '#555' }),
  ];
  return svg(width, height, title, [...grid, ...drawn, ...axes]);
}
