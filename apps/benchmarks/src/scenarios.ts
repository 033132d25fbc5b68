// Every scenario by its name. Each is loaded when it is asked for, so that a measured process holds nothing of the others.

import type { Scenario } from './scenario.ts';

const loaders: Readonly<Record<string, () => Promise<Scenario>>> = {
  event: async () => (await import('./scenarios/event.ts')).event,
  coroutine: async () => (await import('./scenarios/coroutine.ts')).coroutine,
  start: async () => (await import('./scenarios/start.ts')).start,
  'start-stop': async () => (await import('./scenarios/start-stop.ts')).startStop,
  cascade: async () => (await import('./scenarios/cascade.ts')).cascade,
  serializer: async () => (await import('./scenarios/serializer.ts')).serializer,
  http: async () => (await import('./scenarios/http.ts')).http,
  websocket: async () => (await import('./scenarios/websocket.ts')).websocket,
  timers: async () => (await import('./scenarios/timers.ts')).timers,
  mutex: async () => (await import('./scenarios/mutex.ts')).mutex,
};

export const scenarioNames: readonly string[] = Object.keys(loaders);

/** The scenario of that name, or undefined when there is none. */
export async function scenarioNamed(name: string): Promise<Scenario | undefined> {
  return Object.hasOwn(loaders, name) ? loaders[name]?.() : undefined;
}

/** All of them, for the usage. */
export async function allScenarios(): Promise<Scenario[]> {
  return Promise.all(Object.values(loaders).map((load) => load()));
}
