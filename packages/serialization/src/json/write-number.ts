// Numbers as JSON text. Integers are written digit by digit; everything else as JavaScript writes it, but −0 as `-0`.

/** Writes an integer from −(2^53−1) to 2^53−1. Small, so that V8 inlines it. */
export function writeInt(b: Uint8Array, p: number, value: number): number {
  if (value >= 0 && value < 10) {
    b[p] = 48 + value;
    return p + 1;
  }
  if (value >= 0 && value < 100) {
    const tens = (value * 205) >> 11;
    b[p] = 48 + tens;
    b[p + 1] = 48 + value - tens * 10;
    return p + 2;
  }
  return writeLongInt(b, p, value);
}

function writeLongInt(b: Uint8Array, p: number, value: number): number {
  if (value < 0) {
    b[p++] = 45;
    value = -value;
  }
  if (value >= 1000 && value < 10_000) return writeFour(b, p, value);
  if (value < 1_000_000_000) return writeSmall(b, p, value | 0);
  const high = Math.floor(value / 1_000_000_000);
  const low = value - high * 1_000_000_000;
  p = writeSmall(b, p, high | 0);
  return writeNine(b, p, low | 0);
}

function writeFour(b: Uint8Array, p: number, value: number): number {
  // Divisions by 100 and 10, exact for numbers this small.
  const high = (value * 5243) >> 19;
  const low = value - high * 100;
  const first = (high * 205) >> 11;
  const third = (low * 205) >> 11;
  b[p] = 48 + first;
  b[p + 1] = 48 + high - first * 10;
  b[p + 2] = 48 + third;
  b[p + 3] = 48 + low - third * 10;
  return p + 4;
}

function writeSmall(b: Uint8Array, p: number, value: number): number {
  const end = p + digitsOf(value);
  for (let i = end - 1; i >= p; i--) {
    const rest = (value / 10) | 0;
    b[i] = 48 + (value - rest * 10);
    value = rest;
  }
  return end;
}

/** Decimal digits of a number below 10^9. */
function digitsOf(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
  if (value < 1_000_000) return value < 100_000 ? 5 : 6;
  return value < 100_000_000 ? (value < 10_000_000 ? 7 : 8) : 9;
}

function writeNine(b: Uint8Array, p: number, value: number): number {
  for (let i = p + 8; i >= p; i--) {
    const rest = (value / 10) | 0;
    b[i] = 48 + (value - rest * 10);
    value = rest;
  }
  return p + 9;
}

/** Writes a finite number. */
export function writeNumber(b: Uint8Array, p: number, value: number): number {
  if (Number.isSafeInteger(value)) {
    if (value === 0 && 1 / value < 0) b[p++] = 45;
    return writeInt(b, p, value);
  }
  const scaled = Math.round(value * 1000);
  if (scaled / 1000 === value && scaled > -maxScaled && scaled < maxScaled) return writeThousandths(b, p, scaled);
  return writeDigits(b, p, String(value));
}

/** Below 10^15 no two decimals are the same double, so that one which gives the value is the shortest that does. */
const maxScaled = 1e15;

/** Writes an integer divided by 1000, which is no integer. */
function writeThousandths(b: Uint8Array, p: number, scaled: number): number {
  if (scaled < 0) {
    b[p++] = 45;
    scaled = -scaled;
  }
  const whole = Math.floor(scaled / 1000);
  const rest = (scaled - whole * 1000) | 0;
  p = writeInt(b, p, whole);
  const first = (rest / 100) | 0;
  const others = rest - first * 100;
  b[p] = 46;
  b[p + 1] = 48 + first;
  if (others === 0) return p + 2;
  const second = (others / 10) | 0;
  b[p + 2] = 48 + second;
  const third = others - second * 10;
  if (third === 0) return p + 3;
  b[p + 3] = 48 + third;
  return p + 4;
}

/** Writes short ASCII text, such as the digits of a bigint. */
export function writeDigits(b: Uint8Array, p: number, text: string): number {
  for (let i = 0; i < text.length; i++) b[p + i] = text.charCodeAt(i);
  return p + text.length;
}
