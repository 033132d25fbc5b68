// Generates the functions that make strings of ASCII bytes, for lengths up to 32: written out by hand they would be long.
// Called when the first codec generates code; from then on all codecs of the process use them.

import { decodeAscii } from '../text/text.ts';
import { setTextFunctions, type AsciiText, type PlainText } from '../text/ascii-text.ts';

/** Up to here one call with all characters beats a call into the runtime (Node 20 and 26). */
const longest = 32;

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
  const text = `"use strict";
    return {
      ascii(b, start, end) { switch (end - start) { case 0: return ''; ${ascii.join('\n')} default: return decode(b, start, end); } },
      plain(b, start, end) {
        switch (end - start) { case 0: return ''; ${plain.join('\n')} }
        for (let p = start; p < end; p++) if (b[p] > 127) return undefined;
        return decode(b, start, end);
      },
    };`;
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the purpose of this folder; nothing from outside is in the text
  const make = new Function('make', 'decode', text) as (
    make: typeof String.fromCharCode,
    decode: AsciiText,
  ) => { ascii: AsciiText; plain: PlainText };
  const { ascii: asciiText, plain: plainText } = make(String.fromCharCode, decodeAscii);
  setTextFunctions(asciiText, plainText);
}
