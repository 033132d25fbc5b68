import { describe, expect, test } from 'vitest';
import { cron, type CronOptions } from '../src/cron/index.ts';

function instants(
  expression: string,
  from: string,
  count: number,
  options: CronOptions = { timezone: 'UTC' },
): string[] {
  const calendar = cron(expression, options);
  const found: string[] = [];
  let after = Date.parse(from);
  for (let i = 0; i < count; i++) {
    const next = calendar.next(after);
    if (next === undefined) break;
    found.push(new Date(next).toISOString());
    after = next;
  }
  return found;
}

describe('cron', () => {
  test('gives the instants of an expression one after another', () => {
    expect(instants('*/20 3 * * *', '2026-01-01T03:15:00Z', 3)).toEqual([
      '2026-01-01T03:20:00.000Z',
      '2026-01-01T03:40:00.000Z',
      '2026-01-02T03:00:00.000Z',
    ]);
  });

  test('reads seconds, names and nicknames', () => {
    expect(instants('15,45 * * * * *', '2026-01-01T00:00:00Z', 2)).toEqual([
      '2026-01-01T00:00:15.000Z',
      '2026-01-01T00:00:45.000Z',
    ]);
    expect(instants('0 12 * FEB MON', '2026-01-01T00:00:00Z', 1)).toEqual(['2026-02-02T12:00:00.000Z']);
    expect(instants('@daily', '2026-01-01T00:00:00Z', 1)).toEqual(['2026-01-02T00:00:00.000Z']);
  });

  test('follows the time zone through the change to daylight saving time', () => {
    expect(instants('0 9 * * *', '2026-03-28T00:00:00Z', 2, { timezone: 'Europe/Paris' })).toEqual([
      '2026-03-28T08:00:00.000Z',
      '2026-03-29T07:00:00.000Z',
    ]);
  });

  test('has an end where the expression has one', () => {
    expect(cron('0 0 31 2 *', { timezone: 'UTC' }).next(0)).toBeUndefined();
  });

  test.each([
    ['every day', {}],
    ['61 * * * *', {}],
    ['* * *', {}],
    ['', {}],
    ['2026-01-01T00:00:00', {}],
    [7 as never, {}],
    ['* * * * *', { timezone: 'Mars/Olympus' }],
  ])('refuses the expression %j with %j, saying why', (expression, options) => {
    expect(() => cron(expression, options)).toThrow(
      expect.objectContaining({
        code: 'ICHOR_TIMER_CRON_INVALID',
        message: expect.stringContaining(JSON.stringify(expression)),
        cause: expect.any(Error),
      }),
    );
  });
});
