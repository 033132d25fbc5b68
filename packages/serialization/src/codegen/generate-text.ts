// Generates the functions that make strings of ASCII bytes, for each length up to some dozen characters: written out by hand
// they would be long. Called when the first codec generates code; from then on all codecs of the process use them.

import { decodeAscii } from '../text/text.ts';
import { plainBytes, setTextFunctions, type TextFunctions } from '../text/ascii-text.ts';

/** Up to here one call with all characters beats a call into the runtime (Node 20 and 26). */
const longest = 32;

/** The same for characters that were decoded one by one, for which the call into the runtime costs more. */
const longestDecoded = 48;

/** Variables that hold the characters. */
const names = list(longest, (i) => `c${i}`);

let installed = false;

/** Replaces the functions of text/ascii-text.ts, once per process. */
export function installGeneratedText(): void {
  if (installed) return;
  installed = true;
  const bytes = list(longest, (i) => `b[start + ${i}]`);
  const units = list(longestDecoded, (i) => `units[${i}]`);
  const text = `"use strict";
    return {
      ascii(b, start, end) {
        switch (end - start) { ${cases(longest, (n) => `return ${textOf(n, bytes)};`)} }
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
      decoded(units, length) { switch (length) { ${cases(longestDecoded, (n) => `return ${textOf(n, units)};`)} } },
      maxDecoded: ${longestDecoded},
    };`;
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the purpose of this folder; nothing from outside is in the text
  const build = new Function('make', 'decode', 'plainBytes', text) as (
    make: typeof String.fromCharCode,
    decode: typeof decodeAscii,
    plain: Uint8Array,
  ) => TextFunctions;
  setTextFunctions(build(String.fromCharCode, decodeAscii, plainBytes));
}

export function list(length: number, item: (index: number) => string): string[] {
  return Array.from({ length }, (_, index) => item(index));
}

/** The cases of a switch over lengths from 0 on. */
export function cases(most: number, statement: (length: number) => string): string {
  return list(most + 1, (n) => `case ${n}: ${statement(n)}`).join('\n');
}

/** The string of the first characters. */
export function textOf(length: number, characters: readonly string[]): string {
  return length === 0 ? "''" : `make(${characters.slice(0, length).join(', ')})`;
}

/** Makes the string of so many bytes, unless one of them is not ASCII. */
export function plainCase(length: number): string {
  if (length === 0) return "return '';";
  const used = names.slice(0, length);
  const bytes = used.map((name, i) => `${name} = b[start + ${i}]`).join(', ');
  return `{ const ${bytes}; return (${used.join(' | ')}) > 127 ? undefined : ${textOf(length, names)}; }`;
}

/** One pass: the bytes that were looked at are still at hand when the string is made. */
function quotedStep(index: number): string {
  return `if (n <= ${index}) { at.pos = p + ${index + 1}; return undefined; }
    const c${index} = b[p + ${index + 1}];
    if (plainBytes[c${index}] !== 1) {
      at.pos = p + ${index + 1};
      if (c${index} !== 34) return undefined;
      at.pos = p + ${index + 2};
      return ${textOf(index, names)};
    }`;
}
