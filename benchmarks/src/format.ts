// Numbers as people read them.

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Three digits, and no more than two of them behind the point. */
export function decimals(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return count(value);
  return value.toFixed(size >= 10 ? 1 : 2);
}

/** Of a number of microseconds. */
export function micros(value: number): string {
  if (value < 1) return `${decimals(value * 1000)} ns`;
  return value < 1000 ? `${decimals(value)} µs` : `${decimals(value / 1000)} ms`;
}

export function duration(seconds: number): string {
  return seconds < 1 ? micros(seconds * 1e6) : `${decimals(seconds)} s`;
}

export function megabytes(bytes: number): string {
  return `${decimals(bytes / 1e6)} MB`;
}

/** 1200000 → 1.2 M */
export function short(value: number): string {
  for (const [size, unit] of [
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (Math.abs(value) >= size) return `${decimals(value / size)} ${unit}`;
  }
  return decimals(value);
}
