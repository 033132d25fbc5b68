// What a user can switch: checks and records of the manager, code generation, the size of V8's nursery.

import type { Cell, Effort, Experiment } from '../experiment.ts';
import { pong } from '../load/contestants.ts';
import { scenarioSample, type ScenarioRun } from '../programs.ts';
import { cellOf } from './http.ts';

type Switch = readonly [name: string, how: Pick<ScenarioRun, 'flags' | 'managerOptions'>];

const flag = (text: string): Pick<ScenarioRun, 'flags'> => ({ flags: [text] });

const asShipped: Switch = ['as shipped', {}];
const nurseries: readonly Switch[] = [1, 64].map((megabytes) => [
  `semi-space of ${megabytes} MB`,
  flag(`--max-semi-space-size=${megabytes}`),
]);
const withoutCode: Switch = ['code generation forbidden', flag('--disallow-code-generation-from-strings')];
/** The queue's own checks and records are off unless asked for. */
const checks: readonly Switch[] = [
  ['microtasks after every event', { managerOptions: { checkpoint: 'every-event' } }],
  ['queue limit', { managerOptions: { queueLimit: { highWater: 1e9, policy: 'reject' } } }],
  ['times recorded', { managerOptions: { recordTimes: true } }],
  ['journal of 10,000 events', { managerOptions: { journal: 10_000 } }],
];

const workloads = [
  { scenario: 'event', variant: 'plain', unit: 'events', count: 2_000_000, switches: [...checks, ...nurseries] },
  {
    scenario: 'coroutine',
    variant: 'generator',
    unit: 'hand-overs',
    count: 1_000_000,
    switches: [...checks, ...nurseries],
  },
  { scenario: 'start-stop', variant: 'cycle', unit: 'cycles', count: 200_000, switches: [checks[3]!, ...nurseries] },
  {
    scenario: 'serializer',
    variant: 'json',
    unit: 'round trips',
    count: 1_000_000,
    switches: [withoutCode, ...nurseries],
  },
  {
    scenario: 'serializer',
    variant: 'msgpack',
    unit: 'round trips',
    count: 1_000_000,
    switches: [withoutCode, ...nurseries],
  },
] as const satisfies readonly (Pick<ScenarioRun, 'scenario' | 'variant' | 'count'> & {
  unit: string;
  switches: readonly Switch[];
})[];

export function switchExperiments(effort: Effort): Experiment[] {
  const inProcess = workloads.map(({ scenario, variant, unit, count, switches }): Experiment => {
    const x = effort.count ?? count;
    return {
      id: `switches-${scenario}-${variant}`,
      title: `Switches: ${scenario} ${variant}`,
      unit,
      axis: unit,
      cells: [asShipped, ...switches].map(([contestant, how]): Cell => ({
        contestant,
        x,
        sample: () => scenarioSample({ scenario, variant, count: x, ...how }),
      })),
    };
  });
  const servers = [asShipped, withoutCode, ...nurseries].map(([name, { flags = [] }]) =>
    pong(name, process.execPath, flags),
  );
  return [
    ...inProcess,
    {
      id: 'switches-http',
      title: 'Switches: HTTP, 400 connections',
      unit: 'requests',
      axis: 'connections',
      cells: servers.map((contestant) => cellOf(effort, contestant, 400, 'plain')),
    },
  ];
}
