// How a quantity grows: the exponent k of y ~ x^k, fitted by least squares on logarithms.

export interface Fit {
  readonly exponent: number;
  /** y at x = 1. */
  readonly factor: number;
  /** Share of the variance that the fit explains, 0 to 1. */
  readonly determination: number;
}

export type Point = readonly [x: number, y: number];

/** Undefined with fewer than two different sizes, or where a logarithm does not exist. */
export function fitPower(points: readonly Point[]): Fit | undefined {
  if (points.some(([x, y]) => x <= 0 || y <= 0)) return undefined;
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanX = mean(logs.map(([x]) => x));
  const meanY = mean(logs.map(([, y]) => y));
  const varianceX = mean(logs.map(([x]) => (x - meanX) ** 2));
  if (!(varianceX > 0)) return undefined;
  const covariance = mean(logs.map(([x, y]) => (x - meanX) * (y - meanY)));
  const varianceY = mean(logs.map(([, y]) => (y - meanY) ** 2));
  const exponent = covariance / varianceX;
  return {
    exponent,
    factor: Math.exp(meanY - exponent * meanX),
    determination: varianceY < 1e-20 ? 1 : covariance ** 2 / (varianceX * varianceY),
  };
}

/** Small sizes are mostly start-up; the exponent is that of the upper part of the range. */
export function fitGrowth(points: readonly Point[]): Fit | undefined {
  const largest = Math.max(...points.map(([x]) => x));
  const upper = points.filter(([x]) => x >= largest / 1000);
  return fitPower(upper.length >= 2 ? upper : points);
}
