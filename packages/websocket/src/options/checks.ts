// Checks of single option values. Every refusal names the option, the value received and what is allowed.

import type { Priority } from '@ichor/core';
import { webSocketError } from '../errors/catalogue.ts';

/** A value as it is shown in messages. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}

/** The error for a wrong option. */
export function invalidOption(option: string, received: unknown, allowed: string): Error {
  return webSocketError(
    'ICHOR_WEBSOCKET_OPTION_INVALID',
    `WebSocket option "${option}": received ${shown(received)}; allowed: ${allowed}.`,
    { details: { option, received, allowed } },
  );
}

/** Refuses what is no object, and names that are no options, which are usually misspelt. */
export function checkNames(group: string, given: unknown, known: readonly string[]): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalidOption(group, given, 'an object');
  for (const name of Object.keys(given))
    if (!known.includes(name))
      throw invalidOption(
        group === 'options' ? name : `${group}.${name}`,
        (given as Record<string, unknown>)[name],
        `no such option; known are ${known.join(', ')}`,
      );
}

/** A whole number from `least`, or Infinity where that is allowed. */
export function wholeNumber(
  option: string,
  value: unknown,
  otherwise: number,
  least: number,
  orInfinity = false,
): number {
  if (value === undefined) return otherwise;
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  if (orInfinity && value === Number.POSITIVE_INFINITY) return value;
  throw invalidOption(option, value, `whole numbers from ${least}${orInfinity ? ', or Infinity' : ''}`);
}

/** A duration in milliseconds from `least`; `Infinity` means never. */
export function duration(option: string, value: unknown, otherwise: number, least: number): number {
  if (value === undefined) return otherwise;
  if (typeof value === 'number' && value >= least) return value;
  throw invalidOption(option, value, `milliseconds from ${least}, or Infinity for never`);
}

/** A number between two bounds. */
export function between(option: string, value: unknown, otherwise: number, least: number, most: number): number {
  if (value === undefined) return otherwise;
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw invalidOption(option, value, `numbers from ${least} to ${most}`);
}

export function oneOf<T extends string>(option: string, value: unknown, choices: readonly [T, ...T[]]): T {
  if (value === undefined) return choices[0];
  if (choices.includes(value as T)) return value as T;
  throw invalidOption(option, value, choices.map((choice) => `'${choice}'`).join(', '));
}

export function flag(option: string, value: unknown, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  if (typeof value === 'boolean') return value;
  throw invalidOption(option, value, 'true or false');
}

export function functionOrNone<T>(option: string, value: T | undefined): T | undefined {
  if (value === undefined || typeof value === 'function') return value;
  throw invalidOption(option, value, 'a function');
}

/** @throws ICHOR_WEBSOCKET_OPTION_INVALID */
export function checkHandler(handler: unknown): void {
  if (typeof handler !== 'function') throw invalidOption('handler', handler, 'a function');
}

/** @throws ICHOR_WEBSOCKET_OPTION_INVALID */
export function checkMessageType(type: { readonly codecs: readonly unknown[] } | undefined): void {
  if (!Array.isArray(type?.codecs) || type.codecs.length === 0)
    throw invalidOption('type', type, 'a message type, such as defineMessage() of @ichor/serialization makes');
}

const named: ReadonlyMap<unknown, number> = new Map([
  ['high', 100],
  ['normal', 1000],
  ['low', 10_000],
]);

/** The number that a priority stands for. */
export function priorityNumber(option: string, value: Priority | undefined): number {
  if (value === undefined) return 1000;
  const number = named.get(value) ?? value;
  if (Number.isSafeInteger(number) && (number as number) >= 0) return number as number;
  throw invalidOption(option, value, `'high', 'normal', 'low' and whole numbers from 0 (lower runs first)`);
}

// A sub-protocol is a token of RFC 9110 section 5.6.2 (RFC 6455 section 4.1).
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Names of sub-protocols: tokens, none twice. */
export function protocolNames(value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (
    Array.isArray(value) &&
    value.every((name) => typeof name === 'string' && token.test(name)) &&
    new Set(value).size === value.length
  )
    return value as readonly string[];
  throw invalidOption('protocols', value, "an array of different names made of letters, digits and !#$%&'*+-.^_`|~");
}
