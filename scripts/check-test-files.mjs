// Fails when a file of the tree that is a test by its name or content is not collected by the one vitest run.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { importsOf } from './lib/imports.mjs';
import { uncollectedTests } from './lib/test-files.mjs';
import { files, read, root } from './lib/workspace.mjs';

const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
const listed = execFileSync(process.execPath, [vitest, 'list', '--filesOnly', '--json'], {
  cwd: root,
  encoding: 'utf8',
});
/** @type {Array<{ file: string }>} */
const entries = JSON.parse(listed);
const collected = new Set(entries.map(({ file }) => path.relative(root, file).replaceAll(path.sep, '/')));
const problems = uncollectedTests(files(), collected, (file) =>
  importsOf(file, read(file)).map(({ specifier }) => specifier),
);

for (const problem of problems) console.error(problem);
console.log(`Test files: ${collected.size} collected, ${problems.length} missed.`);
process.exitCode = problems.length === 0 && collected.size > 0 ? 0 : 1;
