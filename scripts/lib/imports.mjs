// What a source file imports: static and dynamic imports, re-exports and import types, types included.
import { parseSync } from 'oxc-parser';

/** @typedef {{ specifier: string, line: number }} Import */

/**
 * @param {string} file Its name decides the dialect (ts, mts, js, mjs, …).
 * @param {string} text
 * @returns {Import[]}
 */
export function importsOf(file, text) {
  const { program, errors } = parseSync(file, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${file} cannot be parsed: ${error.message}`);
  /** @type {Import[]} */
  const found = [];
  visit(program, (node) => {
    const source =
      node.type === 'TSImportType' || node.type === 'ImportExpression' || sourced.has(node.type)
        ? node.source
        : undefined;
    if (isNode(source) && source.type === 'Literal' && typeof source.value === 'string') {
      found.push({ specifier: source.value, line: lineOf(text, source.start) });
    }
  });
  return found;
}

const sourced = new Set(['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration']);

/** @typedef {{ type: string, start: number, [key: string]: unknown }} Node */

/** @param {unknown} value @returns {value is Node} */
export function isNode(value) {
  return typeof value === 'object' && value !== null && typeof (/** @type {Node} */ (value).type) === 'string';
}

/**
 * Calls `enter` for every node of a syntax tree, parents first.
 *
 * @param {unknown} value
 * @param {(node: Node) => void} enter
 */
export function visit(value, enter) {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, enter);
  } else if (isNode(value)) {
    enter(value);
    for (const child of Object.values(value)) if (typeof child === 'object') visit(child, enter);
  }
}

/** @param {string} text @param {number} offset */
export function lineOf(text, offset) {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
