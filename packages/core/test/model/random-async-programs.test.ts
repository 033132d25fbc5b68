// Random programs of services whose start, stop and handlers are async functions: every start has one stop, consumers stop
// before providers, and quit leaves nothing (LC-84, LC-95, D7, D8).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineEvent, optional, required, token, type Dependencies, type ServiceContext } from '../../src/index.ts';
import { leaks, testManager } from '../../src/testing/index.ts';

const Nudge = defineEvent('Nudge');

interface Spec {
  /** Asks for the service before it, or for none. */
  readonly needs: 'previous' | 'optional' | 'none';
  readonly startMs: number;
  readonly stopMs: number;
}

const spec: fc.Arbitrary<Spec> = fc.record({
  needs: fc.constantFrom('previous', 'previous', 'optional', 'none'),
  startMs: fc.constantFrom(0, 1, 50),
  stopMs: fc.constantFrom(0, 1, 50),
});
const step = fc.oneof(
  fc.record({ do: fc.constantFrom('stop', 'start', 'nudge'), at: fc.nat({ max: 7 }) }),
  fc.record({ do: fc.constant('advance'), at: fc.constantFrom(0, 1, 10, 60, 2000) }),
);

describe('random programs of async services', () => {
  it('pair starts with stops in the order of their dependencies', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(spec, { minLength: 1, maxLength: 6 }),
        fc.array(step, { maxLength: 12 }),
        async (specs, steps) => {
          const manager = testManager({ failFast: false });
          const violations: string[] = [];
          const running = new Set<number>();
          const counts = { starts: 0, stops: 0 };
          const tokens = specs.map((_, index) => token<object>(`T${index}`));
          const sleep = (ms: number): Promise<void> =>
            new Promise((resolve) => {
              if (ms === 0) resolve();
              else manager.clock.schedule(resolve, ms);
            });
          const handles = specs.map(({ needs, startMs, stopMs }, index) => {
            const before = tokens[index - 1];
            const dependencies: Dependencies =
              before === undefined || needs === 'none'
                ? {}
                : { one: needs === 'previous' ? required(before) : optional(before) };
            const requires = 'one' in dependencies && needs === 'previous';
            return manager.register(
              class {
                static readonly provides = [tokens[index] as (typeof tokens)[number]];
                static readonly dependencies = dependencies;
                readonly self: ServiceContext;
                constructor(_: object, self: ServiceContext) {
                  this.self = self;
                  self.on(Nudge, async () => {
                    await sleep(5);
                    if (!running.has(index)) violations.push(`${index}: a handler goes on after stop()`);
                  });
                }
                async start() {
                  await sleep(startMs);
                  if (requires && !running.has(index - 1)) violations.push(`${index} starts without ${index - 1}`);
                  running.add(index);
                  counts.starts++;
                }
                async stop() {
                  await sleep(stopMs);
                  if (requires && !running.has(index - 1)) violations.push(`${index} stops after ${index - 1}`);
                  running.delete(index);
                  counts.stops++;
                }
              },
            );
          });
          await manager.begin();
          for (const { do: what, at } of steps) {
            const id = handles[at % handles.length]?.id ?? 0;
            if (what === 'stop') void manager.stopService(id);
            else if (what === 'start') void manager.startService(id);
            else if (what === 'nudge') manager.queue.push(Nudge);
            else await manager.advance(at);
            await manager.settle();
          }
          await manager.quit();
          expect([violations, leaks(manager), manager.outcome]).toEqual([[], [], 'resolved']);
          expect([counts.stops, running.size]).toEqual([counts.starts, 0]);
        },
      ),
      { numRuns: 600 },
    );
  });
});
