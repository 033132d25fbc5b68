import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogRecord } from '../src/contract/log-sink.ts';
import { formatHuman } from '../src/format/human-line.ts';
import { formatJson } from '../src/format/json-line.ts';

function record(changes: Partial<LogRecord> = {}): LogRecord {
  return {
    time: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    level: 'info',
    message: 'order taken',
    service: 'Fleet',
    serviceId: 7,
    fields: undefined,
    source: undefined,
    ...changes,
  };
}

describe('formatJson', () => {
  test('writes time, level, service, message and fields on one line', () => {
    expect(formatJson(record({ fields: { robot: 'r1', speed: 1.5, ok: true, none: null, skip: undefined } }))).toBe(
      '{"time":"2026-01-02T03:04:05.006Z","level":"info","service":"Fleet","serviceId":7,"message":"order taken","robot":"r1","speed":1.5,"ok":true,"none":null}',
    );
  });

  test('gives what went in for any message and fields, as JSON.parse reads it', () => {
    const names = fc
      .string()
      .filter((name) => !['time', 'level', 'service', 'serviceId', 'source', 'message'].includes(name));
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.dictionary(names, fc.jsonValue({ maxDepth: 3 })),
        (message, fields) => {
          const line = formatJson(record({ message, fields }));
          expect(line).not.toContain('\n');
          const { time, level, service, serviceId, message: read, ...rest } = JSON.parse(line);
          expect([time, level, service, serviceId, read]).toEqual([
            '2026-01-02T03:04:05.006Z',
            'info',
            'Fleet',
            7,
            message,
          ]);
          expect(JSON.stringify(rest)).toBe(JSON.stringify(JSON.parse(JSON.stringify(fields))));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('keeps fields apart from the members of the record', () => {
    const parsed = JSON.parse(formatJson(record({ fields: { level: 'fake', time: 1, serviceId: 99 } })));
    expect(parsed).toMatchObject({
      level: 'info',
      serviceId: 7,
      'fields.level': 'fake',
      'fields.time': 1,
      'fields.serviceId': 99,
    });
  });

  test('survives fields that cannot be read', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(JSON.parse(formatJson(record({ fields: proxy })))).toMatchObject({ message: 'order taken' });
    expect(JSON.parse(formatJson(record({ fields: { proxy }, time: NaN })))).toMatchObject({
      time: 'NaN',
      proxy: '[unreadable]',
    });
  });
});

describe('formatHuman', () => {
  const plain = { colours: false };

  test('writes time, level, service and fields on one line', () => {
    const line = formatHuman(
      record({ fields: { robot: 'r1', note: 'two words', at: { x: 1 } }, source: 'fleet.ts:12' }),
      plain,
    );
    expect(line).toMatch(
      /^\d\d:04:05\.006 INFO {2}Fleet#7 \[fleet\.ts:12\] order taken robot=r1 note="two words" at=\{"x":1\}$/,
    );
  });

  test('uses colours only when asked to', () => {
    expect(formatHuman(record({ level: 'error' }), { colours: true })).toContain('\u001B[31mERROR\u001B[0m');
    expect(formatHuman(record({ level: 'error' }), plain)).not.toContain('\u001B');
  });

  test('shows the stack and the causes of an error in an indented block', () => {
    const error = new Error('outer', { cause: new TypeError('inner', { cause: 'a text' }) });
    const lines = formatHuman(record({ level: 'error', fields: { error } }), plain).split('\n');
    expect(lines[1]).toBe('    error: Error: outer');
    expect(lines[2]).toMatch(/^ {10}at /);
    expect(lines).toContainEqual(expect.stringMatching(/^ {6}caused by: TypeError: inner$/));
    expect(lines).toContainEqual(expect.stringMatching(/^ {8}caused by: a text$/));
  });

  test('lets nobody forge a line or reach the terminal through a message, a field, a name or an error', () => {
    const hostile = fc.string({
      unit: fc.constantFrom('\n', '\r', '\u001B', '\u009B', '\u2028', '\u202E', '\u0007', 'a', '"', ' '),
    });
    fc.assert(
      fc.property(hostile, hostile, hostile, (message, key, value) => {
        const error = new Error(value, { cause: value });
        const text = formatHuman(record({ message, service: value, fields: { [key]: value, error } }), plain);
        // eslint-disable-next-line no-control-regex
        expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E]/);
        for (const line of text.split('\n').slice(1)) expect(line).toMatch(/^ {4}/);
      }),
    );
  });
});
