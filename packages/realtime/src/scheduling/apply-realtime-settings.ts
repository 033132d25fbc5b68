// Applies realtime settings one by one and tells of each whether it was granted, and if not, why and what would be needed.

import { systemSchedulerBackend } from '../node/linux-scheduler.ts';
import type { CallResult, SchedulerBackend } from './scheduler-backend.ts';
import { checkSettings, type AppliedSetting, type RealtimeReport, type RealtimeSettings } from './settings.ts';

/**
 * Asks the operating system for a realtime policy, processors, locked memory and a nice value, for the calling thread
 * (or all threads of the process). Never throws for what the system refuses, and changes nothing system-wide.
 *
 * Policy, processors and locked memory need Linux and the optional dependency `koffi`; nice works everywhere.
 * New threads and child processes do not inherit a realtime policy.
 *
 * @throws ICHOR_REALTIME_INVALID_OPTION for a setting that no system could apply.
 * @example
 * ```ts
 * import { applyRealtimeSettings } from '@ichor/realtime';
 *
 * const report = applyRealtimeSettings({ nice: 0 });
 * for (const warning of report.warnings) console.warn(warning);
 * console.log(report.complete); // true
 * ```
 */
export function applyRealtimeSettings(settings: RealtimeSettings): RealtimeReport {
  return applyWith(systemSchedulerBackend(), settings);
}

/** As {@link applyRealtimeSettings}, on a given backend. */
export function applyWith(backend: SchedulerBackend, settings: RealtimeSettings): RealtimeReport {
  checkSettings(settings);
  const current = backend.currentThread();
  const threads = settings.threads === 'all' ? backend.allThreads() : [current];
  const applied: AppliedSetting[] = [];
  const { policy, cpus, nice, lockMemory } = settings;

  // Memory first: paging it in takes long. The policy last: from then on the thread may starve others.
  if (lockMemory === true) {
    applied.push(outcome('lockMemory', 'locked', [process.pid], backend.lockMemory(), backend.lockedMemory()));
  }
  if (cpus !== undefined) {
    const result = forEach(threads, (thread) => backend.setCpus(thread, cpus));
    applied.push(outcome('cpus', cpus.join(','), threads, result, backend.cpusOf(current)));
  }
  if (nice !== undefined) {
    const result = forEach(threads, (thread) => backend.setNice(thread, nice));
    applied.push(outcome('nice', String(nice), threads, result, backend.niceOf(current)));
  }
  if (policy !== undefined) {
    const result = forEach(threads, (thread) => backend.setPolicy(thread, policy, settings));
    applied.push(outcome('policy', describePolicy(settings), threads, result, backend.policyOf(current)));
  }
  const failed = applied.filter((setting) => !setting.applied);
  const warnings = failed.map(
    ({ setting, requested, reason, remedy }) => `${setting} ${requested} was not applied: ${reason}. ${remedy}`,
  );
  return { settings: applied, complete: failed.length === 0, warnings };
}

/** Stops at the first thread that is refused; a thread that has ended meanwhile is none. */
function forEach(threads: readonly number[], apply: (thread: number) => CallResult): CallResult {
  for (const thread of threads) {
    const result = apply(thread);
    if (result !== undefined && result !== 'ESRCH') return result;
  }
  return undefined;
}

function outcome(
  setting: AppliedSetting['setting'],
  requested: string,
  threads: readonly number[],
  result: CallResult,
  actual: string,
): AppliedSetting {
  if (result === undefined) return { setting, requested, applied: true, actual, threads };
  return { setting, requested, applied: false, actual, threads: [], ...explain(setting, requested, result, threads) };
}

function describePolicy({ policy, priority = 20, reservation }: RealtimeSettings): string {
  if (policy === 'fifo' || policy === 'rr') return `${policy} ${priority}`;
  if (policy !== 'deadline' || reservation === undefined) return String(policy);
  const { runtimeMs, periodMs, deadlineMs = periodMs } = reservation;
  return `deadline ${runtimeMs}/${deadlineMs}/${periodMs} ms`;
}

const permissions: Readonly<Record<AppliedSetting['setting'], string>> = {
  policy: 'Give it CAP_SYS_NICE (root, systemd AmbientCapabilities=, setcap on the node binary) or a limit "ulimit -r"',
  nice: 'Give it CAP_SYS_NICE or a limit "ulimit -e"',
  cpus: 'Give it CAP_SYS_NICE',
  lockMemory: 'Give it CAP_IPC_LOCK or "ulimit -l unlimited"',
};

/** The same by hand, from outside the process. */
const byHand: Readonly<Record<AppliedSetting['setting'], (threads: readonly number[], requested: string) => string>> = {
  policy: (threads, requested) => {
    const [policy = '', priority = ''] = requested.split(' ');
    if (policy === 'deadline') return `start it with "chrt --deadline"`;
    return `run "chrt --${policy} -p ${policy === 'other' ? 0 : priority} ${threads[0] ?? ''}"`;
  },
  nice: (threads, requested) => `run "renice -n ${requested} -p ${threads[0] ?? ''}"`,
  cpus: (threads, requested) => `run "taskset -pc ${requested} ${threads[0] ?? ''}"`,
  lockMemory: () => 'run it under systemd with LimitMEMLOCK=infinity',
};

function explain(
  setting: AppliedSetting['setting'],
  requested: string,
  result: string,
  threads: readonly number[],
): { reason: string; remedy: string } {
  const alternative = byHand[setting](threads, requested);
  switch (result) {
    case 'EPERM':
    case 'EACCES':
      if (setting === 'policy' && requested.startsWith('deadline')) {
        const remedy = `${permissions.policy}; a thread with this policy must also be allowed on all processors.`;
        return { reason: 'the process is not permitted to (EPERM)', remedy };
      }
      return {
        reason: `the process is not permitted to (${result})`,
        remedy: `${permissions[setting]}, or ${alternative} as root.`,
      };
    case 'EBUSY':
      return {
        reason: 'the reservations of this machine are used up (EBUSY)',
        remedy: 'Ask for less runtime or a longer period.',
      };
    case 'EINVAL':
      return {
        reason: 'the system does not offer it (EINVAL)',
        remedy: 'Check that the processors exist and are online.',
      };
    case 'ENOMEM':
      return { reason: 'the limit of locked memory is too low (ENOMEM)', remedy: `${permissions[setting]}.` };
    case 'no koffi':
      return {
        reason: 'the optional dependency koffi is not installed',
        remedy: `Run "npm install koffi", or ${alternative}.`,
      };
    case 'no linux':
      return { reason: `it needs Linux, and this is ${process.platform}`, remedy: 'Use nice there.' };
    default:
      return { reason: `the system refused it (${result})`, remedy: `Try to ${alternative}.` };
  }
}
