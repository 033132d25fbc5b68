// The public names, and the error codes with their page.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as realtime from '../src/index.ts';

it('exports exactly these names', () => {
  expect(Object.keys(realtime).sort()).toEqual([
    'DeadlineMonitor',
    'DeadlineMonitorService',
    'DeadlineOverrun',
    'Deadlines',
    'EdfQueue',
    'LatencyHistogram',
    'SystemEvidenceSource',
    'admit',
    'applyRealtimeSettings',
    'realtimeErrors',
    'startPeriodic',
    'testSchedulability',
    'warmUp',
  ]);
});

it('documents every error code, and no other', () => {
  const page = readFileSync(new URL('../../../docs/errors/realtime.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `(ICHOR_\w+)` +\|/gm)].map(([, code]) => code);
  expect(new Set(documented)).toEqual(new Set(Object.keys(realtime.realtimeErrors)));
  expect(documented).toHaveLength(Object.keys(realtime.realtimeErrors).length);
});
