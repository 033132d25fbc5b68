// The targets of the project, each with how it is judged from stored results. What was not measured is neither met nor missed.

import { figuresOf, percentile, type Figures } from '../figures.ts';
import { decimals } from '../format.ts';
import type { StoredExperiment } from '../results.ts';

export type Results = ReadonlyMap<string, StoredExperiment>;

export interface JudgedTarget {
  readonly workload: string;
  readonly target: string;
  /** The measured value in the words of the target; undefined when it was not measured. */
  readonly measured: string | undefined;
  readonly isMet: boolean | undefined;
}

/** Looks figures up; undefined where there are none. */
class Lookup {
  readonly #results: Results;
  constructor(results: Results) {
    this.#results = results;
  }

  figures(id: string, contestant: string, x?: number): Figures | undefined {
    const found = this.#results
      .get(id)
      ?.results.find((result) => result.contestant === contestant && (x === undefined || result.x === x));
    return found === undefined ? undefined : figuresOf(found);
  }

  rate(id: string, contestant: string, x?: number): number | undefined {
    return this.figures(id, contestant, x)?.rate.median;
  }

  cpu(id: string, contestant: string): number | undefined {
    return this.figures(id, contestant)?.cpuMicros?.median;
  }

  p99(id: string, contestant: string): number | undefined {
    const latency = this.figures(id, contestant)?.latency;
    return latency === undefined ? undefined : percentile(latency, 99);
  }

  figure(id: string, contestant: string, name: string): number | undefined {
    return this.figures(id, contestant)?.figures[name];
  }

  errors(id: string, contestant: string): number | undefined {
    const errors = this.figures(id, contestant)?.errors;
    return errors === undefined ? undefined : Object.values(errors).reduce((sum, value) => sum + value, 0);
  }

  newest(id: string, name: string): string {
    const names = this.#results.get(id)?.results.map(({ contestant }) => contestant) ?? [];
    return names.findLast((contestant) => contestant.startsWith(`${name}, Node `)) ?? '';
  }
}

interface Target {
  readonly workload: string;
  readonly target: string;
  readonly isAtLeast: boolean;
  readonly bound: number;
  /** How the measured value is shown. */
  readonly unit: string;
  measure(lookup: Lookup): number | undefined;
}

type Rest = readonly [unit: string, measure: (lookup: Lookup) => number | undefined];

const atLeast = (workload: string, target: string, bound: number, ...[unit, measure]: Rest): Target => ({
  workload,
  target,
  bound,
  isAtLeast: true,
  unit,
  measure,
});
const atMost = (workload: string, target: string, bound: number, ...[unit, measure]: Rest): Target => ({
  ...atLeast(workload, target, bound, unit, measure),
  isAtLeast: false,
});

function ratio(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined || b === 0 ? undefined : a / b;
}

/** The yardstick is defined with 2 million events. */
const heapRate = (of: Lookup): number | undefined => of.rate('event-plain', 'textbook binary heap', 2_000_000);
const json = 'JSON.parse(JSON.stringify()), distinct';

