// The error codes of @ichor/realtime, and the function that makes its errors.

import { errorsOf } from '@ichor/core';

/** Every code of this package with its meaning. */
export const realtimeErrors = {
  ICHOR_REALTIME_INVALID_OPTION: 'An option of the realtime package has a value that is not allowed.',
  ICHOR_REALTIME_NOT_SCHEDULABLE: 'The periodic tasks cannot all meet their deadlines, so they were not admitted.',
  ICHOR_REALTIME_DEADLINE_MISSED: 'An event missed a deadline or budget whose policy is to quit.',
  ICHOR_REALTIME_ALREADY_WATCHED: 'The event type already has a budget in this monitor.',
  ICHOR_REALTIME_MONITOR_CLOSED: 'The deadline monitor was closed and can watch nothing more.',
  ICHOR_REALTIME_TASK_STOPPED: 'The periodic task was stopped and cannot be started again.',
} as const;

export const realtimeError = errorsOf(realtimeErrors);

/** @throws ICHOR_REALTIME_INVALID_OPTION naming the option, the value and what is allowed, unless `valid`. */
export function checkOption(valid: boolean, option: string, value: unknown, allowed: string): void {
  if (!valid) {
    throw realtimeError(
      'ICHOR_REALTIME_INVALID_OPTION',
      `Option "${option}" is ${format(value)}, but must be ${allowed}. Pass such a value or leave the option out.`,
      { details: { option, value } },
    );
  }
}

function format(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}
