// Properties as they are kept: providers are matched by their values, whatever the caller does with its object afterwards (LC-4).

import type { Properties } from '../contract/service.ts';

/** A copy of a plain object. An instance of a class is kept: its owner decides what it shows, and when that changes (LC-2). */
export function keptProperties(given: Properties): Properties {
  const prototype: unknown = Object.getPrototypeOf(given);
  return prototype === Object.prototype || prototype === null ? { ...given } : given;
}
