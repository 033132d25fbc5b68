// How generated readers look at bytes of the input, which is `b`; `p` is where they are and `e` where it ends. A view of the
// input costs as much as reading some ten values, and compares up to eight bytes at once.

export interface InputAccess {
  /** Declares what the other expressions need, at the beginning of a function. */
  readonly declare: string;
  /** The byte at that position, which must be within the input. */
  byte(at: string): string;
  /** A condition: these bytes are at `p`, within the input. @param first Replaces the first byte. */
  match(bytes: Uint8Array, first?: string): string;
}

/** Byte by byte, for short inputs. */
export const bytewise: InputAccess = {
  declare: 'const e = r.end;',
  byte: (at) => `b[${at}]`,
  match: (bytes, first) => `(p + ${bytes.length} <= e && ${matchEach(bytes, first).join(' && ')})`,
};

/** By the view of the reader, for longer ones. */
export const viewed: InputAccess = {
  declare: 'const e = r.end, d = r.view;',
  byte: (at) => `d.getUint8(${at})`,
  match(bytes, first) {
    const tests = first === undefined ? matchFrom(bytes, 0) : [`d.getUint8(p) === ${first}`, ...matchFrom(bytes, 1)];
    return `(p + ${bytes.length} <= e && ${tests.join(' && ')})`;
  },
};

/** A test for each byte. */
function matchEach(bytes: Uint8Array, first?: string): string[] {
  return Array.from(bytes, (byte, index) => `b[p + ${index}] === ${index === 0 ? (first ?? byte) : byte}`);
}

/** Tests of the bytes from that index on; the last ones may look at bytes again that were tested before. */
function matchFrom(bytes: Uint8Array, from: number): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const tests: string[] = [];
  const length = bytes.length;
  const most = length - from;
  const test = (getter: string, index: number, value: number): void => {
    tests.push(`d.${getter}(p + ${index}${getter === 'getUint8' ? '' : ', true'}) === ${value}`);
  };
  for (let left = length - from; left > 0; left = length - from) {
    if (left >= 8 || (left > 4 && most >= 8)) {
      const index = Math.min(from, length - 8);
      const value = view.getFloat64(index, true);
      if (isFaithful(value)) test('getFloat64', index, value);
      else {
        test('getInt32', index, view.getInt32(index, true));
        test('getInt32', index + 4, view.getInt32(index + 4, true));
      }
      from = index + 8;
    } else if (left >= 4 || (left > 2 && most >= 4)) {
      const index = Math.min(from, length - 4);
      test('getInt32', index, view.getInt32(index, true));
      from = index + 4;
    } else if (left >= 2) {
      test('getUint16', from, view.getUint16(from, true));
      from += 2;
    } else {
      test('getUint8', from, view.getUint8(from));
      from++;
    }
  }
  return tests;
}

/** Whether a double is equal to no other eight bytes: not NaN, and no zero. Tiny ones may count as zero on some machines. */
function isFaithful(value: number): boolean {
  return Math.abs(value) >= 2 ** -1022;
}
