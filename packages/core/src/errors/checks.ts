// How wrong arguments are refused: every message names the option, what was received, and what is allowed.

import { coreError } from './catalogue.ts';

/** The error of an option whose value is not allowed. */
export function invalidOption(key: string, value: unknown, allowed: string): Error {
  return coreError('ICHOR_OPTION_INVALID', `Option "${key}": received ${shown(value)}; allowed are ${allowed}.`, {
    details: { option: key, received: value },
  });
}

/**
 * Refuses what is no object, and names that are not known: a misspelt option would be ignored in silence.
 *
 * @param of What the options belong to, such as `run()`.
 * @param path Of the options, where they are an option themselves.
 */
export function checkKeys(of: string, options: unknown, known: ReadonlySet<string>, path = ''): void {
  if (!isObject(options))
    throw path === ''
      ? coreError(
          'ICHOR_OPTION_INVALID',
          `The options of ${of}: received ${shown(options)}; pass an object with any of ${list(known)}.`,
        )
      : invalidOption(path, options, `objects with any of ${list(known)}`);
  for (const key of Object.keys(options))
    if (!known.has(key))
      throw coreError(
        'ICHOR_OPTION_INVALID',
        `Option "${path === '' ? key : `${path}.${key}`}" of ${of} is unknown; allowed are ${list(known)}.`,
        { details: { option: key } },
      );
}

export function checkText(key: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') throw invalidOption(key, value, 'texts that are not empty');
}

export function checkFlag(key: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') throw invalidOption(key, value, 'true and false');
}

export function checkFunction(of: string, value: unknown): void {
  if (typeof value !== 'function')
    throw coreError('ICHOR_OPTION_INVALID', `${of} takes a function; received ${shown(value)}.`);
}

const knownOfStop: ReadonlySet<string> = new Set(['remove']);

/** The options of everything that stops a service. */
export function checkStopOptions(options: { readonly remove?: boolean }): void {
  checkKeys('stop()', options, knownOfStop);
  checkFlag('remove', options.remove);
}

/** Milliseconds, where there is a default. */
export function checkDuration(key: string, value: unknown): void {
  if (value !== undefined && !isNumberFrom(value, 0)) throw invalidOption(key, value, 'numbers of milliseconds from 0');
}

/** An object that is used by its methods, where there is a default. */
export function checkMethods(key: string, value: unknown, allowed: string, ...methods: readonly string[]): void {
  if (value !== undefined && !hasMethods(value, methods)) throw invalidOption(key, value, allowed);
}

export function hasMethods(value: unknown, methods: readonly string[]): boolean {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function')
  );
}

/** Whether it is a number, not NaN, and at least `smallest`. */
export function isNumberFrom(value: unknown, smallest: number): value is number {
  return typeof value === 'number' && value >= smallest;
}

/** Whether it can hold options or properties. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value in a message: short, and without calling code of the value. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value);
    case 'function':
      return value.name === '' ? 'a function' : `the function ${value.name}`;
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? 'an array' : objectShown(value);
    default:
      return String(value);
  }
}

function objectShown(value: object): string {
  const keys = Object.keys(value).slice(0, 5);
  return keys.length === 0 ? 'an object without keys' : `an object with ${keys.join(', ')}`;
}

function list(names: ReadonlySet<string>): string {
  return [...names].sort().join(', ');
}
