// Short ASCII strings without a call into the runtime, which costs two to three times as much. These functions are for
// processes that generate no code; codegen/generate-text.ts replaces them by ones that do the same for longer strings.

import { decodeAscii } from './text.ts';

const make = String.fromCharCode;

export type AsciiText = (b: Uint8Array, start: number, end: number) => string;
export type PlainText = (b: Uint8Array, start: number, end: number) => string | undefined;

let ascii: AsciiText = shortText;
let plain: PlainText = (b, start, end) => {
  for (let p = start; p < end; p++) if (b[p]! > 127) return undefined;
  return shortText(b, start, end);
};

/** Replaces both functions by faster ones. */
export function setTextFunctions(fastAscii: AsciiText, fastPlain: PlainText): void {
  ascii = fastAscii;
  plain = fastPlain;
}

/** The text of `b[start..end)`, which is known to be ASCII. */
export function asciiText(b: Uint8Array, start: number, end: number): string {
  return ascii(b, start, end);
}

/** The text of `b[start..end)`, or undefined when a byte of it is not ASCII. */
export function plainText(b: Uint8Array, start: number, end: number): string | undefined {
  return plain(b, start, end);
}

function shortText(b: Uint8Array, start: number, end: number): string {
  // The bytes are within bounds, so `!` drops nothing but the undefined of the index signature.
  switch (end - start) {
    case 0:
      return '';
    case 1:
      return make(b[start]!);
    case 2:
      return make(b[start]!, b[start + 1]!);
    case 3:
      return make(b[start]!, b[start + 1]!, b[start + 2]!);
    case 4:
      return make(b[start]!, b[start + 1]!, b[start + 2]!, b[start + 3]!);
    case 5:
      return make(b[start]!, b[start + 1]!, b[start + 2]!, b[start + 3]!, b[start + 4]!);
    case 6:
      return make(b[start]!, b[start + 1]!, b[start + 2]!, b[start + 3]!, b[start + 4]!, b[start + 5]!);
    case 7:
      return make(b[start]!, b[start + 1]!, b[start + 2]!, b[start + 3]!, b[start + 4]!, b[start + 5]!, b[start + 6]!);
    case 8:
      return make(
        b[start]!,
        b[start + 1]!,
        b[start + 2]!,
        b[start + 3]!,
        b[start + 4]!,
        b[start + 5]!,
        b[start + 6]!,
        b[start + 7]!,
      );
    case 9:
      return make(
        b[start]!,
        b[start + 1]!,
        b[start + 2]!,
        b[start + 3]!,
        b[start + 4]!,
        b[start + 5]!,
        b[start + 6]!,
        b[start + 7]!,
        b[start + 8]!,
      );
    case 10:
      return make(
        b[start]!,
        b[start + 1]!,
        b[start + 2]!,
        b[start + 3]!,
        b[start + 4]!,
        b[start + 5]!,
        b[start + 6]!,
        b[start + 7]!,
        b[start + 8]!,
        b[start + 9]!,
      );
    case 11:
      return make(
        b[start]!,
        b[start + 1]!,
        b[start + 2]!,
        b[start + 3]!,
        b[start + 4]!,
        b[start + 5]!,
        b[start + 6]!,
        b[start + 7]!,
        b[start + 8]!,
        b[start + 9]!,
        b[start + 10]!,
      );
    case 12:
      return make(
        b[start]!,
        b[start + 1]!,
        b[start + 2]!,
        b[start + 3]!,
        b[start + 4]!,
        b[start + 5]!,
        b[start + 6]!,
        b[start + 7]!,
        b[start + 8]!,
        b[start + 9]!,
        b[start + 10]!,
        b[start + 11]!,
      );
    case 13:
      return make(
        b[start]!,
        b[start + 1]!,
        b[start + 2]!,
        b[start + 3]!,
        b[start + 4]!,
        b[start + 5]!,
        b[start + 6]!,
        b[start + 7]!,
        b[start + 8]!,
        b[start + 9]!,
        b[start + 10]!,
        b[start + 11]!,
        b[start + 12]!,
      );
    case 14:
      return make(
        b[start]!,
        b[start + 1]!,
        b[start + 2]!,
        b[start + 3]!,
        b[start + 4]!,
        b[start + 5]!,
        b[start + 6]!,
        b[start + 7]!,
        b[start + 8]!,
        b[start + 9]!,
        b[start + 10]!,
        b[start + 11]!,
        b[start + 12]!,
        b[start + 13]!,
      );
    case 15:
      return make(
        b[start]!,
        b[start + 1]!,
        b[start + 2]!,
        b[start + 3]!,
        b[start + 4]!,
        b[start + 5]!,
        b[start + 6]!,
        b[start + 7]!,
        b[start + 8]!,
        b[start + 9]!,
        b[start + 10]!,
        b[start + 11]!,
        b[start + 12]!,
        b[start + 13]!,
        b[start + 14]!,
      );
    case 16:
      return make(
        b[start]!,
        b[start + 1]!,
        b[start + 2]!,
        b[start + 3]!,
        b[start + 4]!,
        b[start + 5]!,
        b[start + 6]!,
        b[start + 7]!,
        b[start + 8]!,
        b[start + 9]!,
        b[start + 10]!,
        b[start + 11]!,
        b[start + 12]!,
        b[start + 13]!,
        b[start + 14]!,
        b[start + 15]!,
      );
    default:
      return decodeAscii(b, start, end);
  }
}
