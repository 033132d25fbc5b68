// The workloads inside one process, beside the libraries that do the same work.

import type { Cell, Effort, Experiment } from '../experiment.ts';
import { rivalSample, scenarioSample } from '../programs.ts';
import { rivals } from '../rivals.ts';

interface Workload {
  readonly scenario: string;
  readonly variant: string;
  readonly title: string;
  readonly unit: string;
  readonly axis: string;
  readonly full: readonly number[];
  readonly quick: readonly number[];
  /** Further programs of ours on the same picture. */
  readonly more?: ReadonlyArray<{
    readonly name: string;
    readonly variant: string;
    readonly counts: readonly number[];
  }>;
}

const workloads: readonly Workload[] = [
  {
    scenario: 'event',
    variant: 'plain',
    title: 'Events: all queued, then all dispatched',
    unit: 'events',
    axis: 'events',
    full: [2_000_000, 5_000_000],
    quick: [1_000_000],
    more: [{ name: 'ichor, three priorities, payloads checked', variant: 'handled', counts: [5_000_000] }],
  },
  {
    scenario: 'coroutine',
    variant: 'generator',
    title: 'Coroutines: wait, push an event that releases, resume',
    unit: 'hand-overs',
    axis: 'hand-overs',
    full: [5_000_000],
    quick: [500_000],
  },
  {
    scenario: 'start',
    variant: 'advanced',
    title: 'Start and stop of services with a logger each',
    unit: 'services',
    axis: 'services',
    full: [1000, 5000],
    quick: [1000],
    more: [
      { name: 'ichor, constructor injection', variant: 'constructor', counts: [1000, 5000] },
      { name: 'ichor, distinct classes', variant: 'distinct', counts: [1000, 2000] },
    ],
  },
  {
    scenario: 'start-stop',
    variant: 'cycle',
    title: 'A provider stops and starts, its consumer with it',
    unit: 'cycles',
    axis: 'cycles',
    full: [1_000_000],
    quick: [200_000],
  },
  {
    scenario: 'cascade',
    variant: 'leave-return',
    title: 'A provider with many consumers leaves and returns',
    unit: 'restarts',
    axis: 'consumers',
    full: [1000],
    quick: [200],
  },
  {
    scenario: 'serializer',
    variant: 'json',
    title: 'JSON: message to bytes and back',
    unit: 'round trips',
    axis: 'round trips',
    full: [2_000_000],
    quick: [500_000],
    more: [{ name: 'ichor, six shapes as others write them', variant: 'json-general', counts: [500_000] }],
  },
  {
    scenario: 'serializer',
    variant: 'json-distinct',
    title: 'JSON: 1,200 distinct messages to bytes and back',
    unit: 'round trips',
    axis: 'round trips',
    full: [2_000_000],
    quick: [500_000],
  },
  {
    scenario: 'serializer',
    variant: 'msgpack',
    title: 'MessagePack: message to bytes and back',
    unit: 'round trips',
    axis: 'round trips',
    full: [2_000_000],
    quick: [500_000],
    more: [{ name: 'ichor, six shapes as others write them', variant: 'msgpack-general', counts: [500_000] }],
  },
  {
    scenario: 'timers',
    variant: 'once',
    title: 'Timers due within 50 ms, until the last has fired',
    unit: 'timers',
    axis: 'timers',
    full: [200_000],
    quick: [50_000],
  },
  {
    scenario: 'mutex',
    variant: 'uncontended',
    title: 'Mutex: locked and unlocked, nobody else there',
    unit: 'locks',
    axis: 'locks',
    full: [1_000_000],
    quick: [200_000],
  },
];

export function inProcessExperiments(effort: Effort): Experiment[] {
  return workloads.map((workload) => {
    const { scenario, variant, title, unit, axis } = workload;
    const counts = countsOf(effort, effort.isQuick ? workload.quick : workload.full);
    const theirs = rivals.filter((rival) => rival.scenario === scenario && rival.variant === variant);
    const more = effort.isQuick ? [] : (workload.more ?? []);
    const cells = [
      ...counts.map((count) => ours('ichor', scenario, variant, count)),
      ...more.flatMap(({ name, variant: other, counts: own }) =>
        countsOf(effort, own).map((count) => ours(name, scenario, other, count)),
      ),
      ...theirs.flatMap(({ name }) =>
        counts.map((count): Cell => ({ contestant: name, x: count, sample: () => rivalSample(name, count) })),
      ),
    ];
    return { id: `${scenario}-${variant}`, title, unit, axis, cells };
  });
}

function countsOf({ count }: Effort, planned: readonly number[]): readonly number[] {
  return count === undefined ? planned : [count];
}

function ours(contestant: string, scenario: string, variant: string, count: number): Cell {
  return { contestant, x: count, sample: () => scenarioSample({ scenario, variant, count }) };
}
