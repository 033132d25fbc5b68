// The root scripts that run an app: installs, builds, then runs the app inside this very process, so that a signal to npm, to
// this process or to the group reaches it. Use: node scripts/start.mjs [app[/entry]] [arguments]; default: pong/main.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from './lib/pnpm.mjs';

const given = process.argv.slice(2);
const named = /^(?<app>[a-z][a-z-]*)(?:\/(?<entry>[a-z][a-z-]*))?$/.exec(given[0] ?? '')?.groups;
const isApp = named !== undefined && existsSync(new URL(`../apps/${named['app']}`, import.meta.url));
const app = isApp ? named['app'] : 'pong';
const entry = new URL(`../apps/${app}/dist/${(isApp && named['entry']) || 'main'}.js`, import.meta.url);

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
