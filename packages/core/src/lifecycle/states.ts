// The pure state machine of a service: which state follows which, and on what. Everything else only executes it (LC-20…29).

import type { ServiceState } from '../contract/service.ts';

/** What moves a service on. */
export type Trigger = 'start' | 'started' | 'startFailed' | 'online' | 'offline' | 'stop' | 'stopped' | 'remove';

const transitions: Readonly<Record<ServiceState, Readonly<Partial<Record<Trigger, ServiceState>>>>> = {
  installed: { start: 'starting', remove: 'uninstalled' },
  starting: { started: 'injecting', startFailed: 'installed' },
  injecting: { online: 'active' },
  active: { offline: 'uninjecting' },
  uninjecting: { stop: 'stopping' },
  stopping: { stopped: 'installed' },
  uninstalled: {},
};

/** The state after `trigger`, or undefined when `state` does not know it. */
export function nextState(state: ServiceState, trigger: Trigger): ServiceState | undefined {
  return transitions[state][trigger];
}

/** All states, in order. */
export const serviceStates = Object.keys(transitions) as readonly ServiceState[];
