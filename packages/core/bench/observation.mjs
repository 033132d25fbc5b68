// What observing costs per event: nothing, a queue limit, the journal, the statistics, both. One handler, batches of 1,000 events.
// Build first, then `node --expose-gc bench/observation.mjs`. The best of several interleaved rounds counts.
import { defineEvent, defineService, DependencyManager, EventStatisticsService } from '@ichor/core';

const Event = defineEvent('Event');
const events = 1_000_000;
const batch = 1000;
const rounds = 5;

const options = { options: { longEventMs: Infinity } };
const variants = {
  nothing: [{}, () => undefined],
  'queue limit': [{ queueLimit: { highWater: 1e6, policy: 'reject' } }, () => undefined],
  journal: [{ journal: 10_000 }, () => undefined],
  statistics: [{}, (manager) => manager.register(EventStatisticsService, options)],
  'journal and statistics': [{ journal: 10_000 }, (manager) => manager.register(EventStatisticsService, options)],
};

/** Milliseconds, and bytes of heap, for all events. */
async function measure([managerOptions, install]) {
  const manager = new DependencyManager(managerOptions);
  install(manager);
  let seen = 0;
  let done;
  const finished = new Promise((resolve) => (done = resolve));
  manager.register(
    defineService({
      name: 'Handler',
      setup(_, self) {
        const { queue } = self;
        self.on(Event, () => {
          seen++;
          if (seen === events) done();
          else if (seen % batch === 0) for (let i = 0; i < batch; i++) queue.push(Event);
        });
      },
    }),
  );
  const ended = manager.run();
  await manager.started();
  globalThis.gc?.();
  const begin = performance.now();
  for (let i = 0; i < batch; i++) manager.queue.push(Event);
  await finished;
  const took = performance.now() - begin;
  await manager.quit();
  await ended;
  return took;
}

const best = Object.fromEntries(Object.keys(variants).map((name) => [name, Infinity]));
for (let round = 0; round < rounds; round++)
  for (const [name, variant] of Object.entries(variants)) best[name] = Math.min(best[name], await measure(variant));
for (const [name, ms] of Object.entries(best))
  console.log(
    `${name.padEnd(24)} ${((ms / events) * 1e6).toFixed(0).padStart(5)} ns per event, ` +
      `${(((ms - best['nothing']) / events) * 1e6).toFixed(0).padStart(5)} ns more`,
  );
