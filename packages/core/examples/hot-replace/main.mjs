// Exchanges a service of a running program under load: the module is edited, loaded again with a new query, and swapped in.
// Run it with `node --expose-gc main.mjs`. It prints what happened to every order, and what stays in memory.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineEvent, defineService, DependencyManager, required, token } from '@ichor/core';

/** @typedef {{ priceOf(item: string): number }} Prices */
/** @type {import('@ichor/core').Token<Prices>} */
const Prices = token('Prices');
/** @type {import('@ichor/core').EventType<{ id: number, item: string }>} */
const Order = defineEvent('Order');

const versions = Number(process.argv[2] ?? 20);
const folder = mkdtempSync(path.join(tmpdir(), 'hot-replace-'));
const file = path.join(folder, 'price-service.mjs');
copyFileSync(new URL('price-service.mjs', import.meta.url), file);

/** A new query is a new module: Node evaluates the file again, and keeps what it evaluated before. */
async function load(/** @type {number} */ version) {
  return import(`${pathToFileURL(file).href}?version=${version}`);
}

/** What an editor or a deployment would do. */
function edit(/** @type {number} */ version) {
  writeFileSync(file, readFileSync(file, 'utf8').replace(/version = \d+/, `version = ${version}`));
}

/** The consumer requires the service, so it stops and starts at each exchange; its orders wait in the queue meanwhile. */
const answered = new Map();
const usedVersions = new Set();
const Shop = defineService({
  name: 'Shop',
  dependencies: { prices: required(Prices) },
  setup({ prices }, self) {
    self.on(Order, ({ id, item }) => {
      answered.set(id, (answered.get(id) ?? 0) + 1);
      usedVersions.add(prices.priceOf(item) / item.length);
    });
  },
});

const manager = new DependencyManager();
let { PriceService } = await load(1);
let current = manager.register(PriceService, { name: 'Prices', provides: [Prices] });
manager.register(Shop);
const ended = manager.run();
await manager.whenActive(current.id);

let pushed = 0;
const load100 = () => {
  for (let i = 0; i < 100; i++) manager.queue.push(Order, { id: pushed++, item: 'lamp' });
};
const source = setInterval(load100, 1);

/** @type {WeakRef<object>[]} */
const instances = [];
/** @type {WeakRef<object>[]} */
const classes = [];
for (let version = 2; version <= versions; version++) {
  instances.push(new WeakRef(manager.services.instance(current.id, Prices) ?? {}));
  classes.push(new WeakRef(PriceService));
  edit(version);
  ({ PriceService } = await load(version));
  current = await manager.replace(current.id, PriceService);
  // Orders go on arriving between two exchanges.
  await new Promise((resolve) => setTimeout(resolve, 2));
}
clearInterval(source);
load100();
await manager.queue.pushAndWait(Order, { id: pushed++, item: 'lamp' }, { priority: 'low' });

const twice = [...answered.values()].filter((count) => count > 1).length;
console.log(`${versions} versions ran, ${usedVersions.size} answered orders, the last one is version ${versions}`);
console.log(`${pushed} orders: ${answered.size} answered, ${pushed - answered.size} lost, ${twice} answered twice`);
if (globalThis.gc !== undefined) {
  globalThis.gc();
  const alive = (/** @type {WeakRef<object>[]} */ refs) => refs.filter((ref) => ref.deref() !== undefined).length;
  console.log(`old instances still in memory: ${alive(instances)} of ${instances.length}`);
  console.log(
    `old classes still in memory: ${alive(classes)} of ${classes.length}, because Node never unloads a module`,
  );
  const before = heap();
  for (let more = 1; more <= 100; more++) await load(versions + more);
  console.log(`heap per loaded version: ${((heap() - before) / 100 / 1024).toFixed(1)} KiB`);
}
await manager.quit();
await ended;
rmSync(folder, { recursive: true });

function heap() {
  globalThis.gc?.(); // Only with --expose-gc.
  return process.memoryUsage().heapUsed;
}
