// Every experiment, and which of them a name on the command line means.

import type { Effort, Experiment } from './experiment.ts';
import { httpExperiments } from './experiments/http.ts';
import { inProcessExperiments } from './experiments/in-process.ts';
import { realtimeExperiments } from './experiments/realtime.ts';
import { scalingExperiments } from './experiments/scaling.ts';
import { switchExperiments } from './experiments/switches.ts';
import { versionExperiments } from './experiments/versions.ts';
import { webSocketExperiments } from './experiments/websocket.ts';

/** Groups that run only when they are asked for: they say more about ichor than about rivals, and take long. */
const onRequest = new Set(['scaling', 'versions', 'switches', 'realtime']);

export function allExperiments(effort: Effort): Experiment[] {
  return [
    ...inProcessExperiments(effort),
    ...httpExperiments(effort),
    ...webSocketExperiments(effort),
    ...scalingExperiments(effort),
    ...versionExperiments(effort),
    ...switchExperiments(effort),
    ...realtimeExperiments(effort),
  ];
}

/**
 * The experiments that are wanted: by id, by the beginning of it up to a dash, or `all`. No name means the comparisons with rivals.
 *
 * @returns The first name that means nothing, instead, when there is one.
 */
export function chosenExperiments(
  all: readonly Experiment[],
  names: readonly string[],
): readonly Experiment[] | string {
  if (names.length === 0) return all.filter(({ id }) => !onRequest.has(id.split('-')[0] as string));
  const isMeant = (id: string, name: string): boolean => name === 'all' || id === name || id.startsWith(`${name}-`);
  const unknown = names.find((name) => !all.some(({ id }) => isMeant(id, name)));
  return unknown ?? all.filter(({ id }) => names.some((name) => isMeant(id, name)));
}
