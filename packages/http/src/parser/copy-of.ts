// Copies out of memory that is used again. Not `slice`: that of a Buffer, which is what sockets are read into, does not copy.

/** The bytes `bytes[start..end)` in memory of their own. */
export function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(end - start);
  copy.set(bytes.subarray(start, end));
  return copy;
}
