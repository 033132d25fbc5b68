// One record for a person at a terminal. Values that come from outside cannot forge lines or send escape sequences.

import type { LogLevel } from '@ichor/core';
import type { LogRecord } from '../contract/log-sink.ts';
import { fieldNames, fieldOf, isError, plainError, plainValue, type PlainValue } from './plain-value.ts';

/** How a person's line looks. */
export interface HumanFormat {
  /** With ANSI colours. */
  readonly colours: boolean;
}

const reset = '\u001B[0m';
const dim = '\u001B[2m';
const cyan = '\u001B[36m';
const levelColours: Readonly<Record<LogLevel, string>> = {
  trace: dim,
  debug: '\u001B[34m',
  info: '\u001B[32m',
  warn: '\u001B[33m',
  error: '\u001B[31m',
};
// Control characters of ASCII, Latin-1 and Unicode's line and direction controls, except the line feed.
// eslint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g;
const simpleWord = /^[^\s"=]+$/;

/**
 * The record as `time LEVEL service#id [source] message key=value …`, followed by an indented block per error with its stack
 * and chain of causes. Local time. Control characters are shown escaped; further lines of a message are indented. Never throws.
 */
export function formatHuman(record: LogRecord, { colours }: HumanFormat): string {
  const paint = (colour: string, text: string) => (colours ? `${colour}${text}${reset}` : text);
  let line = `${paint(dim, localTime(record.time))} ${paint(levelColours[record.level], record.level.toUpperCase().padEnd(5))} `;
  line += paint(cyan, word(record.serviceId === 0 ? record.service : `${record.service}#${record.serviceId}`));
  if (record.source !== undefined) line += paint(dim, ` [${word(record.source)}]`);
  line += ` ${indentFurther(safe(record.message))}`;
  const { fields } = record;
  if (fields === undefined) return line;
  let blocks = '';
  for (const name of fieldNames(fields)) {
    const value = fieldOf(fields, name);
    if (isError(value)) blocks += `\n    ${word(name)}: ${errorBlock(plainError(value), '    ')}`;
    else if (value !== undefined) line += ` ${paint(dim, `${word(name)}=`)}${shown(value)}`;
  }
  return line + blocks;
}

function shown(value: unknown): string {
  const plain = plainValue(value);
  if (typeof plain === 'string' && simpleWord.test(plain)) return word(plain);
  // JSON escapes line feeds, so a value stays on its line.
  return safe(JSON.stringify(plain) ?? 'undefined');
}

function errorBlock(error: { [key: string]: PlainValue }, indent: string): string {
  const { name, message, stack, cause, errors, ...rest } = error;
  const title = `${textOf(name)}: ${textOf(message)}`;
  const trace = typeof stack === 'string' && stack !== '' ? stack : title;
  // A stack that was made before its message changed, or by hand, may lack the message.
  const text = trace.includes(textOf(message)) ? trace : `${title}\n${trace}`;
  let block = indentFurther(safe(text), `${indent}  `);
  for (const [key, value] of Object.entries(rest)) block += `\n${indent}  ${word(key)}: ${word(textOf(value))}`;
  if (cause !== undefined) block += `\n${indent}  caused by: ${nested(cause, `${indent}  `)}`;
  if (Array.isArray(errors))
    errors.forEach((member, index) => (block += `\n${indent}  error ${index + 1}: ${nested(member, `${indent}  `)}`));
  return block;
}

function textOf(value: PlainValue): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
}

function nested(value: PlainValue, indent: string): string {
  const isErrorLike = typeof value === 'object' && value !== null && !Array.isArray(value) && 'stack' in value;
  return isErrorLike ? errorBlock(value, indent) : word(textOf(value));
}

function safe(text: string): string {
  return text.replace(unsafe, (character) => {
    if (character === '\t') return '\\t';
    if (character === '\r') return '\\r';
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** For what stays on one line: names, values, places. */
function word(text: string): string {
  return safe(text).replaceAll('\n', '\\n');
}

function indentFurther(text: string, indent = '    '): string {
  return text.replaceAll('\n', `\n${indent}`);
}

function localTime(time: number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
