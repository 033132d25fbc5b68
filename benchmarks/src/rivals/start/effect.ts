// Effect: one layer per service, provided with the layer of its logger, merged, built and released in a scope.

import { Context, Effect, Layer } from 'effect';
import type { Rival } from '../../rival.ts';
import { Log, StartedService } from './started-service.ts';

export const run: Rival = async (count) => {
  const facts = { started: 0, stopped: 0 };
  const layerOf = (index: number) => {
    const LogKey = Context.Service<Log>(`log${index}`);
    const Key = Context.Service<StartedService>(`service${index}`);
    const acquire = Effect.gen(function* () {
      return new StartedService(yield* LogKey, facts);
    });
    return Layer.effect(
      Key,
      Effect.acquireRelease(acquire, (service) => Effect.sync(() => service.stop())),
    ).pipe(Layer.provide(Layer.sync(LogKey, () => new Log())));
  };
  const [first, ...rest] = Array.from({ length: count }, (_, index) => layerOf(index));
  if (first !== undefined) await Effect.runPromise(Effect.scoped(Layer.build(Layer.mergeAll(first, ...rest))));
  return { facts };
};
