// Bytes to strings and back by the fastest means the runtime has: Buffer's own methods in Node, TextEncoder elsewhere.

interface NodeBuffer {
  readonly prototype: {
    latin1Slice(this: Uint8Array, start: number, end: number): string;
    utf8Slice(this: Uint8Array, start: number, end: number): string;
    latin1Write(this: Uint8Array, text: string, offset: number, length: number): number;
    utf8Write(this: Uint8Array, text: string, offset: number, length: number): number;
  };
  byteLength(text: string): number;
  allocUnsafe(size: number): Uint8Array<ArrayBuffer>;
}

const nodeBuffer = (globalThis as { readonly Buffer?: NodeBuffer }).Buffer;
const methods = nodeBuffer?.prototype;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** The text of `b[start..end)`, which is known to be ASCII. */
export const decodeAscii: (b: Uint8Array, start: number, end: number) => string =
  methods === undefined
    ? (b, start, end) => decoder.decode(b.subarray(start, end))
    : (b, start, end) => methods.latin1Slice.call(b, start, end);

/** The text of `b[start..end)`; malformed sequences become U+FFFD. */
export const decodeUtf8: (b: Uint8Array, start: number, end: number) => string =
  methods === undefined
    ? (b, start, end) => decoder.decode(b.subarray(start, end))
    : (b, start, end) => methods.utf8Slice.call(b, start, end);

/** Writes ASCII text that is known to fit. Returns the position behind it. */
export const writeAscii: (b: Uint8Array, p: number, text: string) => number =
  methods === undefined
    ? (b, p, text) => p + encoder.encodeInto(text, b.subarray(p)).written
    : (b, p, text) => p + methods.latin1Write.call(b, text, p, text.length);

/** Writes well-formed text that is known to fit. Returns the position behind it. */
export const writeUtf8: (b: Uint8Array, p: number, text: string) => number =
  methods === undefined
    ? (b, p, text) => p + encoder.encodeInto(text, b.subarray(p)).written
    : (b, p, text) => p + methods.utf8Write.call(b, text, p, b.length - p);

/** Length of `text` in UTF-8. */
export const utf8Length: (text: string) => number =
  nodeBuffer === undefined ? (text) => encoder.encode(text).length : (text) => nodeBuffer.byteLength(text);

/** Memory for results: of Node's pool where there is one, which no one can transfer away. Always a plain Uint8Array. */
export function allocate(size: number): Uint8Array<ArrayBuffer> {
  if (nodeBuffer === undefined) return new Uint8Array(size);
  const { buffer, byteOffset } = nodeBuffer.allocUnsafe(size);
  return new Uint8Array(buffer, byteOffset, size);
}
