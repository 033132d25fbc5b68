// Every rival of the workloads inside one process. Each is loaded when it runs, so that a measured process holds one library only.

import type { Rival } from './rival.ts';

export interface RivalEntry {
  /** Unique; what tables and files call it. */
  readonly name: string;
  /** The scenario of apps/benchmarks whose work it does. */
  readonly scenario: string;
  readonly variant: string;
  load(): Promise<{ readonly run: Rival }>;
}

export const rivals: readonly RivalEntry[] = [
  ...of('event', 'plain', {
    'textbook binary heap': () => import('./rivals/event/textbook-heap.ts'),
    'binary heap of objects': () => import('./rivals/event/binary-heap.ts'),
    tinyqueue: () => import('./rivals/event/tinyqueue.ts'),
  }),
  ...of('coroutine', 'generator', {
    'async functions': () => import('./rivals/coroutine/async-functions.ts'),
    'Effect fibres': () => import('./rivals/coroutine/effect.ts'),
  }),
  ...of('start', 'advanced', {
    'constructors by hand': () => import('./rivals/start/constructors-by-hand.ts'),
    tsyringe: () => import('./rivals/start/tsyringe.ts'),
    inversify: () => import('./rivals/start/inversify.ts'),
    Awilix: () => import('./rivals/start/awilix.ts'),
    Effect: () => import('./rivals/start/effect.ts'),
    NestJS: () => import('./rivals/start/nestjs.ts'),
    Cordis: () => import('./rivals/start/cordis.ts'),
  }),
  ...of('cascade', 'leave-return', { 'Cordis, cascade': () => import('./rivals/cascade/cordis.ts') }),
  ...of('serializer', 'json', {
    'JSON.parse(JSON.stringify())': () => import('./rivals/serializer/json.ts'),
    'fast-json-stringify, JSON.parse': () => import('./rivals/serializer/fast-json-stringify.ts'),
  }),
  ...of('serializer', 'json-distinct', {
    'JSON.parse(JSON.stringify()), distinct': () => import('./rivals/serializer/json-distinct.ts'),
  }),
  ...of('serializer', 'msgpack', {
    '@msgpack/msgpack': () => import('./rivals/serializer/msgpack.ts'),
    'msgpackr, records': () => import('./rivals/serializer/msgpackr.ts'),
  }),
  ...of('timers', 'once', { setTimeout: () => import('./rivals/timers/set-timeout.ts') }),
  ...of('mutex', 'uncontended', {
    'async-mutex': () => import('./rivals/mutex/async-mutex.ts'),
    'p-queue, concurrency 1': () => import('./rivals/mutex/p-queue.ts'),
  }),
];

function of(scenario: string, variant: string, loaders: Record<string, RivalEntry['load']>): RivalEntry[] {
  return Object.entries(loaders).map(([name, load]) => ({ name, scenario, variant, load }));
}
