// The error for an option of the host or of a route that has a value which is not allowed.

import { httpError } from '../errors/catalogue.ts';

/** Names the option, the value received and what is allowed. */
export function invalidOption(name: string, value: unknown, allowed: string): Error {
  return httpError(
    'ICHOR_HTTP_OPTION_INVALID',
    `The HTTP option ${name} was given ${typeof value === 'string' ? JSON.stringify(value) : String(value)}. Allowed: ${allowed}.`,
    { details: { option: name, value } },
  );
}
