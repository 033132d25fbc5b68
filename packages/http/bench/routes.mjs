// Adds and removes 1,000 routes one by one, and looks paths up among them. Usage: node routes.mjs. Build the package first.

import { Router } from '../dist/routing/router.js';

const paths = Array.from({ length: 1000 }, (_, index) => `/api/v${index % 5}/:tenant/things/t${index}/:id`);
for (let round = 0; round < 5; round++) {
  const router = new Router();
  const begin = performance.now();
  const entries = paths.map((path) => router.add('GET', path, { owner: 'bench' }));
  for (const entry of entries) router.remove(entry);
  const changed = performance.now() - begin;
  for (const path of paths) router.add('GET', path, { owner: 'bench' });
  router.add('POST', '/ping', { owner: 'bench' });
  const target = '/api/v3/acme/things/t503/77';
  const lookups = 200_000;
  const lookupBegin = performance.now();
  for (let index = 0; index < lookups; index++) router.find('GET', target, target);
  const lookup = ((performance.now() - lookupBegin) / lookups) * 1e6;
  console.log(
    `1,000 routes added and removed: ${changed.toFixed(2)} ms; look-up with two parameters: ${lookup.toFixed(0)} ns`,
  );
}
