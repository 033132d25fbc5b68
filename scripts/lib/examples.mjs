// The examples of the documentation: fenced `ts` blocks of Markdown files and of docstrings.
import { parseSync } from 'oxc-parser';
import { lineOf } from './imports.mjs';

/**
 * @typedef {object} Example
 * @property {string} file Where it stands, relative to the root.
 * @property {number} line The line of its first line of code.
 * @property {string} code
 * @property {string} mark What follows `ts` on the fence: empty (type-checked and run), `no-run` (type-checked only, for programs
 *   that do not end by themselves), or `file=<path>` (an excerpt of that file, word for word).
 */

/**
 * @param {string} file
 * @param {string} text
 * @returns {Example[]}
 */
export function examplesOf(file, text) {
  if (file.endsWith('.md')) return fencedBlocks(file, text.split('\n'), 1);
  return parseSync(file, text)
    .comments.filter(({ type, value }) => type === 'Block' && value.startsWith('*'))
    .flatMap(({ value, start }) => {
      const lines = value.split('\n').map((line) => line.replace(/^\s*\* ?/, ''));
      return fencedBlocks(file, lines, lineOf(text, start));
    });
}

/** @param {string} file @param {readonly string[]} lines @param {number} firstLine @returns {Example[]} */
function fencedBlocks(file, lines, firstLine) {
  /** @type {Example[]} */
  const found = [];
  for (let index = 0; index < lines.length; index++) {
    const fence = /^(?<indent>\s*)(?<ticks>`{3,})(?<language>\w*) *(?<mark>.*)$/.exec(lines[index] ?? '')?.groups;
    if (fence === undefined) continue;
    const { indent = '', ticks = '', language, mark = '' } = fence;
    const first = index + 1;
    let end = first;
    while (end < lines.length && (lines[end] ?? '').trim() !== ticks) end++;
    if (end === lines.length) throw new Error(`${file}:${firstLine + index}: this code block is never closed`);
    if (language === 'ts' || language === 'typescript') {
      const code = lines
        .slice(first, end)
        .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart()));
      found.push({ file, line: firstLine + first, code: code.join('\n'), mark: mark.trim() });
    }
    index = end;
  }
  return found;
}
