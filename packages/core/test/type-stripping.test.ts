// Declared dependencies need no build step: the sample runs as it stands where Node strips types (D2).

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const example = fileURLToPath(new URL('../examples/declared-service.ts', import.meta.url));
const stripsTypes = 'typescript' in process.features && process.features.typescript === 'strip';

it.skipIf(!stripsTypes)('the sample runs as node file.ts', () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [example], { encoding: 'utf8' });
  expect({ stdout, stderr, status }).toEqual({ stdout: 'added arm\ndispatched arm\n', stderr: '', status: 0 });
});
