// Generates the functions that make strings of ASCII bytes, for each length up to some dozen characters: written out by hand
// they would be long. Called when the first codec generates code; from then on all codecs of the process use them.

import { decodeAscii } from '../text/text.ts';
import { plainBytes, setTextFunctions, type TextFunctions } from '../text/ascii-text.ts';

/** Up to here one call with all characters beats a call into the runtime (Node 20 and 26). */
const longest = 32;

/** The same for characters of which a view gives four at once, or which were decoded one by one. */
const longestViewed = 48;

let installed = false;

/** Replaces the functions of text/ascii-text.ts, once per process. */
export function installGeneratedText(): void {
  if (installed) return;
  installed = true;
  const text = `"use strict";
    const functions = {
      ascii(b, start, end) {
        switch (end - start) { ${cases(longest, (n) => `return ${textOf(n, (i) => `b[start + ${i}]`)};`)} }
        return decode(b, start, end);
      },
      plain(b, start, end) {
        switch (end - start) { ${cases(longest, plainCase)} }
        let p = start;
        for (const last = end - 8; p <= last; p += 8) {
          if ((${list(8, (i) => `b[p + ${i}]`).join(' | ')}) > 127) return undefined;
        }
        for (; p < end; p++) if (b[p] > 127) return undefined;
        return decode(b, start, end);
      },
      quoted(at, b, p, end) {
        const n = end - p - 1;
        ${list(longest + 1, quotedStep).join('\n')}
        at.pos = p + ${longest + 2};
        return undefined;
      },
      viewedPlain(b, d, start, end) {
        switch (end - start) { ${cases(longestViewed, viewedPlainCase)} }
        let p = start;
        for (const last = end - 4; p <= last; p += 4) if ((d.getInt32(p, true) & 0x80808080) !== 0) return undefined;
        for (; p < end; p++) if (d.getUint8(p) > 127) return undefined;
        return decode(b, start, end);
      },
      viewedQuoted(at, b, d, p, end) {
        // Near the end of the input there may be no four bytes.
        if (end - p <= ${longestViewed}) return functions.quoted(at, b, p, end);
        let s = 0;
        ${list(longestViewed / 4, viewedQuotedStep).join('\n')}
        at.pos = p + ${longestViewed + 1};
        return undefined;
      },
      decoded(units, length) { switch (length) { ${cases(longestViewed, (n) => `return ${textOf(n, (i) => `units[${i}]`)};`)} } },
      maxDecoded: ${longestViewed},
    };
    return functions;`;
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the purpose of this folder; nothing from outside is in the text
  const build = new Function('make', 'decode', 'plainBytes', text) as (
    make: typeof String.fromCharCode,
    decode: typeof decodeAscii,
    plain: Uint8Array,
  ) => TextFunctions;
  setTextFunctions(build(String.fromCharCode, decodeAscii, plainBytes));
}

function list(length: number, item: (index: number) => string): string[] {
  return Array.from({ length }, (_, index) => item(index));
}

/** The cases of a switch over lengths from 0 on. */
function cases(most: number, statement: (length: number) => string): string {
  return list(most + 1, (n) => `case ${n}: ${statement(n)}`).join('\n');
}

/** The string of so many characters. */
function textOf(length: number, character: (index: number) => string): string {
  return length === 0 ? "''" : `make(${list(length, character).join(', ')})`;
}

function plainCase(length: number): string {
  if (length === 0) return "return '';";
  const names = list(length, (i) => `c${i}`);
  const bytes = names.map((name, i) => `${name} = b[start + ${i}]`).join(', ');
  return `{ const ${bytes}; return (${names.join(' | ')}) > 127 ? undefined : make(${names.join(', ')}); }`;
}

/** One pass: the bytes that were looked at are still at hand when the string is made. */
function quotedStep(index: number): string {
  return `if (n <= ${index}) { at.pos = p + ${index + 1}; return undefined; }
    const c${index} = b[p + ${index + 1}];
    if (plainBytes[c${index}] !== 1) {
      at.pos = p + ${index + 1};
      if (c${index} !== 34) return undefined;
      at.pos = p + ${index + 2};
      return ${textOf(index, (i) => `c${i}`)};
    }`;
}

/** Words of four characters, of which the last one may begin before the end of the one before it. */
function viewedPlainCase(length: number): string {
  if (length < 4) return plainCase(length);
  const words = Math.ceil(length / 4);
  const start = (word: number): number => Math.min(word * 4, length - 4);
  const declared = list(words, (word) => `w${word} = d.getInt32(start + ${start(word)}, true)`).join(', ');
  const all = list(words, (word) => `w${word}`).join(' | ');
  const text = textOf(length, (i) => byteOf(i >> 2, i - start(i >> 2)));
  return `{ const ${declared}; return ((${all}) & 0x80808080) !== 0 ? undefined : ${text}; }`;
}

/** Looks at the next four characters, and makes the string when it ends with one of them. */
function viewedQuotedStep(word: number): string {
  const ends = list(4, (place) => {
    const length = word * 4 + place;
    return `case ${place}:
      at.pos = p + ${length + 1};
      if (b[p + ${length + 1}] !== 34) return undefined;
      at.pos = p + ${length + 2};
      return ${textOf(length, (i) => byteOf(i >> 2, i & 3))};`;
  });
  return `const w${word} = d.getInt32(p + ${word * 4 + 1}, true);
    s = ${special(`w${word}`)};
    if (s !== 0) switch ((31 - Math.clz32(s & -s)) >> 3) { ${ends.join('\n')} }`;
}

/** One of the four characters of a word. */
function byteOf(word: number, place: number): string {
  if (place === 0) return `w${word} & 255`;
  return place === 3 ? `w${word} >>> 24` : `w${word} >> ${place * 8} & 255`;
}

/**
 * A number whose lowest bit set is in the byte of the first of four characters that does not stand for itself inside a JSON
 * string; 0 when all do. Each term sets the highest bit of a byte: of what is not ASCII, of controls, and of the bytes that
 * become 0 when a quote or a backslash is taken away.
 */
function special(word: string): string {
  const isZero = (byte: number): string => {
    const other = `(${word} ^ ${byte * 0x01010101})`;
    return `(${other} - 0x01010101 & ~${other})`;
  };
  return `(${word} | ${word} - 0x20202020 | ${isZero(34)} | ${isZero(92)}) & 0x80808080`;
}
