// Base64 (RFC 4648, section 4), strict when decoding: one text for each sequence of bytes.

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const codes = Uint8Array.from(alphabet, (letter) => letter.charCodeAt(0));
const values = new Uint8Array(128).fill(255);
codes.forEach((code, value) => (values[code] = value));

/** Length of the text of so many bytes. */
export function base64Length(size: number): number {
  return Math.ceil(size / 3) * 4;
}

/** Writes the text of `bytes` at `p`, where there must be room. Returns the position behind it. */
export function writeBase64(b: Uint8Array, p: number, bytes: Uint8Array): number {
  const whole = bytes.length - (bytes.length % 3);
  let i = 0;
  for (; i < whole; i += 3) {
    const bits = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    b[p++] = codes[bits >> 18]!;
    b[p++] = codes[(bits >> 12) & 63]!;
    b[p++] = codes[(bits >> 6) & 63]!;
    b[p++] = codes[bits & 63]!;
  }
  if (i === bytes.length) return p;
  const two = i + 1 < bytes.length;
  const bits = (bytes[i]! << 16) | (two ? bytes[i + 1]! << 8 : 0);
  b[p++] = codes[bits >> 18]!;
  b[p++] = codes[(bits >> 12) & 63]!;
  b[p++] = two ? codes[(bits >> 6) & 63]! : 61;
  b[p++] = 61;
  return p;
}

/** The bytes of canonical, padded base64; undefined for any other text. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const { length } = text;
  if (length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((length / 4) * 3 - padding);
  let out = 0;
  for (let i = 0; i < length; i += 4) {
    const last = i + 4 === length ? padding : 0;
    const bits = quartet(text, i, last);
    if (bits < 0) return undefined;
    bytes[out++] = bits >> 16;
    if (last < 2) bytes[out++] = (bits >> 8) & 255;
    if (last < 1) bytes[out++] = bits & 255;
    // Bits that no byte uses must be zero, or several texts would mean the same bytes.
    if ((last === 2 && (bits & 0xffff) !== 0) || (last === 1 && (bits & 0xff) !== 0)) return undefined;
  }
  return bytes;
}

/** 24 bits of four characters, of which the last `padding` are `=`; −1 when one is not of the alphabet. */
function quartet(text: string, i: number, padding: number): number {
  let bits = 0;
  for (let k = 0; k < 4; k++) {
    const code = text.charCodeAt(i + k);
    const value = k >= 4 - padding ? 0 : code < 128 ? values[code]! : 255;
    if (value === 255) return -1;
    bits = (bits << 6) | value;
  }
  return bits;
}
