import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CancelledError, IchorError, isCancelled } from '../src/index.ts';
import { catalogue } from '../src/errors/catalogue.ts';

const sources = new URL('../src/', import.meta.url);
const table = new URL('../../../docs/errors/coroutines.md', import.meta.url);

function read(folder: URL): string {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) =>
      entry.isDirectory() ? read(new URL(`${entry.name}/`, folder)) : readFileSync(new URL(entry.name, folder), 'utf8'),
    )
    .join('\n');
}

describe('the error catalogue', () => {
  it('lists what the documentation lists', () => {
    const documented = [...readFileSync(table, 'utf8').matchAll(/^\| `(ICHOR_[A-Z_]+)` *\|/gmu)].map(
      (match) => `${match[1]}`,
    );
    expect(documented.toSorted()).toEqual(Object.keys(catalogue).toSorted());
  });

  it('has no code that is never used', () => {
    const source = read(sources).replace(/export const catalogue = \{.*?\} as const;/su, '');
    expect(Object.keys(catalogue).filter((code) => !source.includes(`'${code}'`))).toEqual([]);
  });
});

describe('a CancelledError', () => {
  it('says who and why', () => {
    expect(new CancelledError().message).toBe('The coroutine was cancelled');
    expect(new CancelledError('late', 'The task "x"').message).toBe('The task "x" was cancelled: late');
    expect(new CancelledError(new Error('inner')).message).toContain('inner');
    expect(new CancelledError({ any: 1 }).message).toContain('[object Object]');
    expect(new CancelledError(Symbol('s')).message).toContain('Symbol(s)');
    expect(new CancelledError('x')).toMatchObject({
      name: 'CancelledError',
      code: 'ICHOR_COROUTINES_CANCELLED',
      reason: 'x',
      cause: 'x',
    });
    expect('cause' in new CancelledError()).toBe(false);
  });

  it('is recognised across copies, and nothing else is', () => {
    expect(isCancelled(new CancelledError())).toBe(true);
    expect(isCancelled(new IchorError('ICHOR_COROUTINES_CANCELLED', 'from another copy'))).toBe(true);
    expect(isCancelled(new Error('ICHOR_COROUTINES_CANCELLED'))).toBe(false);
    expect(isCancelled(undefined)).toBe(false);
  });
});
