// Realtime settings on a fake system: what is asked, in which order, and what the report says of each refusal.
import { describe, expect, it } from 'vitest';
import { applyWith } from '../../src/scheduling/apply-realtime-settings.ts';
import type { CallResult, SchedulerBackend } from '../../src/scheduling/scheduler-backend.ts';
import type { RealtimeSettings } from '../../src/scheduling/settings.ts';

function fake(result: (call: string) => CallResult = () => undefined): SchedulerBackend & { readonly calls: string[] } {
  const calls: string[] = [];
  const record = (call: string): CallResult => {
    calls.push(call);
    return result(call);
  };
  return {
    calls,
    currentThread: () => 7,
    allThreads: () => [7, 8, 9],
    setPolicy: (thread, policy) => record(`policy ${policy} ${thread}`),
    setCpus: (thread, cpus) => record(`cpus ${cpus.join(',')} ${thread}`),
    setNice: (thread, nice) => record(`nice ${nice} ${thread}`),
    lockMemory: () => record('lock'),
    policyOf: () => 'fifo 20',
    cpusOf: () => '1',
    niceOf: () => '-5',
    lockedMemory: () => '9 kB',
  };
}

const everything: RealtimeSettings = { policy: 'fifo', cpus: [1, 3], nice: -5, lockMemory: true };

describe('applyRealtimeSettings', () => {
  it('applies to the calling thread, the policy last, and reports what the system says', () => {
    const system = fake();
    const report = applyWith(system, everything);
    expect(system.calls).toEqual(['lock', 'cpus 1,3 7', 'nice -5 7', 'policy fifo 7']);
    expect(report).toMatchObject({ complete: true, warnings: [] });
    expect(report.settings.map(({ setting, requested, actual }) => `${setting}: ${requested} is ${actual}`)).toEqual([
      'lockMemory: locked is 9 kB',
      'cpus: 1,3 is 1',
      'nice: -5 is -5',
      'policy: fifo 20 is fifo 20',
    ]);
  });

  it('touches nothing that was not asked for', () => {
    const system = fake();
    expect(applyWith(system, {})).toEqual({ settings: [], complete: true, warnings: [] });
    expect(system.calls).toEqual([]);
  });

  it('applies to all threads when asked to, and does not mind one that has ended', () => {
    const system = fake((call) => (call.endsWith('8') ? 'ESRCH' : undefined));
    const report = applyWith(system, { nice: 5, threads: 'all' });
    expect(system.calls).toEqual(['nice 5 7', 'nice 5 8', 'nice 5 9']);
    expect(report.settings[0]).toMatchObject({ applied: true, threads: [7, 8, 9] });
  });

  it.each([
    ['EPERM', { policy: 'fifo', priority: 30 }, /not permitted.*CAP_SYS_NICE.*"chrt --fifo -p 30 7" as root/],
    ['EPERM', { cpus: [2] }, /not permitted.*"taskset -pc 2 7"/],
    ['EACCES', { nice: -5 }, /EACCES.*ulimit -e.*"renice -n -5 -p 7"/],
    ['ENOMEM', { lockMemory: true }, /limit of locked memory.*ulimit -l unlimited/],
    ['EINVAL', { cpus: [900] }, /EINVAL.*processors exist/],
    ['EBUSY', { policy: 'deadline', reservation: { runtimeMs: 1, periodMs: 2 } }, /used up.*less runtime/],
    ['EPERM', { policy: 'deadline', reservation: { runtimeMs: 1, periodMs: 2 } }, /allowed on all processors/],
    ['no koffi', { policy: 'rr' }, /koffi is not installed.*npm install koffi.*"chrt --rr -p 20 7"/],
    ['no linux', { policy: 'rr' }, /needs Linux/],
    ['EIO', { nice: 1 }, /refused it \(EIO\)/],
  ] as const)('explains %s for %j', (error, settings, message) => {
    const report = applyWith(
      fake(() => error),
      settings,
    );
    expect(report.complete).toBe(false);
    expect(report.settings[0]).toMatchObject({ applied: false, threads: [] });
    expect(report.warnings[0]).toMatch(message);
  });

  it('goes on with the rest after a refusal', () => {
    const report = applyWith(
      fake((call) => (call === 'lock' ? 'EPERM' : undefined)),
      everything,
    );
    expect(report.settings.map(({ applied }) => applied)).toEqual([false, true, true, true]);
  });

  it.each([
    [{ policy: 'batch' as 'fifo' }, /"policy" is "batch", but must be fifo, rr, deadline, other/],
    [{ policy: 'fifo' as const, priority: 100 }, /"priority" is 100, but must be a whole number from 1 to 99/],
    [{ nice: 20 }, /"nice" is 20/],
    [{ cpus: [] }, /"cpus" is "\[\]", but must be a list of at least one/],
    [{ cpus: [-1] }, /"cpus" is -1/],
    [{ threads: 'some' as 'all' }, /"threads" is "some"/],
    [{ policy: 'deadline' as const }, /"reservation" is undefined, but must be given with the policy "deadline"/],
    [{ reservation: { runtimeMs: 3, periodMs: 2 } }, /"reservation" is "3\/2\/2"/],
  ])('refuses %j', (settings, message) => {
    expect(() => applyWith(fake(), settings)).toThrow(message);
  });
});
