// Every error code of @ichor/timers with its meaning; docs/errors/timers.md is compared with this list.

import { errorsOf } from '@ichor/core';

export const timerErrors = {
  ICHOR_TIMER_OPTION_INVALID: 'An option of a timer has a value that is not allowed.',
  ICHOR_TIMER_NO_CALLBACK: 'A timer without a callback was started.',
  ICHOR_TIMER_NOT_STOPPED: 'Something was changed on a timer that only a stopped timer lets change.',
  ICHOR_TIMER_CALENDAR_FAILED:
    'A calendar threw, or gave an instant that does not lie behind the one it was asked about.',
  ICHOR_TIMER_ABORTED: 'The signal given to sleep() or deadline() aborted.',
  ICHOR_TIMER_OWNER_STOPPED: 'The service that waits in sleep() or deadline(), or the timer service, has stopped.',
  ICHOR_TIMER_VETOED: 'An interceptor vetoed the event that ends a sleep() or deadline().',
  ICHOR_TIMER_CRON_INVALID: 'A cron expression, or one of its options, cannot be understood.',
} as const;

export const timerError = errorsOf(timerErrors);
