// Every error code of this package. `docs/errors/coroutines.md` explains each; a test compares both ways.

import { errorsOf } from './ichor-error.ts';

export const catalogue = {
  ICHOR_COROUTINES_CANCELLED: 'The coroutine was cancelled.',
  ICHOR_COROUTINES_CLEANUP_TIMEOUT: 'A cancelled coroutine did not finish its clean-up in time and was abandoned.',
  ICHOR_COROUTINES_CANCEL_SWALLOWED: 'A finally block ended a cancellation with a value of its own.',
  ICHOR_COROUTINES_ALREADY_RUN: 'The same coroutine object was given to be run twice.',
  ICHOR_COROUTINES_NOT_AWAITABLE: 'A coroutine yielded, or was given, something that cannot be waited for.',
  ICHOR_COROUTINES_TASK_AWAITED: 'A second coroutine awaited a task that already has an awaiter.',
  ICHOR_COROUTINES_UNHANDLED: 'A detached coroutine failed, and nobody awaits it.',
  ICHOR_COROUTINES_DISPOSED: 'Somebody waited on a primitive that is disposed.',
  ICHOR_COROUTINES_OPTION: 'An argument or option has a value that is not allowed.',
  ICHOR_COROUTINES_TIMEOUT: 'Something did not happen within the time given to it.',
  ICHOR_COROUTINES_NONE_SUCCEEDED: 'Every alternative given to any() failed.',
  ICHOR_COROUTINES_CHANNEL_CLOSED: 'A value was sent to, or awaited from, a closed channel.',
  ICHOR_COROUTINES_SCOPE_CLOSED: 'A scope that has ended was asked to run something.',
  ICHOR_COROUTINES_NOT_OWNER: 'Something was given back, or given up, that was not held.',
  ICHOR_COROUTINES_VIRTUAL_TIME: 'A virtual clock or stepping scheduler was misused, or does not come to an end.',
} as const;

/** Makes an error of the catalogue. */
export const coroutineError = errorsOf(catalogue);
