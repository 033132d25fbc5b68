// The exact integer that a JSON number stands for. Doubles would round 9007199254740993 and 0.99999999999999999 silently.

/**
 * @param text A valid JSON number, such as `-12`, `1.50e1`.
 * @param maxDigits Longest result in decimal digits.
 * @returns undefined when it is not an integer, or has more digits.
 */
export function exactInteger(text: string, maxDigits: number): bigint | undefined {
  const negative = text.charCodeAt(0) === 45;
  const body = negative ? text.slice(1) : text;
  if (/^\d+$/.test(body)) return body.length > maxDigits ? undefined : signed(BigInt(body), negative);
  const [mantissa = '', exponent = '0'] = body.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = trimZeros(whole + fraction);
  if (digits.length === 0) return 0n;
  // Position of the decimal point, counted from the end of the digits that are left.
  const dropped = whole.length + fraction.length - trimEnd(whole + fraction).length;
  const shift = Number(exponent) - fraction.length + dropped;
  if (shift < 0 || digits.length + shift > maxDigits) return undefined;
  return signed(BigInt(digits + '0'.repeat(shift)), negative);
}

function signed(value: bigint, negative: boolean): bigint {
  return negative ? -value : value;
}

function trimZeros(digits: string): string {
  return trimEnd(digits).replace(/^0+/, '');
}

function trimEnd(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 48) end--;
  return digits.slice(0, end);
}
