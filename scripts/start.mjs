// The root scripts "start" and "start:<app>": installs, builds, then runs the app inside this very process, so that a signal
// to npm, to this process or to the group reaches it. Use: node scripts/start.mjs [app] [arguments of the app]; default: pong.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from './lib/pnpm.mjs';

const given = process.argv.slice(2);
const isApp =
  given[0] !== undefined &&
  /^[a-z][a-z-]*$/.test(given[0]) &&
  existsSync(new URL(`../apps/${given[0]}`, import.meta.url));
const app = isApp ? given[0] : 'pong';
const entry = new URL(`../apps/${app}/dist/main.js`, import.meta.url);

const result = await build([`./apps/${app}`]);
if (result === 'stopped') process.exit(0);
if (result !== 0) {
  console.error(`The build of ${app} failed (exit code ${result}); its messages are above.`);
  process.exit(result);
}

// Between the build and the moment when the app listens for signals itself, a signal still means: end, in order.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(0);
  });
}

process.argv = [process.execPath, fileURLToPath(entry), ...(isApp ? given.slice(1) : given)];
await import(entry.href);
