// Checks of arguments and options: a wrong one is refused where it is given, with the value and what is allowed.

import { coroutineError } from './catalogue.ts';

/** @throws ICHOR_COROUTINES_OPTION unless `value` is an integer from `least` on, or Infinity where that is allowed. */
export function checkCount(name: string, value: number, least: number, infinityAllowed = false): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  if (infinityAllowed && value === Infinity) return value;
  throw optionError(name, value, `an integer of at least ${least}${infinityAllowed ? ', or Infinity' : ''}`);
}

/** @throws ICHOR_COROUTINES_OPTION unless `value` is a duration in milliseconds: 0 or more, Infinity included. */
export function checkDuration(name: string, value: number): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw optionError(name, value, 'a number of milliseconds, 0 or more (Infinity for no limit)');
}

/** @throws ICHOR_COROUTINES_OPTION unless `value` is a function. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw optionError(name, value, 'a function');
}

export function optionError(name: string, value: unknown, allowed: string): Error {
  const received =
    typeof value === 'object' && value !== null
      ? 'an object'
      : typeof value === 'string'
        ? JSON.stringify(value)
        : String(value);
  return coroutineError('ICHOR_COROUTINES_OPTION', `${name} is ${received}. Pass ${allowed}.`, {
    details: { name, received: value },
  });
}
