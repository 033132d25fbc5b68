// Generates the functions that make strings of ASCII bytes by a view, four bytes at once, for each length up to some dozen
// characters.

import { textFunctions, type TextFunctions } from '../text/ascii-text.ts';
import { decodeAscii } from '../text/text.ts';
import { cases, installGeneratedText, list, plainCase, textOf } from './generate-text.ts';

export interface ViewedText {
  /** The text of `b[start..end)`, or undefined when a byte of it is not ASCII. */
  readonly viewedPlain: (b: Uint8Array, d: DataView, start: number, end: number) => string | undefined;
  /** The same as `quotedText`. */
  readonly viewedQuoted: (
    at: { pos: number },
    b: Uint8Array,
    d: DataView,
    p: number,
    end: number,
  ) => string | undefined;
}

/** Up to here one call with all characters beats a call into the runtime (Node 20 and 26). */
const longest = 48;

let made: ViewedText | undefined;

/** The functions, made once per process. */
export function viewedText(): ViewedText {
  return (made ??= generate());
}

function generate(): ViewedText {
  installGeneratedText();
  const bytes = list(longest, (i) => byteOf(i >> 2, i & 3));
  const text = `"use strict";
    return {
      viewedPlain(b, d, start, end) {
        switch (end - start) { ${cases(longest, viewedPlainCase)} }
        let p = start;
        for (const last = end - 4; p <= last; p += 4) if ((d.getInt32(p, true) & 0x80808080) !== 0) return undefined;
        for (; p < end; p++) if (d.getUint8(p) > 127) return undefined;
        return decode(b, start, end);
      },
      viewedQuoted(at, b, d, p, end) {
        // Near the end of the input there may be no four bytes.
        if (end - p <= ${longest}) return quoted(at, b, p, end);
        let s = 0;
        ${list(longest / 4, (word) => viewedQuotedStep(word, bytes)).join('\n')}
        at.pos = p + ${longest + 1};
        return undefined;
      },
    };`;
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the purpose of this folder; nothing from outside is in the text
  const build = new Function('make', 'decode', 'quoted', text) as (
    make: typeof String.fromCharCode,
    decode: typeof decodeAscii,
    quoted: TextFunctions['quoted'],
  ) => ViewedText;
  return build(String.fromCharCode, decodeAscii, textFunctions().quoted);
}

/** Words of four characters, of which the last one may begin before the end of the one before it. */
function viewedPlainCase(length: number): string {
  if (length < 4) return plainCase(length);
  const words = Math.ceil(length / 4);
  const start = (word: number): number => Math.min(word * 4, length - 4);
  const declared = list(words, (word) => `w${word} = d.getInt32(start + ${start(word)}, true)`).join(', ');
  const all = list(words, (word) => `w${word}`).join(' | ');
  const text = textOf(
    length,
    list(length, (i) => byteOf(i >> 2, i - start(i >> 2))),
  );
  return `{ const ${declared}; return ((${all}) & 0x80808080) !== 0 ? undefined : ${text}; }`;
}

/** Looks at the next four characters, and makes the string when it ends with one of them. */
function viewedQuotedStep(word: number, bytes: readonly string[]): string {
  const ends = list(4, (place) => {
    const length = word * 4 + place;
    return `case ${place}:
      at.pos = p + ${length + 1};
      if (b[p + ${length + 1}] !== 34) return undefined;
      at.pos = p + ${length + 2};
      return ${textOf(length, bytes)};`;
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
