// Checks that the options of clients and requests share; each says which option is wrong and what is allowed.

import { httpClientError } from '../errors/client-catalogue.ts';

/** The error for a wrong option. */
export function invalid(option: string, given: unknown, allowed: string): Error {
  return httpClientError(
    'ICHOR_HTTP_CLIENT_OPTION_INVALID',
    `The HTTP client option ${option} was given ${shown(given)}. Allowed: ${allowed}.`,
    { details: { option, value: given } },
  );
}

export function checkObject(option: string, given: unknown): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw invalid(option, given, 'an object');
}

export function checkKeys(group: string, given: object, known: ReadonlySet<string>): void {
  for (const key in given)
    if (!known.has(key))
      throw invalid(`${group}${key}`, (given as Record<string, unknown>)[key], `one of ${[...known].join(', ')}`);
}

export function wholeNumber(option: string, given: unknown, smallest: number): number {
  if (Number.isSafeInteger(given) && (given as number) >= smallest) return given as number;
  throw invalid(option, given, `a whole number from ${smallest}`);
}

export function atLeast(option: string, given: unknown, smallest: number): number {
  if (typeof given === 'number' && given >= smallest) return given;
  throw invalid(option, given, `a number from ${smallest}`);
}

function shown(given: unknown): string {
  if (typeof given === 'string') return JSON.stringify(given.length > 200 ? `${given.slice(0, 200)}…` : given);
  if (typeof given === 'object' && given !== null) return Array.isArray(given) ? 'a list' : 'an object';
  return typeof given === 'function' ? 'a function' : String(given);
}
