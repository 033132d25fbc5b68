// Bars with the range of the middle half of the samples, one per contestant, ours first.

import type { Summary } from '../statistics.ts';
import { bar, colourAt, line, svg, text } from './svg.ts';
import { linear, logarithmic } from './scales.ts';

export interface Bar {
  readonly name: string;
  readonly value: Summary;
  readonly label: string;
}

const width = 800;
const left = 290;
const right = 690;
const rowHeight = 26;
/** Beyond this ratio small bars would vanish: the axis is logarithmic then, and says so. */
const wideRange = 30;

/** @param unit What the axis shows. */
export function barChart(
  title: string,
  unit: string,
  bars: readonly Bar[],
  tickLabel: (value: number) => string,
): string {
  const top = 36;
  const bottom = top + bars.length * rowHeight;
  const values = bars.flatMap(({ value }) => [value.lower, value.upper]);
  const [smallest, largest] = [Math.min(...values), Math.max(...values)];
  const isLogarithmic = smallest > 0 && largest > wideRange * smallest;
  // Half of the smallest value, so that its bar shows.
  const scale = isLogarithmic ? logarithmic(smallest / 2, largest, left, right) : linear(largest, left, right);
  const grid = scale.ticks.flatMap((tick) => [
    line(scale.at(tick), top, scale.at(tick), bottom),
    text(scale.at(tick), bottom + 16, tickLabel(tick), { anchor: 'middle', fill: '#555' }),
  ]);
  const rows = bars.flatMap(({ name, value, label }, index) => {
    const y = top + index * rowHeight;
    const middle = y + rowHeight / 2;
    const isOurs = name.startsWith('ichor');
    const whisker = [scale.at(value.lower), scale.at(value.upper)] as const;
    return [
      text(left - 8, middle + 4, name, { anchor: 'end', weight: isOurs ? 600 : 400 }),
      bar(left, y + 4, scale.at(value.median) - left, rowHeight - 8, isOurs ? colourAt(0) : '#bbb'),
      line(whisker[0], middle, whisker[1], middle, '#000', 1.5),
      line(whisker[0], middle - 4, whisker[0], middle + 4, '#000', 1.5),
      line(whisker[1], middle - 4, whisker[1], middle + 4, '#000', 1.5),
      text(Math.max(scale.at(value.upper), scale.at(value.median)) + 8, middle + 4, label),
    ];
  });
  const axis = text((left + right) / 2, bottom + 34, isLogarithmic ? `${unit}, logarithmic` : unit, {
    anchor: 'middle',
    fill: '#555',
  });
  return svg(width, bottom + 44, title, [...grid, ...rows, axis]);
}
