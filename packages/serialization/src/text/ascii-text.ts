// Short ASCII strings without a call into the runtime, which costs two to three times as much. These functions are for
// processes that generate no code; codegen/generate-text.ts replaces them by ones that do the same for longer strings.

import { decodeAscii } from './text.ts';

const make = String.fromCharCode;

/** The functions behind those of this file. */
export interface TextFunctions {
  ascii(b: Uint8Array, start: number, end: number): string;
  plain(b: Uint8Array, start: number, end: number): string | undefined;
  quoted(at: { pos: number }, b: Uint8Array, p: number, end: number): string | undefined;
  decoded(units: Uint16Array, length: number): string;
  /** How many code units may be decoded one by one for `decoded`; 0 where another way is faster. */
  readonly maxDecoded: number;
}

/** 1 for the bytes that stand for themselves inside a JSON string: ASCII without controls, quote and backslash. */
export const plainBytes: Uint8Array = new Uint8Array(256).fill(1, 32, 128);
plainBytes[34] = 0;
plainBytes[92] = 0;

let functions: TextFunctions = {
  ascii: shortText,
  plain(b, start, end) {
    for (let p = start; p < end; p++) if (b[p]! > 127) return undefined;
    return shortText(b, start, end);
  },
  quoted(at, b, p, end) {
    const start = p + 1;
    let q = start;
    while (q < end && plainBytes[b[q]!] === 1) q++;
    at.pos = q;
    if (q >= end || b[q] !== 34) return undefined;
    at.pos = q + 1;
    return shortText(b, start, q);
  },
  decoded: (units, length) => String.fromCharCode(...units.subarray(0, length)),
  maxDecoded: 0,
};

/** Replaces all functions by faster ones. */
export function setTextFunctions(faster: TextFunctions): void {
  functions = faster;
}

/** The functions as they are from now on, for generated readers. */
export function textFunctions(): TextFunctions {
  return functions;
}

/** How many code units may be decoded one by one for `decodedText`; 0 where another way is faster. */
export function maxDecodedUnits(): number {
  return functions.maxDecoded;
}

/** The string of the first code units. */
export function decodedText(units: Uint16Array, length: number): string {
  return functions.decoded(units, length);
}

/** The text of `b[start..end)`, which is known to be ASCII. */
export function asciiText(b: Uint8Array, start: number, end: number): string {
  return functions.ascii(b, start, end);
}

/** The text of `b[start..end)`, or undefined when a byte of it is not ASCII. */
export function plainText(b: Uint8Array, start: number, end: number): string | undefined {
  return functions.plain(b, start, end);
}

/**
 * The text of the JSON string whose opening quote is at `p`, when it is short and all plain bytes; `pos` is left behind its
 * closing quote. Undefined otherwise, with `pos` at a byte up to which all are plain.
 */
export function quotedText(at: { pos: number }, b: Uint8Array, p: number, end: number): string | undefined {
  return functions.quoted(at, b, p, end);
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
