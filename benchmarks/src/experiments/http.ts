// POST /ping: the server on one processor, the load on the others.

import type { Cell, Effort, Experiment } from '../experiment.ts';
import { httpContestants, pong, rivalServer, type ServerContestant } from '../load/contestants.ts';
import type { RequestShape } from '../load/http-load.ts';
import { httpSample, idleSample, systemCallSample } from '../load/loaded-server.ts';
import { hasProgram } from '../load/programs-at-hand.ts';

/** Those for whom the further loads are of interest: the floor, Node's own server, and the fastest framework on it. */
const few: readonly ServerContestant[] = [
  pong(),
  ...['raw node:net', 'node:http', 'Fastify'].map((name) => rivalServer(name)),
];

export function httpExperiments(effort: Effort): Experiment[] {
  const { connections: most } = effort;
  const at = (
    id: string,
    title: string,
    connections: number,
    shape: RequestShape,
    who = httpContestants,
  ): Experiment => ({
    id: `http-${id}`,
    title: `HTTP: ${title}`,
    unit: 'requests',
    axis: 'connections',
    cells: who.map((contestant) => cellOf(effort, contestant, connections, shape)),
  });
  const who = effort.isQuick ? few : httpContestants;
  const usual = [at('2', '2 connections', 2, 'plain', who), at('400', '400 connections', 400, 'plain', who)];
  if (effort.isQuick) return usual;
  return [
    ...usual,
    at('most', `${most.toLocaleString('en-US')} connections`, most, 'plain'),
    // The floor answers a chunk once, however many requests it holds: it has no place here.
    at(
      'pipelined',
      '32 connections, 16 requests at once',
      32,
      'pipelined',
      few.filter(({ name }) => name !== 'raw node:net'),
    ),
    at('varying', '400 connections, other numbers each time, eight more headers', 400, 'varying', few),
    at('large', '400 connections, bodies of 16 KB', 400, 'large', few),
    idle(effort),
    systemCalls(effort),
  ];
}

export function cellOf(effort: Effort, contestant: ServerContestant, connections: number, shape: RequestShape): Cell {
  const { hasOwnLoad } = effort;
  const seconds = secondsFor(effort, connections);
  return {
    contestant: contestant.name,
    x: connections,
    sample: () => httpSample(contestant, { connections, seconds, shape, hasOwnLoad }),
  };
}

/** Opening thousands of connections takes seconds of its own. */
function secondsFor({ loadSeconds }: Effort, connections: number): number {
  return connections < 2000 ? loadSeconds : Math.max(loadSeconds, Math.ceil(connections / 2000) + 2);
}

function idle({ connections }: Effort): Experiment {
  const who = httpContestants.filter(({ name }) => name !== 'Express');
  return {
    id: 'http-idle',
    hasNoRate: true,
    title: `HTTP: memory of ${connections.toLocaleString('en-US')} idle connections`,
    unit: 'connections',
    axis: 'connections',
    cells: who.map((contestant) => ({
      contestant: contestant.name,
      x: connections,
      sample: () => idleSample(contestant, connections),
    })),
  };
}

function systemCalls(effort: Effort): Experiment {
  const isPossible = hasProgram('strace');
  const seconds = Math.min(3, effort.loadSeconds);
  const levels = [2, 400];
  return {
    id: 'http-syscalls',
    hasNoRate: true,
    title: 'HTTP: system calls per request',
    unit: 'requests',
    axis: 'connections',
    cells: !isPossible
      ? []
      : few.flatMap((contestant) =>
          levels.map((connections) => ({
            contestant: contestant.name,
            x: connections,
            sample: () =>
              systemCallSample(contestant, { connections, seconds, shape: 'plain', hasOwnLoad: effort.hasOwnLoad }),
          })),
        ),
    ...(isPossible ? {} : { omitted: ['system calls: strace is not installed'] }),
  };
}
