// Integers of any size in big-endian two's complement: the content of the extension for large integers.

/** The shortest bytes of an integer. */
export function bigintBytes(value: bigint): Uint8Array {
  // One bit more than the digits need, for the sign.
  const magnitude = value < 0n ? -value - 1n : value;
  const digits = magnitude.toString(16);
  const size = (digits.length >> 1) + (digits.length % 2 === 0 && digits.charCodeAt(0) < 56 ? 0 : 1);
  const hex = BigInt.asUintN(size * 8, value)
    .toString(16)
    .padStart(size * 2, '0');
  return Uint8Array.from({ length: size }, (_, i) => Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16));
}

/** The integer of the bytes. */
export function bigintOfBytes(bytes: Uint8Array): bigint {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex === '' ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
}
