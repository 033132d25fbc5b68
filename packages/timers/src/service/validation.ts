// Checks what users give to timers, and refuses it with the option's name, the received value and what is allowed.

import type { Priority } from '@ichor/core';
import { timerError } from '../errors/catalogue.ts';

/** The shortest interval of a repeating timer. */
const minimalIntervalMs = 0.001;
const namedPriorities: ReadonlyMap<unknown, number> = new Map([
  ['high', 100],
  ['normal', 1000],
  ['low', 10_000],
]);

function refuse(option: string, received: unknown, allowed: string): never {
  let shown = typeof received === 'string' ? JSON.stringify(received) : `a value of type ${typeof received}`;
  if (['number', 'boolean', 'undefined', 'bigint'].includes(typeof received) || received === null)
    shown = `${received as number}`;
  throw timerError('ICHOR_TIMER_OPTION_INVALID', `Timer option "${option}": received ${shown}; allowed: ${allowed}.`, {
    details: { option, received },
  });
}

/** @throws ICHOR_TIMER_OPTION_INVALID */
export function checkedPriority(priority: Priority | undefined): number {
  if (priority === undefined) return 1000;
  const value = namedPriorities.get(priority) ?? priority;
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    refuse('priority', priority, `'high', 'normal', 'low' and whole numbers from 0 (lower runs first)`);
  return value as number;
}

/** @throws ICHOR_TIMER_OPTION_INVALID */
export function checkedInterval(intervalMs: unknown, once: boolean): number {
  if (typeof intervalMs !== 'number' || !Number.isFinite(intervalMs) || intervalMs < (once ? 0 : minimalIntervalMs))
    refuse(
      once ? 'delayMs' : 'intervalMs',
      intervalMs,
      `finite numbers of milliseconds from ${once ? 0 : minimalIntervalMs}`,
    );
  return intervalMs;
}

/** A delay or point in time that may be `Infinity`. @throws ICHOR_TIMER_OPTION_INVALID */
export function checkedTime(option: string, value: unknown, minimum: number): number {
  if (typeof value !== 'number' || !(value >= minimum))
    refuse(
      option,
      value,
      minimum === 0 ? 'numbers of milliseconds from 0' : 'times in milliseconds of the manager’s clock',
    );
  return value;
}

/** @throws ICHOR_TIMER_OPTION_INVALID */
export function checkedChoice<T extends string>(
  option: string,
  value: T | undefined,
  choices: readonly [T, ...T[]],
): T {
  if (value === undefined) return choices[0];
  if (!choices.includes(value)) refuse(option, value, choices.map((choice) => `'${choice}'`).join(', '));
  return value;
}

/** @throws ICHOR_TIMER_OPTION_INVALID */
export function checkedFunction<T>(option: string, value: T | undefined): T | undefined {
  if (value !== undefined && typeof value !== 'function') refuse(option, value, 'a function');
  return value;
}

/** @throws ICHOR_TIMER_OPTION_INVALID for names that no timer knows, which are usually misspelt. */
export function checkNames(options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) refuse('options', options, 'an object');
  for (const name of Object.keys(options)) {
    if (!known.includes(name))
      refuse(name, (options as Record<string, unknown>)[name], `no such option; known are ${known.join(', ')}`);
  }
}
