// Fails when a package depends on, or a file imports, what ARCHITECTURE.md does not allow; also on any import cycle.
import { importsOf } from './lib/imports.mjs';
import { layeringProblems } from './lib/layering.mjs';
import { files, members, read } from './lib/workspace.mjs';

const sources = files('packages', 'apps', 'tests', 'benchmarks')
  .filter((file) => /\.[cm]?[jt]sx?$/.test(file) && /\/(src|test|bench)\//.test(file) && !file.includes('/fixtures/'))
  .map((file) => ({ file, imports: importsOf(file, read(file)) }));
const problems = layeringProblems(members(), sources);

for (const problem of problems) console.error(problem);
console.log(`Layers: ${sources.length} files, ${problems.length} problems.`);
process.exitCode = problems.length === 0 ? 0 : 1;
