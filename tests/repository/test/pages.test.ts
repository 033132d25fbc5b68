// The Markdown pages: links lead somewhere, commands exist, and excerpts are what the files say.
import path from 'node:path';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { examplesOf } from '../../../scripts/lib/examples.mjs';
import { files, read, root } from '../../../scripts/lib/workspace.mjs';

const pages = files().filter(
  (file) => file.endsWith('.md') && !file.startsWith('.changeset/') && !file.includes('CHANGELOG'),
);
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

describe.each(pages.map((page) => ({ page })))('$page', ({ page }) => {
  const text = read(page);
  const prose = text.replace(/^(\s*)(`{3,})[\s\S]*?^\1\2$/gm, '');

  test('has links that lead somewhere', () => {
    const targets = [...prose.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, target]) => target ?? '');
    const dead = targets.filter((target) => {
      const [file = '', anchor] = target.split('#');
      const found = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
      if (!existsSync(path.join(root, found))) return true;
      return anchor !== undefined && found.endsWith('.md') && !anchorsOf(read(found)).has(anchor);
    });
    expect(dead).toEqual([]);
  });

  test('names root scripts that exist', () => {
    const named = [...text.matchAll(/\b(?:npm run|pnpm run) ([a-z][a-z:-]*)/g)].map(([, name]) => name ?? '');
    const here = path.posix.dirname(page);
    const local = existsSync(path.join(root, here, 'package.json'))
      ? (JSON.parse(read(path.posix.join(here, 'package.json'))) as { scripts?: Record<string, string> }).scripts
      : {};
    expect(named.filter((name) => !(name in scripts) && !(name in (local ?? {})))).toEqual([]);
  });

  test('quotes files word for word where it says so', () => {
    const quotes = examplesOf(page, text).filter(({ mark }) => mark.startsWith('file='));
    for (const { code, mark } of quotes) expect(read(mark.slice('file='.length))).toContain(code.trim());
  });
});

function anchorsOf(text: string): Set<string> {
  const titles = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, title]) => title ?? '');
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
