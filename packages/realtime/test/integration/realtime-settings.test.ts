// Realtime settings on this system; each test goes back to what was before.
// What is not permitted must be reported, never thrown.
import { readFileSync, readlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applyRealtimeSettings } from '../../src/scheduling/apply-realtime-settings.ts';

function thread(): string {
  return readlinkSync('/proc/thread-self');
}

function allowedCpus(): string {
  const status = readFileSync(`/proc/${thread()}/status`, 'latin1');
  return /Cpus_allowed_list:\s*(\S+)/.exec(status)?.[1] ?? '';
}

describe.runIf(process.platform === 'linux')('applyRealtimeSettings on Linux', () => {
  it('pins the calling thread, as /proc confirms, and lets it go again', () => {
    const before = allowedCpus();
    const first = Number.parseInt(before, 10);
    const { settings, warnings } = applyRealtimeSettings({ cpus: [first] });
    if (settings[0]?.applied === true) {
      expect(allowedCpus()).toBe(String(first));
      expect(settings[0]).toMatchObject({ actual: String(first), threads: [Number(thread().split('/').at(-1))] });
      const last = Number(/(\d+)$/.exec(before)?.[1]);
      applyRealtimeSettings({ cpus: Array.from({ length: last - first + 1 }, (_, index) => first + index) });
      expect(allowedCpus()).toBe(before);
    } else {
      expect(warnings[0]).toMatch(/^cpus .* was not applied: /);
    }
  });

  it('applies a realtime policy, or says why not, and goes back to the normal one', () => {
    const { settings, warnings } = applyRealtimeSettings({ policy: 'rr', priority: 2 });
    if (settings[0]?.applied === true) {
      expect(settings[0].actual).toBe('rr 2');
      expect(applyRealtimeSettings({ policy: 'other' }).settings[0]?.actual).toBe('other');
    } else {
      expect(settings[0]?.actual).toBe('other');
      expect(warnings[0]).toMatch(/^policy rr 2 was not applied: .*(koffi|permitted)/);
    }
  });

  it('reports a processor that does not exist', () => {
    expect(applyRealtimeSettings({ cpus: [1023] }).warnings[0]).toMatch(/^cpus 1023 was not applied: /);
  });
});
