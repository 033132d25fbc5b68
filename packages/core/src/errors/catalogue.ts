// Every error code of @ichor/core with its meaning. docs/errors.md is compared with this list.

import { errorsOf } from '@ichor/coroutines';

/** The error codes of this package, each with its meaning. */
export const coreErrors = {
  ICHOR_OPTION_INVALID: 'An option of a manager, service, dependency or push has a value that is not allowed.',
  ICHOR_DEPENDENCY_INVALID:
    'A class declares its dependencies, or what it provides, in a way that cannot be understood.',
  ICHOR_SERVICE_UNKNOWN: 'No service with this id is registered.',
  ICHOR_SERVICE_GONE: 'A reference was used after its provider or its consumer had stopped.',
  ICHOR_SERVICE_STOPPED: 'A service context was used after its service had stopped.',
  ICHOR_SERVICE_START_FAILED: 'The constructor or start() of a service failed.',
  ICHOR_SERVICE_NEEDS_REGISTRATION:
    'A class bound in the container needs a token that only a running service provides.',
  ICHOR_STOP_TIMEOUT: 'A service did not finish stopping in time; what it was doing was abandoned.',
  ICHOR_QUIT_TIMEOUT: 'Quitting made no progress in time; the rest was stopped by force.',
  ICHOR_EVENT_TIMEOUT: 'pushAndWait gave up because its time-out passed.',
  ICHOR_EVENT_ABORTED: 'pushAndWait gave up because its signal aborted.',
  ICHOR_EVENT_INVALID: 'An event of this type cannot be pushed, or not be waited for, in this way.',
  ICHOR_MANAGER_QUIT: 'The manager has quit or is quitting.',
  ICHOR_MANAGER_RUNNING: 'The manager is already running, or has run: a manager runs once.',
  ICHOR_QUEUE_FULL: 'The queue is at its limit and its policy is to refuse.',
  ICHOR_CHANNEL_INVALID: 'A manager cannot join a channel: it is in one already, or its id is taken there.',
  ICHOR_CHANNEL_NO_REPLY: 'A question was not answered: nobody handles it there, or the manager has left.',
  ICHOR_CHANNEL_TIMEOUT: 'A question was not answered in time.',
  ICHOR_CHANNEL_UNKNOWN_MANAGER: 'A channel was asked to send to a manager that is not connected.',
  ICHOR_REPLACE_FAILED: 'A service could not be replaced: the new one did not take over, and the old one stays.',
  ICHOR_LIFECYCLE_INVALID:
    'A service was asked to make a transition that its state machine does not have: a defect of the framework.',
} as const;

export const coreError = errorsOf(coreErrors);
