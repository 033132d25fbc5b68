// Error codes: what the sources declare and use, what docs/errors lists, and the assembled page, agree in every direction.
import path from 'node:path';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { documentedCodes, errorCodesOf } from '../../../scripts/lib/error-codes.mjs';
import { errorsPage } from '../../../scripts/lib/errors-page.mjs';
import { files, published, read, root } from '../../../scripts/lib/workspace.mjs';

const packages = published().map(({ name, folder }) => {
  const codes = files(`${folder}/src`)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => errorCodesOf(file, read(file)));
  const section = `docs/errors/${path.basename(folder)}.md`;
  return {
    name,
    declared: codes.flatMap(({ declared }) => declared),
    used: codes.flatMap(({ used }) => used),
    section: existsSync(path.join(root, section)) ? read(section) : '',
  };
});
const everyCode = packages.flatMap(({ declared }) => declared.map(({ code }) => code));

describe.each(packages.map((entry) => ({ ...entry, title: entry.name })))('$title', ({ declared, used, section }) => {
  test('documents the codes that it declares, and no others', () => {
    expect(documentedCodes(section).toSorted()).toEqual(declared.map(({ code }) => code).toSorted());
  });

  test('says of each code what it means', () => {
    expect(declared.filter(({ meaning }) => !/^\S.{10,}\.$/.test(meaning))).toEqual([]);
  });

  test('uses only codes that some package declares', () => {
    expect(used.filter(({ code }) => !everyCode.includes(code))).toEqual([]);
  });
});

test('no code is declared twice', () => {
  expect(everyCode.filter((code, index) => everyCode.indexOf(code) !== index)).toEqual([]);
});

test('docs/errors.md is what `node scripts/assemble-docs.mjs` writes', () => {
  const sections = packages.filter(({ section }) => section !== '');
  expect(read('docs/errors.md')).toBe(errorsPage(sections));
});

test('a page that mentions a code mentions one that exists', () => {
  const pages = files().filter((file) => file.endsWith('.md') && !file.endsWith('CHANGELOG.md'));
  const unknown = pages.flatMap((file) =>
    [...read(file).matchAll(/\bICHOR_[A-Z0-9]+_[A-Z0-9_]*[A-Z0-9]\b/g)]
      .map(([code]) => code)
      .filter((code) => !everyCode.includes(code) && !code.startsWith('ICHOR_DEMO_'))
      .map((code) => `${file}: ${code}`),
  );
  expect(unknown).toEqual([]);
});

test('codes are found in a catalogue given directly or by name, and in strings', () => {
  const text = `
    const catalogue = { ICHOR_A_ONE: 'One is wrong.' } as const satisfies Record<string, string>;
    export const a = errorsOf(catalogue);
    export const b = errorsOf({ 'ICHOR_A_TWO': 'Two is wrong.' });
    throw a('ICHOR_A_THREE', 'text with ICHOR_A_FOUR in it');`;
  const { declared, used } = errorCodesOf('a.ts', text);
  expect(declared.map(({ code, meaning, line }) => [code, meaning, line])).toEqual([
    ['ICHOR_A_ONE', 'One is wrong.', 2],
    ['ICHOR_A_TWO', 'Two is wrong.', 4],
  ]);
  expect(used.filter(({ code }) => !code.endsWith('TWO')).map(({ code, line }) => [code, line])).toEqual([
    ['ICHOR_A_THREE', 5],
  ]);
});
