// How time grows with size: services, consumers, events, connections, threads.

import type { Cell, Effort, Experiment } from '../experiment.ts';
import { pong, rivalServer } from '../load/contestants.ts';
import { rivalSample, scenarioSample } from '../programs.ts';
import { cellOf } from './http.ts';

const powersOfTen = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));

export function scalingExperiments(effort: Effort): Experiment[] {
  const sizes = (values: readonly number[]): readonly number[] =>
    effort.count === undefined ? values : [effort.count];
  const ours = (scenario: string, variant: string, x: number): Cell => ({
    contestant: 'ichor',
    x,
    sample: () => scenarioSample({ scenario, variant, count: x }),
  });
  const theirs = (name: string, x: number): Cell => ({ contestant: name, x, sample: () => rivalSample(name, x) });
  const levels = [1, 8, 64, 400, 2000, 8000, effort.connections];
  return [
    curve('services', 'start and stop of so many services', 'services', 'services', [
      ...sizes(powersOfTen(1, 6)).map((x) => ours('start', 'advanced', x)),
      ...sizes([10, 100, 1000, 10_000]).flatMap((x) =>
        ['inversify', 'NestJS', 'Effect'].map((name) => theirs(name, x)),
      ),
      ...sizes([10, 100, 1000]).map((x) => theirs('Cordis', x)),
    ]),
    curve('consumers', 'a provider with so many consumers leaves and returns', 'restarts', 'consumers', [
      ...sizes(powersOfTen(1, 5)).map((x) => ours('cascade', 'leave-return', x)),
      ...sizes([10, 100, 1000]).map((x) => theirs('Cordis, cascade', x)),
    ]),
    curve('events', 'so many events queued, then dispatched', 'events', 'events', [
      ...sizes(powersOfTen(3, 7)).map((x) => ours('event', 'plain', x)),
      ...sizes(powersOfTen(3, 6)).map((x) => theirs('binary heap of objects', x)),
    ]),
    ...['event', 'coroutine', 'start-stop'].map((scenario) => threads(effort, scenario)),
    {
      id: 'scaling-connections',
      title: 'Scaling: requests per second at so many connections',
      unit: 'requests',
      axis: 'connections',
      isCurve: true,
      cells: levels.flatMap((x) =>
        [pong(), rivalServer('node:http')].map((contestant) => cellOf(effort, contestant, x, 'plain')),
      ),
    },
  ];
}

function curve(id: string, title: string, unit: string, axis: string, cells: readonly Cell[]): Experiment {
  return { id: `scaling-${id}`, title: `Scaling: ${title}`, unit, axis, isCurve: true, cells };
}

/** Each thread has the whole workload (RB-4), so that what it takes to load the packages once more is in proportion. */
const threadWorkloads: Readonly<
  Record<string, { readonly variant: string; readonly count: number; readonly unit: string }>
> = {
  event: { variant: 'plain', count: 5_000_000, unit: 'events' },
  coroutine: { variant: 'generator', count: 5_000_000, unit: 'hand-overs' },
  'start-stop': { variant: 'cycle', count: 1_000_000, unit: 'cycles' },
};

function threads({ count: given }: Effort, scenario: string): Experiment {
  const { variant, count, unit } = threadWorkloads[scenario]!;
  return {
    id: `scaling-threads-${scenario}`,
    title: `Scaling: ${scenario} in so many threads, each with a manager and the whole count`,
    unit,
    axis: 'threads',
    isCurve: true,
    cells: [1, 2, 4, 8].map((x) => ({
      contestant: 'ichor',
      x,
      sample: () => scenarioSample({ scenario, variant, count: given ?? count, threads: x }),
    })),
  };
}
