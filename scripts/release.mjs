// The root script "release": builds from nothing, so that no file of a removed source is published, then publishes what
// changesets has given a new version. Arguments go to `changeset publish`.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { build, runPnpm } from './lib/pnpm.mjs';
import { members, root } from './lib/workspace.mjs';

for (const { folder } of members()) rmSync(path.join(root, folder, 'dist'), { recursive: true, force: true });
for (const step of [() => build(), () => runPnpm(['exec', 'changeset', 'publish', ...process.argv.slice(2)])]) {
  const result = await step();
  if (result !== 0) process.exit(result === 'stopped' ? 130 : result);
}
