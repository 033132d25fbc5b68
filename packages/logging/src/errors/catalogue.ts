// Every error code of @ichor/logging with its meaning; docs/errors/logging.md is compared with this list.

import { errorsOf } from '@ichor/core';

export const logErrors = {
  ICHOR_LOG_OPTION_INVALID: 'An option of a logger factory, framework logger or sink has a value that is not allowed.',
  ICHOR_LOG_LEVEL_INVALID: 'A log level is not one of the known ones.',
  ICHOR_LOG_SERVICE_UNKNOWN: 'The level was to be set of a service that has no logger.',
  ICHOR_LOG_SINK_FAILED: 'A sink threw, rejected or fell behind, and messages were lost.',
} as const;

export const logError = errorsOf(logErrors);
