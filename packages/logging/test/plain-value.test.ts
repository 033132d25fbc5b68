import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IchorError } from '@ichor/core';
import { plainValue } from '../src/format/plain-value.ts';

describe('plainValue', () => {
  test('leaves JSON values as they are', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(JSON.stringify(plainValue(value))).toBe(JSON.stringify(value));
      }),
    );
  });

  test('makes something that JSON can hold out of any value and never throws', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withTypedArray: true,
          withNullPrototype: true,
        }),
        (value) => {
          const text = JSON.stringify(plainValue(value));
          if (text !== undefined) JSON.parse(text);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('writes an error with its code, its own facts and its whole chain of causes', () => {
    const root = Object.assign(new TypeError('no route'), { errno: -113, syscall: 'connect' });
    const error = new IchorError('ICHOR_DEMO', 'The robot is away', {
      cause: new Error('link lost', { cause: root }),
      details: { robot: 'r1' },
    });
    expect(plainValue(error)).toMatchObject({
      name: 'IchorError',
      message: 'The robot is away',
      code: 'ICHOR_DEMO',
      details: { robot: 'r1' },
      stack: expect.stringContaining('plain-value.test.ts'),
      cause: {
        name: 'Error',
        message: 'link lost',
        cause: { name: 'TypeError', message: 'no route', errno: -113, syscall: 'connect' },
      },
    });
  });

  test('ends at an error that causes itself, directly or in a circle', () => {
    const self = new Error('self');
    self.cause = self;
    expect(plainValue(self)).toMatchObject({ message: 'self', cause: '[circular]' });
    const first = new Error('first');
    const second = new Error('second', { cause: first });
    first.cause = second;
    expect(plainValue(first)).toMatchObject({ message: 'first', cause: { message: 'second', cause: '[circular]' } });
  });

  test('writes every error of an AggregateError, and causes that are no errors', () => {
    const error = new AggregateError(
      [new Error('one'), 'two', new Error('three', { cause: { status: 503 } })],
      'all failed',
    );
    expect(plainValue(error)).toMatchObject({
      name: 'AggregateError',
      errors: [{ message: 'one' }, 'two', { message: 'three', cause: { status: 503 } }],
    });
  });

  test('ends a chain of causes that is too long', () => {
    let error = new Error('deepest');
    for (let i = 0; i < 10_000; i++) error = new Error(`level ${i}`, { cause: error });
    expect(JSON.stringify(plainValue(error))).toContain('"cause":"[…]"');
  });

  test('shows unreadable members instead of failing: throwing getters, throwing toJSON, revoked proxies', () => {
    const hostile = {
      get boom() {
        throw new Error('no');
      },
      fine: 1,
      json: {
        toJSON() {
          throw new Error('no');
        },
      },
    };
    expect(plainValue(hostile)).toEqual({ boom: '[unreadable]', fine: 1, json: '[unreadable]' });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(plainValue({ proxy })).toEqual({ proxy: '[unreadable]' });
  });

  test('cuts off what is too large to be a log record: long lists, deep trees, graphs with many shared parts', () => {
    expect(plainValue(Array.from({ length: 1000 }, (_, i) => i))).toHaveLength(201);
    let shared: object = { leaf: true };
    for (let level = 0; level < 7; level++) shared = Array.from({ length: 100 }, () => shared);
    expect(JSON.stringify(plainValue(shared)).length).toBeLessThan(500_000);
    const wide = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, i]));
    expect(plainValue(wide)).toMatchObject({ k0: 0, '…': '100 more' });
  });

  test('shows values that JSON has no place for', () => {
    class Point {
      x = 1;
    }
    expect(
      plainValue({
        big: 12n,
        symbol: Symbol('s'),
        nothing: undefined,
        nan: NaN,
        date: new Date(0),
        map: new Map([['a', 1]]),
        set: new Set([1]),
        bytes: new Uint8Array(3),
        point: new Point(),
        url: new URL('http://localhost/x'),
        run: function run() {},
      }),
    ).toEqual({
      big: '12',
      symbol: 'Symbol(s)',
      nan: 'NaN',
      date: '1970-01-01T00:00:00.000Z',
      map: { a: 1 },
      set: [1],
      bytes: '[Uint8Array of 3 bytes]',
      point: { x: 1 },
      url: 'http://localhost/x',
      run: '[function run]',
    });
  });

  test('keeps a member called __proto__ as data', () => {
    const plain = plainValue(JSON.parse('{"__proto__":{"admin":true}}'));
    expect(JSON.stringify(plain)).toBe('{"__proto__":{"admin":true}}');
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});
