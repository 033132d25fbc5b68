// Every `ts` example of the documentation is type-checked and run against the built packages, as a reader's project would.
// Blocks marked `no-run` are only type-checked; blocks marked `file=…` are excerpts, which tests/repository compares.
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examplesOf } from '../../../scripts/lib/examples.mjs';
import { files, read, root } from '../../../scripts/lib/workspace.mjs';

const run = promisify(execFile);
const generated = path.join(root, 'tests/docs/.generated');
const emptyFolder = mkdtempSync(path.join(tmpdir(), 'ichor-examples-'));

const pages = files('packages', 'docs', 'README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md').filter(
  (file) => /^packages\/[^/]+\/src\/.*\.ts$/.test(file) || (file.endsWith('.md') && !file.endsWith('CHANGELOG.md')),
);
const examples = pages
  .flatMap((file) => examplesOf(file, read(file)))
  .filter(({ mark }) => !mark.startsWith('file='))
  .map((example) => ({ ...example, name: `${example.file.replaceAll(/[^a-z0-9]+/gi, '-')}-${example.line}` }));

let diagnostics = '';

beforeAll(() => {
  rmSync(generated, { recursive: true, force: true });
  mkdirSync(generated, { recursive: true });
  for (const { name, code, line } of examples) {
    // The code keeps its line numbers, so that messages point into the documentation.
    const module = /^(import|export) /m.test(code) ? '' : '\nexport {};';
    writeFileSync(path.join(generated, `${name}.ts`), `${'\n'.repeat(line - 1)}${code}${module}\n`);
  }
  const options = {
    extends: '../../../tsconfig.base.json',
    compilerOptions: {
      customConditions: [],
      composite: false,
      incremental: false,
      declaration: false,
      declarationMap: false,
      rootDir: '.',
      outDir: 'out',
    },
    include: ['*.ts'],
  };
  writeFileSync(path.join(generated, 'tsconfig.json'), JSON.stringify(options));
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', generated, '--pretty', 'false'], {
    cwd: generated,
    encoding: 'utf8',
  });
  diagnostics = stdout;
}, 120_000);

afterAll(() => rmSync(emptyFolder, { recursive: true, force: true }));

test('the documentation has examples', () => {
  expect(examples.length).toBeGreaterThan(0);
});

describe.concurrent.each(examples)('$file:$line', ({ name, mark }) => {
  test('compiles', () => {
    expect(diagnostics.split('\n').filter((line) => line.startsWith(`${name}.ts(`))).toEqual([]);
  });

  test.runIf(mark === '')('runs and ends by itself', async () => {
    const entry = path.join(generated, 'out', `${name}.js`);
    const { stderr } = await run(process.execPath, ['--enable-source-maps', entry], {
      cwd: emptyFolder,
      timeout: 20_000,
    });
    expect(stderr).not.toMatch(/unhandled|deprecat/i);
  });
});
