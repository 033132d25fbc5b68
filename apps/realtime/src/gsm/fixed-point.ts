// Saturating 16- and 32-bit arithmetic of GSM 06.10 (clause 5.1), on JavaScript's int32. Called by every stage of the encoder.
// Words are integers from -32768 to 32767; V8 inlines all of these into integer instructions.

/** Clamps to a word. */
export function saturate(value: number): number {
  return value > 32767 ? 32767 : value < -32768 ? -32768 : value;
}

/** a · b as Q15 fractions, truncated. Only -32768 · -32768 does not fit and saturates. */
export function multiply(a: number, b: number): number {
  return saturate(Math.imul(a, b) >> 15);
}

/** a · b as Q15 fractions, rounded. */
export function multiplyRounded(a: number, b: number): number {
  return saturate((Math.imul(a, b) + 16384) >> 15);
}

/** As {@link multiplyRounded}, for factors that are never both -32768. */
export function multiplySmall(a: number, b: number): number {
  return (Math.imul(a, b) + 16384) >> 15;
}

/** |a|, where |-32768| is 32767. */
export function magnitude(a: number): number {
  return a === -32768 ? 32767 : a < 0 ? -a : a;
}

/** Left shifts that bring a positive 32-bit number to its largest size without touching the sign. */
export function headroom(positive: number): number {
  return Math.clz32(positive) - 1;
}

/** a + b clamped to 32 bits. The sum is exact before clamping, because a double holds it. */
export function addLong(a: number, b: number): number {
  const sum = a + b;
  return sum > 2147483647 ? 2147483647 : sum < -2147483648 ? -2147483648 : sum | 0;
}

/** numerator / denominator as a Q15 fraction, for 0 <= numerator <= denominator and denominator > 0; a ratio of one gives 32767. */
export function divide(numerator: number, denominator: number): number {
  return numerator === denominator ? 32767 : ((numerator << 15) / denominator) | 0;
}
