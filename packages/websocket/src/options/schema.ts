// A function that checks options, as the schema that core asks for.

import { IchorError, type StandardSchema } from '@ichor/core';

export function optionsSchema<Given, Resolved>(resolve: (given: Given) => Resolved): StandardSchema<Given, Resolved> {
  return {
    '~standard': {
      version: 1,
      vendor: '@ichor/websocket',
      validate(given) {
        try {
          return { value: resolve(given as Given) };
        } catch (error) {
          const path = IchorError.is(error) ? [String(error.details?.['option'])] : [];
          return { issues: [{ message: (error as Error).message, path }] };
        }
      },
    },
  };
}
