// The error codes of a package as its sources declare and use them, and as the documentation lists them.
import { parseSync } from 'oxc-parser';
import { isNode, lineOf, visit } from './imports.mjs';

/** @typedef {{ code: string, meaning: string, file: string, line: number }} CodePlace */

/**
 * Codes declared by `errorsOf({ CODE: 'meaning' })`, and codes that stand in a string anywhere else in the code.
 *
 * @param {string} file
 * @param {string} text
 * @returns {{ declared: CodePlace[], used: CodePlace[] }}
 */
export function errorCodesOf(file, text) {
  /** @type {CodePlace[]} */
  const declared = [];
  /** @type {CodePlace[]} */
  const used = [];
  const { program } = parseSync(file, text);
  const catalogues = cataloguesOf(program);
  visit(program, (node) => {
    if (catalogues.has(node)) {
      for (const property of /** @type {unknown[]} */ (node.properties)) {
        if (!isNode(property) || !isNode(property.key) || !isNode(property.value)) continue;
        const code = String(property.key.type === 'Identifier' ? property.key.name : property.key.value);
        const { value } = property.value;
        const meaning = typeof value === 'string' ? value : '';
        declared.push({ code, meaning, file, line: lineOf(text, property.start) });
      }
    } else if (node.type === 'Literal' && typeof node.value === 'string' && isCode(node.value)) {
      used.push({ code: node.value, meaning: '', file, line: lineOf(text, node.start) });
    }
  });
  return { declared, used };
}

/** The object literals that are catalogues: what `errorsOf` is called with, directly or by the name of a constant. */
function cataloguesOf(/** @type {unknown} */ program) {
  /** @type {Set<import('./imports.mjs').Node>} */
  const objects = new Set();
  /** @type {Set<string>} */
  const names = new Set();
  visit(program, (node) => {
    if (node.type !== 'CallExpression' || !isNode(node.callee) || node.callee.name !== 'errorsOf') return;
    const [argument] = /** @type {unknown[]} */ (node.arguments);
    if (isNode(argument) && argument.type === 'ObjectExpression') objects.add(argument);
    if (isNode(argument) && argument.type === 'Identifier') names.add(String(argument.name));
  });
  visit(program, (node) => {
    if (node.type !== 'VariableDeclarator' || !isNode(node.id) || !names.has(String(node.id.name))) return;
    let value = node.init;
    while (isNode(value) && value.type !== 'ObjectExpression') value = value.expression;
    if (isNode(value)) objects.add(value);
  });
  return objects;
}

/** @param {string} text */
function isCode(text) {
  return /^ICHOR_[A-Z0-9]+_[A-Z0-9_]+$/.test(text);
}

/**
 * Codes in the first column of the tables of a documentation section, in order.
 *
 * @param {string} markdown
 * @returns {string[]}
 */
export function documentedCodes(markdown) {
  return [...markdown.matchAll(/^\| *`(ICHOR_[A-Z0-9_]+)` *\|/gm)].map(([, code]) => code ?? '');
}