export const targets: readonly Target[] = [
  atLeast('event', '≥ 6.5 × a textbook heap of event objects', 6.5, '×', (of) =>
    ratio(of.rate('event-plain', 'ichor', 5_000_000), heapRate(of)),
  ),
  atMost('event', '≤ 200 MB for 5 million queued events', 200, 'MB', (of) => {
    const bytes = of.figures('event-plain', 'ichor', 5_000_000)?.peakRssBytes;
    return bytes === undefined ? undefined : bytes / 1e6;
  }),
  atLeast('event, three priorities, payloads checked', '≥ 2 × a textbook heap of event objects', 2, '×', (of) =>
    ratio(of.rate('event-plain', 'ichor, three priorities, payloads checked'), heapRate(of)),
  ),
  atLeast('coroutine', '≥ 1.0 × async functions', 1, '×', (of) =>
    ratio(of.rate('coroutine-generator', 'ichor'), of.rate('coroutine-generator', 'async functions')),
  ),
  atMost(
    'start',
    '≤ 0.1 s for 10,000 services with a logger each',
    0.1,
    's',
    (of) => of.figures('scaling-services', 'ichor', 10_000)?.seconds.median,
  ),
  atMost('start', 'time of 100,000 ≤ 13 × time of 10,000', 13, '×', (of) =>
    ratio(
      of.figures('scaling-services', 'ichor', 100_000)?.seconds.median,
      of.figures('scaling-services', 'ichor', 10_000)?.seconds.median,
    ),
  ),
  atLeast('start-stop', '≥ 0.26 × the events per second of a textbook heap', 0.26, '×', (of) =>
    ratio(of.rate('start-stop-cycle', 'ichor'), heapRate(of)),
  ),
  atMost('cascade', '≤ 10 ms for 1,000 dependents to leave and return', 10, 'ms', (of) => {
    const seconds = of.figures('cascade-leave-return', 'ichor', 1000)?.seconds.median;
    return seconds === undefined ? undefined : seconds * 1000;
  }),
  atLeast('serializer, JSON, distinct messages', '≥ 4 × JSON.parse(JSON.stringify())', 4, '×', (of) =>
    ratio(of.rate('serializer-json-distinct', 'ichor'), of.rate('serializer-json-distinct', json)),
  ),
  atLeast('the same on the newest Node', '≥ 3 × JSON.parse(JSON.stringify())', 3, '×', (of) =>
    ratio(
      of.rate('versions-serializer-json-distinct', of.newest('versions-serializer-json-distinct', 'ichor')),
      of.rate('versions-serializer-json-distinct', of.newest('versions-serializer-json-distinct', json)),
    ),
  ),
  atLeast('serializer, MessagePack', '≥ msgpackr with records', 1, '×', (of) =>
    ratio(of.rate('serializer-msgpack', 'ichor'), of.rate('serializer-msgpack', 'msgpackr, records')),
  ),
  ...(['event', 'coroutine', 'start-stop'] as const).map((scenario) =>
    atLeast(`8 threads, ${scenario}`, '≥ 1.6 × one thread, on 2 cores', 1.6, '×', (of) =>
      ratio(of.rate(`scaling-threads-${scenario}`, 'ichor', 8), of.rate(`scaling-threads-${scenario}`, 'ichor', 1)),
    ),
  ),
  atMost('mutex', '≤ 100 ns to lock and unlock', 100, 'ns', (of) => {
    const seconds = of.rate('mutex-uncontended', 'ichor');
    return seconds === undefined ? undefined : 1e9 / seconds;
  }),
  atLeast('HTTP, 400 connections', '≥ 2.0 × node:http', 2, '×', (of) =>
    ratio(of.rate('http-400', 'ichor'), of.rate('http-400', 'node:http')),
  ),
  atLeast('HTTP, 400 connections', '≥ 2.2 × Fastify', 2.2, '×', (of) =>
    ratio(of.rate('http-400', 'ichor'), of.rate('http-400', 'Fastify')),
  ),
  atLeast('HTTP, 400 connections', '≥ 0.72 × raw node:net', 0.72, '×', (of) =>
    ratio(of.rate('http-400', 'ichor'), of.rate('http-400', 'raw node:net')),
  ),
  atMost('HTTP, 400 connections', 'processor time ≤ 1.4 × raw node:net', 1.4, '×', (of) =>
    ratio(of.cpu('http-400', 'ichor'), of.cpu('http-400', 'raw node:net')),
  ),
  atMost('HTTP, 2 connections', 'processor time below node:http', 1, '×', (of) =>
    ratio(of.cpu('http-2', 'ichor'), of.cpu('http-2', 'node:http')),
  ),
  atMost('HTTP, 2 connections', 'p99 below node:http', 1, '×', (of) =>
    ratio(of.p99('http-2', 'ichor'), of.p99('http-2', 'node:http')),
  ),
  atLeast('HTTP, 16 pipelined', '≥ 6 × node:http', 6, '×', (of) =>
    ratio(of.rate('http-pipelined', 'ichor'), of.rate('http-pipelined', 'node:http')),
  ),
  atLeast('HTTP, other numbers, eight more headers', '≥ 0.85 × the plain run', 0.85, '×', (of) =>
    ratio(of.rate('http-varying', 'ichor'), of.rate('http-400', 'ichor')),
  ),
  atMost('HTTP, most connections', 'no error, no time-out', 0, 'errors', (of) => of.errors('http-most', 'ichor')),
  atMost('HTTP, idle connections', 'memory per connection ≤ node:http', 1, '×', (of) =>
    ratio(
      of.figure('http-idle', 'ichor', 'bytesPerConnection'),
      of.figure('http-idle', 'node:http', 'bytesPerConnection'),
    ),
  ),
  atLeast('WebSocket echo, 32 connections', '≥ 0.9 × ws', 0.9, '×', (of) =>
    ratio(of.rate('websocket-echo', 'ichor'), of.rate('websocket-echo', 'ws')),
  ),
  atMost('realtime, 1 kHz', 'p99 of lateness ≤ 3 × the maximum of cyclictest', 3, '×', (of) =>
    ratio(
      of.figure('realtime-periodic', 'SCHED_FIFO, one core, memory locked', 'p99Us'),
      of.figure('realtime-periodic', 'cyclictest', 'maxUs'),
    ),
  ),
];

export function judged(results: Results): JudgedTarget[] {
  const lookup = new Lookup(results);
  return targets.map(({ workload, target, bound, isAtLeast, unit, measure }) => {
    const value = measure(lookup);
    if (value === undefined) return { workload, target, measured: undefined, isMet: undefined };
    return {
      workload,
      target,
      measured: unit === '×' ? `${value.toFixed(2)} ×` : `${decimals(value)} ${unit}`,
      isMet: isAtLeast ? value >= bound : value <= bound,
    };
  });
}
