// Constants in generated writers, up to eight bytes by one store.

/**
 * Statements that write these bytes at `p` of the memory `b` and its view `d`, and move it, by as few stores as possible: the
 * last one may write some bytes once more, or some behind them.
 *
 * @param behind How many bytes behind them may be anything, because they are written next.
 * @param first Replaces the first byte.
 */
export function putConstant(bytes: Uint8Array, behind: number, first?: string): string {
  if (first !== undefined) return `b[p++] = ${first}; ${putConstant(bytes.subarray(1), behind)}`;
  const { length } = bytes;
  const padded = new Uint8Array(length + behind);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  const stores: string[] = [];
  for (let at = 0; at < length;) {
    const rest = length - at;
    // One store for all that is left, else the largest.
    const possible = storeSizes.filter((size) => size <= padded.length);
    const size = possible.find((each) => each >= rest) ?? possible.at(-1)!;
    const start = Math.min(at, padded.length - size);
    stores.push(store(view, start, size));
    at = start + size;
  }
  return `${stores.join(' ')} p += ${length};`;
}

const storeSizes = [1, 2, 4, 8];

function store(view: DataView, at: number, size: number): string {
  if (size === 1) return `b[p + ${at}] = ${view.getUint8(at)};`;
  if (size === 2) return `d.setInt16(p + ${at}, ${view.getInt16(at)});`;
  if (size === 4) return `d.setInt32(p + ${at}, ${view.getInt32(at)});`;
  const value = view.getFloat64(at);
  // The text of a double tells its bits, but for zeros and what is no number. Eight bytes of ASCII are neither.
  if (value !== 0 && Number.isFinite(value)) return `d.setFloat64(p + ${at}, ${value});`;
  return `${store(view, at, 4)} ${store(view, at + 4, 4)}`;
}
