// Numbers as JSON text. Integers and short decimals are written digit by digit; everything else as JavaScript writes it,
// but −0 as `-0`. There is room for the longest number already.

/** Length of the longest integer, −9007199254740991. */
export const maxIntLength = 17;
/** Length of the longest number, such as -2.2250738585072014e-308. */
export const maxNumberLength = 24;

/** Two decimal digits as they stand in memory, read as a little-endian integer. */
const pairs = Int16Array.from({ length: 100 }, (_, n) => 0x3030 | ((n % 10) << 8) | Math.floor(n / 10));

/** Writes an integer from −(2^53−1) to 2^53−1. Small, so that V8 inlines it. */
export function writeInt(d: DataView, p: number, value: number): number {
  if (value >= 0 && value < 10) {
    d.setInt8(p, 48 + value);
    return p + 1;
  }
  if (value >= 0 && value < 100) {
    d.setInt16(p, pairs[value]!, true);
    return p + 2;
  }
  return writeLongInt(d, p, value);
}

function writeLongInt(d: DataView, p: number, value: number): number {
  if (value < 0) {
    d.setInt8(p++, 45);
    value = -value;
  }
  if (value < 100_000_000) return writeSmall(d, p, value | 0);
  const high = Math.floor(value / 100_000_000);
  const low = (value - high * 100_000_000) | 0;
  p = high < 100_000_000 ? writeSmall(d, p, high | 0) : writeLongInt(d, p, high);
  const first = (low / 10_000) | 0;
  putFour(d, p, first);
  putFour(d, p + 4, low - first * 10_000);
  return p + 8;
}

/** Writes a number below 10^8. */
function writeSmall(d: DataView, p: number, value: number): number {
  if (value < 10_000) return writeUpToFour(d, p, value);
  const high = (value / 10_000) | 0;
  p = writeUpToFour(d, p, high);
  putFour(d, p, value - high * 10_000);
  return p + 4;
}

function writeUpToFour(d: DataView, p: number, value: number): number {
  if (value < 10) {
    d.setInt8(p, 48 + value);
    return p + 1;
  }
  if (value < 100) {
    d.setInt16(p, pairs[value]!, true);
    return p + 2;
  }
  if (value >= 1000) {
    putFour(d, p, value);
    return p + 4;
  }
  const first = (value * 41) >> 12;
  d.setInt8(p, 48 + first);
  d.setInt16(p + 1, pairs[value - first * 100]!, true);
  return p + 3;
}

/** Writes four digits. */
function putFour(d: DataView, p: number, value: number): void {
  // A division by 100, exact for numbers this small.
  const high = (value * 5243) >> 19;
  d.setInt32(p, pairs[high]! | (pairs[value - high * 100]! << 16), true);
}

/** Writes a finite number. */
export function writeNumber(d: DataView, p: number, value: number): number {
  if (Number.isSafeInteger(value)) {
    if (value === 0 && 1 / value < 0) d.setInt8(p++, 45);
    return writeInt(d, p, value);
  }
  const thousandths = Math.round(value * 1000);
  if (thousandths / 1000 === value && isShort(thousandths)) return writeThousandths(d, p, thousandths);
  return writeOther(d, p, value);
}

/** Below 10^15 no two decimals are the same double, so that one which gives the value is the shortest that does. */
function isShort(scaled: number): boolean {
  return scaled > -1e15 && scaled < 1e15;
}

/** Writes an integer divided by 1000, which is no integer. */
function writeThousandths(d: DataView, p: number, scaled: number): number {
  if (scaled < 0) {
    d.setInt8(p++, 45);
    scaled = -scaled;
  }
  const whole = Math.floor(scaled / 1000);
  const rest = (scaled - whole * 1000) | 0;
  p = writeInt(d, p, whole);
  const first = (rest * 41) >> 12;
  d.setInt16(p, 46 | ((48 + first) << 8), true);
  const others = rest - first * 100;
  if (others === 0) return p + 2;
  const pair = pairs[others]!;
  if (pair >> 8 === 48) {
    d.setInt8(p + 2, pair);
    return p + 3;
  }
  d.setInt16(p + 2, pair, true);
  return p + 4;
}

function writeOther(d: DataView, p: number, value: number): number {
  const millionths = Math.round(value * 1e6);
  if (millionths / 1e6 === value && isShort(millionths)) return writeMillionths(d, p, millionths);
  return writeDigits(d, p, String(value));
}

/** Writes an integer divided by 10^6, which is no integer. */
function writeMillionths(d: DataView, p: number, scaled: number): number {
  if (scaled < 0) {
    d.setInt8(p++, 45);
    scaled = -scaled;
  }
  const whole = Math.floor(scaled / 1e6);
  let rest = (scaled - whole * 1e6) | 0;
  p = writeInt(d, p, whole);
  d.setInt8(p++, 46);
  let places = 6;
  while (rest % 10 === 0) {
    rest = (rest / 10) | 0;
    places--;
  }
  for (let i = p + places - 1; i >= p; i--) {
    const next = (rest / 10) | 0;
    d.setInt8(i, 48 + rest - next * 10);
    rest = next;
  }
  return p + places;
}

/** Writes short ASCII text, such as the digits of a bigint. */
function writeDigits(d: DataView, p: number, text: string): number {
  for (let i = 0; i < text.length; i++) d.setInt8(p + i, text.charCodeAt(i));
  return p + text.length;
}
