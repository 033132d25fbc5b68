// Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.

/** Position behind the multi-byte sequence at `p`, or −1 when it is malformed or cut off. `b[p]` is above 0x7f. */
export function utf8SequenceEnd(b: Uint8Array, p: number, end: number): number {
  const c = b[p] as number;
  if (c < 0xc2 || c > 0xf4) return -1;
  if (c < 0xe0) return p + 1 < end && isTail(b[p + 1]) ? p + 2 : -1;
  if (p + 2 >= end) return -1;
  const second = b[p + 1] as number;
  if (c < 0xf0) {
    if (!isTail(second) || !isTail(b[p + 2])) return -1;
    if ((c === 0xe0 && second < 0xa0) || (c === 0xed && second > 0x9f)) return -1;
    return p + 3;
  }
  if (p + 3 >= end || !isTail(second) || !isTail(b[p + 2]) || !isTail(b[p + 3])) return -1;
  if ((c === 0xf0 && second < 0x90) || (c === 0xf4 && second > 0x8f)) return -1;
  return p + 4;
}

/** Whether `b[p..end)` is the beginning of a sequence whose other bytes are beyond `end`, and nothing more. */
export function isSequenceStart(b: Uint8Array, p: number, end: number): boolean {
  const size = end - p;
  if (size < 1 || size > 3) return false;
  // What may come second depends on the first byte: each of these is right for some of them.
  return [0x80, 0x90, 0xa0].some((second) => {
    const whole = Uint8Array.of(b[p]!, second, 0x80, 0x80);
    for (let i = 1; i < size; i++) whole[i] = b[p + i]!;
    return utf8SequenceEnd(whole, 0, 4) > size;
  });
}

/** Position of the first malformed sequence in `b[start..end)`, or −1 when all is well. */
export function findMalformed(b: Uint8Array, start: number, end: number): number {
  let p = start;
  while (p < end) {
    if ((b[p] as number) < 0x80) {
      p++;
      continue;
    }
    const next = utf8SequenceEnd(b, p, end);
    if (next < 0) return p;
    p = next;
  }
  return -1;
}

function isTail(c: number | undefined): boolean {
  return c !== undefined && (c & 0xc0) === 0x80;
}

const loneSurrogate = /[\ud800-\udfff]/u;

/** Whether UTF-8 can express the text: it has no surrogate without its partner. */
export function isWellFormed(text: string): boolean {
  return !loneSurrogate.test(text);
}

/** Writes text from index `i` on, unit by unit. Returns the position behind it, −1 for a surrogate without its partner. */
export function putUtf8(b: Uint8Array, p: number, text: string, i: number): number {
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x80) b[p++] = c;
    else if (c < 0x800) p = putTwoBytes(b, p, c);
    else if (c < 0xd800 || c > 0xdfff) p = putThreeBytes(b, p, c);
    else {
      const next = ++i < text.length ? text.charCodeAt(i) : 0;
      if (c > 0xdbff || next < 0xdc00 || next > 0xdfff) return -1;
      p = putFourBytes(b, p, c, next);
    }
  }
  return p;
}

/** Writes the code unit of a character from U+0080 to U+07FF. */
export function putTwoBytes(b: Uint8Array, p: number, unit: number): number {
  b[p] = 0xc0 | (unit >> 6);
  b[p + 1] = 0x80 | (unit & 63);
  return p + 2;
}

/** Writes the code unit of a character from U+0800 to U+FFFF. */
export function putThreeBytes(b: Uint8Array, p: number, unit: number): number {
  b[p] = 0xe0 | (unit >> 12);
  b[p + 1] = 0x80 | ((unit >> 6) & 63);
  b[p + 2] = 0x80 | (unit & 63);
  return p + 3;
}

/** Writes the character of a pair of surrogates. */
export function putFourBytes(b: Uint8Array, p: number, high: number, low: number): number {
  const point = 0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff);
  b[p] = 0xf0 | (point >> 18);
  b[p + 1] = 0x80 | ((point >> 12) & 63);
  b[p + 2] = 0x80 | ((point >> 6) & 63);
  b[p + 3] = 0x80 | (point & 63);
  return p + 4;
}
