// Axes: from values to pixels, and the round values where an axis is labelled.

export interface Scale {
  at(value: number): number;
  readonly ticks: readonly number[];
}

/** From 0 to `largest`, with about five labels. */
export function linear(largest: number, from: number, to: number): Scale {
  const end = largest > 0 ? largest : 1;
  const rough = end / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((candidate) => candidate >= rough) as number;
  const count = Math.floor(end / step + 1e-9);
  return {
    at: (value) => from + (value / end) * (to - from),
    ticks: Array.from({ length: count + 1 }, (_, index) => index * step),
  };
}

/** Labels at powers of ten; where there are fewer than two of them in the range, also at 2 and 5 times these. Narrow ranges are widened. */
export function logarithmic(smallest: number, largest: number, from: number, to: number): Scale {
  const [low, high] = largest < 4 * smallest ? [smallest / 2, largest * 2] : [smallest, largest];
  const span = Math.log(high / low);
  const within = (value: number): boolean => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  const powers: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) powers.push(10 ** power);
  const tens = powers.filter(within);
  const ticks = tens.length >= 2 ? tens : powers.flatMap((power) => [power, 2 * power, 5 * power]).filter(within);
  return { at: (value) => from + (Math.log(value / low) / span) * (to - from), ticks };
}
