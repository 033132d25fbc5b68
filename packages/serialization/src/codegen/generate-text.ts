// Generates the functions that make strings of ASCII bytes, for lengths up to 32: written out by hand they would be long.
// Called when the first codec generates code; from then on all codecs of the process use them.

import { decodeAscii } from '../text/text.ts';
import {
  plainBytes,
  setTextFunctions,
  type AsciiText,
  type DecodedText,
  type PlainText,
  type QuotedText,
  type ViewedText,
} from '../text/ascii-text.ts';

/** Up to here one call with all characters beats a call into the runtime (Node 20 and 26). */
const longest = 32;

/** The same for characters that were decoded one by one, for which the call into the runtime costs more. */
const longestDecoded = 48;

let installed = false;

/** Replaces the functions of text/ascii-text.ts, once per process. */
export function installGeneratedText(): void {
  if (installed) return;
  installed = true;
  const byte = (index: number): string => `b[start + ${index}]`;
  const list = (length: number, item: (index: number) => string): string[] => Array.from({ length }, (_, i) => item(i));
  const ascii = list(longest, (i) => `case ${i + 1}: return make(${list(i + 1, byte).join(', ')});`);
  const plain = list(longest, (i) => {
    const names = list(i + 1, (index) => `c${index}`);
    const bytes = names.map((name, index) => `${name} = ${byte(index)}`).join(', ');
    return `case ${i + 1}: { const ${bytes}; return (${names.join(' | ')}) > 127 ? undefined : make(${names.join(', ')}); }`;
  });
  const unit = (index: number): string => `units[${index}]`;
  const decoded = list(longestDecoded, (i) => `case ${i + 1}: return make(${list(i + 1, unit).join(', ')});`);
  // One pass: the bytes that were looked at are still at hand when the string is made.
  const quoted = list(longest + 1, (i) => {
    const made = i === 0 ? "''" : `make(${list(i, (index) => `c${index}`).join(', ')})`;
    return `if (n <= ${i}) { at.pos = p + ${i + 1}; return undefined; }
      const c${i} = b[p + ${i + 1}];
      if (plainBytes[c${i}] !== 1) { if (c${i} === 34) { at.pos = p + ${i + 2}; return ${made}; } at.pos = p + ${i + 1}; return undefined; }`;
  });
  // Four bytes at once; near the end of the input the other function does it.
  const viewed = list(longest / 4, (i) => {
    const chars = list(i * 4 + 3, (index) => character(index));
    const word = `w${i}`;
    const cases = list(4, (j) => {
      const length = i * 4 + j;
      const made = length === 0 ? "''" : `make(${chars.slice(0, length).join(', ')})`;
      return `case ${j}: at.pos = p + ${length + 1}; if (b[p + ${length + 1}] !== 34) return undefined; at.pos = p + ${length + 2}; return ${made};`;
    });
    return `const ${word} = d.getInt32(p + ${i * 4 + 1}, true);
      s = ${special(word)};
      if (s !== 0) switch ((31 - Math.clz32(s & -s)) >> 3) { ${cases.join('\n')} }`;
  });
  const text = `"use strict";
    const make = fromCharCode, decode = decodeAscii, plainBytes = table;
    const functions = {
      ascii(b, start, end) { switch (end - start) { case 0: return ''; ${ascii.join('\n')} default: return decode(b, start, end); } },
      plain(b, start, end) {
        switch (end - start) { case 0: return ''; ${plain.join('\n')} }
        let p = start;
        for (const last = end - 8; p <= last; p += 8) {
          if ((b[p] | b[p + 1] | b[p + 2] | b[p + 3] | b[p + 4] | b[p + 5] | b[p + 6] | b[p + 7]) > 127) return undefined;
        }
        for (; p < end; p++) if (b[p] > 127) return undefined;
        return decode(b, start, end);
      },
      decoded(units, n) { switch (n) { case 0: return ''; ${decoded.join('\n')} } },
      quoted(at, b, p, end) { const n = end - p - 1; ${quoted.join('\n')} at.pos = p + ${longest + 2}; return undefined; },
      viewed(at, b, p, end) {
        if (end - p <= ${longest}) return functions.quoted(at, b, p, end);
        const d = at.view;
        let s = 0;
        ${viewed.join('\n')}
        at.pos = p + ${longest + 1};
        return undefined;
      },
    };
    return functions;`;
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the purpose of this folder; nothing from outside is in the text
  const make = new Function('fromCharCode', 'decodeAscii', 'table', text) as (
    make: typeof String.fromCharCode,
    decode: AsciiText,
    plainBytes: Uint8Array,
  ) => { ascii: AsciiText; plain: PlainText; quoted: QuotedText; viewed: ViewedText; decoded: DecodedText };
  const made = make(String.fromCharCode, decodeAscii, plainBytes);
  setTextFunctions(made.ascii, made.plain, made.quoted, made.viewed, made.decoded, longestDecoded);
}

/** Expression for a character of the words w0, w1 and so on, of four bytes each. */
function character(index: number): string {
  const word = `w${index >> 2}`;
  const shift = (index & 3) * 8;
  if (shift === 24) return `${word} >>> 24`;
  return shift === 0 ? `${word} & 255` : `${word} >> ${shift} & 255`;
}

/**
 * Expression for a number whose lowest bit set is in the byte of the first of four characters that does not stand for
 * itself inside a JSON string; 0 when all do. Each term sets the highest bit of a byte: of what is not ASCII, of controls, and
 * of the bytes that become 0 when a quote or a backslash is taken away.
 */
function special(word: string): string {
  const isZero = (byte: number): string => {
    const other = `(${word} ^ ${byte * 0x01010101})`;
    return `(${other} - 0x01010101 & ~${other})`;
  };
  return `(${word} | ${word} - 0x20202020 | ${isZero(34)} | ${isZero(92)}) & 0x80808080`;
}
