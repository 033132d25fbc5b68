// The error codes of a package as its sources declare and use them, and as the documentation lists them.
import { parseSync } from 'oxc-parser';
import { isNode, lineOf, visit } from './imports.mjs';

/** @typedef {{ code: string, meaning: string, file: string, line: number }} CodePlace */

/**
 * Codes declared in a catalogue (`{ CODE: 'meaning' }`), and codes that stand in strings anywhere in the code.
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
  visit(program, (node) => {
    if (node.type === 'ObjectExpression') declared.push(...catalogueOf(node, file, text));
    if (node.type === 'Literal' && typeof node.value === 'string' && isCode(node.value)) {
      used.push({ code: node.value, meaning: '', file, line: lineOf(text, node.start) });
    }
  });
  return { declared, used };
}

/** A catalogue is an object literal whose keys are codes and whose values are texts; of any other nothing is taken. */
function catalogueOf(
  /** @type {import('./imports.mjs').Node} */ object,
  /** @type {string} */ file,
  /** @type {string} */ text,
) {
  /** @type {CodePlace[]} */
  const places = [];
  for (const property of /** @type {unknown[]} */ (object.properties)) {
    if (!isNode(property) || !isNode(property.key) || !isNode(property.value)) return [];
    const code = String(property.key.type === 'Identifier' ? property.key.name : property.key.value);
    const { value: meaning } = property.value;
    if (!isCode(code) || typeof meaning !== 'string') return [];
    places.push({ code, meaning, file, line: lineOf(text, property.start) });
  }
  return places;
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
