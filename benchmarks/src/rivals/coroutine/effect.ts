// Effect: one fibre waits for a latch, another takes effects from a queue and runs them; each of these opens the latch.

import { Effect, Fiber, Latch, Queue } from 'effect';
import type { Rival } from '../../rival.ts';

export const run: Rival = async (count) => {
  const facts = { resumed: 0, released: 0 };
  const program = Effect.gen(function* () {
    const latch = yield* Latch.make();
    const queue = yield* Queue.unbounded<Effect.Effect<boolean>>();
    const release = Effect.suspend(() => {
      facts.released++;
      return latch.open;
    });
    const waiting = yield* Effect.forkChild(
      Effect.gen(function* () {
        for (let i = 0; i < count; i++) {
          yield* latch.await;
          yield* latch.close;
          facts.resumed++;
          yield* Queue.offer(queue, release);
        }
      }),
    );
    yield* Queue.offer(queue, release);
    for (let taken = 0; taken <= count; taken++) yield* Effect.flatten(Queue.take(queue));
    yield* Fiber.await(waiting);
  });
  await Effect.runPromise(program);
  return { facts };
};
