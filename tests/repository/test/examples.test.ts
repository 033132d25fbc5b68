// How examples are found in Markdown and docstrings.
import { expect, test } from 'vitest';
import { examplesOf } from '../../../scripts/lib/examples.mjs';

test('fenced ts blocks of Markdown are found with their line, mark and indentation', () => {
  const text = [
    '# A',
    '```ts',
    'const a = 1;',
    '```',
    '- item',
    '  ```ts no-run',
    '  b();',
    '',
    '  ```',
    '```sh',
    'x',
    '```',
  ].join('\n');
  expect(examplesOf('README.md', text)).toEqual([
    { file: 'README.md', line: 3, code: 'const a = 1;', mark: '' },
    { file: 'README.md', line: 7, code: 'b();\n', mark: 'no-run' },
  ]);
});

test('blocks of docstrings are found, blocks of other comments and of strings are not', () => {
  const text = [
    '/**',
    ' * Adds.',
    ' *',
    ' * @example',
    ' * ```ts',
    " * import { a } from '@ichor/a';",
    ' *   a();',
    ' * ```',
    ' */',
    'export const a = () => "/** ```ts no ``` */"; // ```ts',
  ].join('\n');
  expect(examplesOf('a.ts', text)).toEqual([
    { file: 'a.ts', line: 6, code: "import { a } from '@ichor/a';\n  a();", mark: '' },
  ]);
});

test('a longer fence may hold a shorter one, and a block that is never closed is an error', () => {
  expect(examplesOf('a.md', '````ts\nconst t = `\n```\n`;\n````')).toEqual([
    { file: 'a.md', line: 2, code: 'const t = `\n```\n`;', mark: '' },
  ]);
  expect(() => examplesOf('a.md', 'text\n```ts\nx')).toThrow('a.md:2: this code block is never closed');
});
