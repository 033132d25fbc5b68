// The pure state machine of a service: which state follows which, and on what. Everything else only executes it (LC-20…29).

import type { ServiceState } from '../contract/service.ts';

/** One step of the machine. */
export interface Transition {
  readonly name: string;
  readonly from: ServiceState;
  readonly to: ServiceState;
}

function step(name: string, from: ServiceState, to: ServiceState): Transition {
  return Object.freeze({ name, from, to });
}

/** All steps there are; no other way leads from one state to another. */
export const transitions = Object.freeze({
  start: step('start', 'installed', 'starting'),
  started: step('started', 'starting', 'injecting'),
  startFailed: step('startFailed', 'starting', 'installed'),
  online: step('online', 'injecting', 'active'),
  offline: step('offline', 'active', 'uninjecting'),
  stop: step('stop', 'uninjecting', 'stopping'),
  stopped: step('stopped', 'stopping', 'installed'),
  remove: step('remove', 'installed', 'uninstalled'),
});

/** All states, in order. */
export const serviceStates: readonly ServiceState[] = Object.freeze([
  'installed',
  'starting',
  'injecting',
  'active',
  'uninjecting',
  'stopping',
  'uninstalled',
]);
