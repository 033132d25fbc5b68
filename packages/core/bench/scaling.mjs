// How start and stop grow with the number of services: N services that require a service of their own (as with loggers), and
// N consumers of one provider that leaves and returns. Prints milliseconds per N and the exponent fitted over all N.
// Build first, then `node bench/scaling.mjs [--up-to 100000]`. Each size runs in a fresh process with warm code; the median of three counts.
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { DependencyManager, defineService, required, token } from '@ichor/core';

const Own = token('Own');
const Shared = token('Shared');
const rounds = 3;

const workloads = {
  /** Register, start, stop and remove N services, each with a provider of its own that a factory makes on request. */
  async 'start and stop'(count) {
    const began = performance.now();
    const manager = new DependencyManager();
    const OwnService = defineService({ name: 'OwnService', provides: [Own], setup: () => ({}) });
    const Factory = defineService({
      name: 'Factory',
      setup(_, self) {
        self.track(Own, {
          requested: ({ requester }) => {
            self.register(OwnService, { filter: { consumer: requester.id } });
          },
        });
        return {};
      },
    });
    const Consumer = defineService({ name: 'Consumer', dependencies: { own: required(Own) }, setup: () => ({}) });
    manager.register(Factory);
    for (let i = 0; i < count; i++) manager.register(Consumer);
    const ended = manager.run();
    await manager.started();
    await manager.quit();
    await ended;
    return performance.now() - began;
  },

  /** One provider with N consumers leaves and returns; the median of five rounds. */
  async 'leave and return'(count) {
    const manager = new DependencyManager();
    const Provider = defineService({ name: 'Provider', provides: [Shared], setup: () => ({}) });
    const Consumer = defineService({ name: 'Consumer', dependencies: { shared: required(Shared) }, setup: () => ({}) });
    const { id } = manager.register(Provider);
    const consumers = Array.from({ length: count }, () => manager.register(Consumer));
    const ended = manager.run();
    await manager.started();
    const times = [];
    for (let round = 0; round < 5; round++) {
      const began = performance.now();
      await manager.stopService(id);
      await manager.startService(id);
      await Promise.all(consumers.map((consumer) => manager.whenActive(consumer.id)));
      times.push(performance.now() - began);
    }
    await manager.quit();
    await ended;
    return median(times);
  },
};

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** The slope of a straight line through the logarithms. */
function exponentOf(points) {
  const logs = points.map(([n, ms]) => [Math.log(n), Math.log(ms)]);
  const mean = (index) => logs.reduce((sum, point) => sum + point[index], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  return (
    logs.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / logs.reduce((sum, [a]) => sum + (a - x) * (a - x), 0)
  );
}

const { values } = parseArgs({ options: { 'up-to': { type: 'string', default: '100000' }, one: { type: 'string' } } });
if (values.one === undefined) {
  for (const name of Object.keys(workloads)) {
    const points = [];
    for (let count = 1000; count <= Number(values['up-to']); count *= 10) {
      const one = JSON.stringify([name, count]);
      const run = () =>
        Number(execFileSync(process.execPath, [import.meta.filename, '--one', one], { encoding: 'utf8' }));
      const ms = median(Array.from({ length: rounds }, run));
      points.push([count, ms]);
      console.log(`${name.padEnd(18)} ${String(count).padStart(8)} services ${ms.toFixed(1).padStart(9)} ms`);
    }
    console.log(`${name.padEnd(18)} exponent ${exponentOf(points).toFixed(2)}\n`);
  }
} else {
  const [name, count] = JSON.parse(values.one);
  // The first thousand pay for compiling the code, whatever follows.
  await workloads[name](1000);
  console.log(await workloads[name](count));
}
