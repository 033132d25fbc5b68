// The scheduler calls of Linux through koffi, a foreign-function library that is an optional dependency. Loaded on first use.
// Called by applyRealtimeSettings. Results are read back from /proc, not assumed.

import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants as osConstants, getPriority, setPriority } from 'node:os';
import type { CallResult, SchedulerBackend } from '../scheduling/scheduler-backend.ts';
import type { RealtimeSettings, SchedulingPolicy } from '../scheduling/settings.ts';

/** Numbers of <linux/sched.h>. */
const policyNumbers: Readonly<Record<SchedulingPolicy, number>> = { other: 0, fifo: 1, rr: 2, deadline: 6 };
const policyNames: Readonly<Record<number, string>> = {
  0: 'other',
  1: 'fifo',
  2: 'rr',
  3: 'batch',
  5: 'idle',
  6: 'deadline',
};
/** So that threads and processes made later run normally: SCHED_RESET_ON_FORK, and SCHED_FLAG_RESET_ON_FORK of sched_attr. */
const resetOnFork = 0x4000_0000;
const resetOnForkFlag = 1n;
const cpuMaskBytes = 128;
const schedAttrBytes = 48;
const nanosecondsPerMs = 1e6;
/** sched_setattr has no wrapper in older C libraries. */
const setAttributeCall: Readonly<Record<string, number>> = {
  x64: 314,
  arm64: 274,
  riscv64: 274,
  arm: 380,
  ppc64: 355,
  s390x: 345,
};

/** Fields of /proc/<pid>/stat behind the command name. */
const [priorityField, policyField] = [37, 38] as const;

interface CFunctions {
  setScheduler(thread: number, policy: number, parameters: Uint8Array): number;
  setAffinity(thread: number, bytes: number, mask: Uint8Array): number;
  lock(address: bigint, bytes: bigint): number;
  systemCall(number: number, thread: number, attributes: Uint8Array, flags: number): number;
  errorName(): string;
}

interface Koffi {
  load(path: string | null): { func(declaration: string): (...parameters: unknown[]) => number };
  errno(): number;
}

let loaded: CFunctions | 'no koffi' | undefined;

function functions(): CFunctions | 'no koffi' {
  return (loaded ??= loadFunctions());
}

function loadFunctions(): CFunctions | 'no koffi' {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    const library = koffi.load(null);
    return {
      setScheduler: library.func('int sched_setscheduler(int pid, int policy, const void *param)'),
      setAffinity: library.func('int sched_setaffinity(int pid, size_t size, const void *mask)'),
      lock: library.func('int mlock(uint64_t address, uint64_t bytes)'),
      systemCall: library.func('long syscall(long number, int pid, void *attributes, unsigned int flags)'),
      errorName: () => errorName(koffi.errno()),
    };
  } catch {
    return 'no koffi';
  }
}

function errorName(number: number): string {
  const found = Object.entries(osConstants.errno).find(([, value]) => value === number);
  return found?.[0] ?? `error ${number}`;
}

function call(run: (c: CFunctions) => number): CallResult {
  const c = functions();
  if (typeof c === 'string') return c;
  return run(c) === 0 ? undefined : c.errorName();
}

class LinuxScheduler implements SchedulerBackend {
  currentThread(): number {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  }

  allThreads(): readonly number[] {
    return readdirSync('/proc/self/task').map(Number);
  }

  setPolicy(thread: number, policy: SchedulingPolicy, settings: RealtimeSettings): CallResult {
    if (policy === 'deadline') return this.#reserve(thread, settings.reservation ?? { runtimeMs: 0, periodMs: 0 });
    const parameters = new Uint8Array(4);
    const priority = policy === 'other' ? 0 : (settings.priority ?? 20);
    new DataView(parameters.buffer).setInt32(0, priority, true);
    return call((c) => c.setScheduler(thread, policyNumbers[policy] | resetOnFork, parameters));
  }

  setCpus(thread: number, cpus: readonly number[]): CallResult {
    const mask = new Uint8Array(cpuMaskBytes);
    for (const cpu of cpus) mask[cpu >> 3] = (mask[cpu >> 3] as number) | (1 << (cpu & 7));
    return call((c) => c.setAffinity(thread, mask.length, mask));
  }

  setNice(thread: number, nice: number): CallResult {
    return setNiceOf(thread, nice);
  }

  lockMemory(): CallResult {
    for (const { address, bytes } of lockableMappings()) {
      const result = call((c) => c.lock(address, bytes));
      if (result !== undefined) return result;
    }
    return undefined;
  }

  policyOf(thread: number): string {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const policy = Number(fields[policyField]);
    const name = policyNames[policy] ?? `policy ${policy}`;
    return policy === policyNumbers.fifo || policy === policyNumbers.rr ? `${name} ${fields[priorityField]}` : name;
  }

  cpusOf(thread: number): string {
    return statusField(`/proc/self/task/${thread}/status`, 'Cpus_allowed_list');
  }

  niceOf(thread: number): string {
    return String(getPriority(thread));
  }

  lockedMemory(): string {
    return statusField('/proc/self/status', 'VmLck');
  }

  #reserve(thread: number, reservation: NonNullable<RealtimeSettings['reservation']>): CallResult {
    const number = setAttributeCall[process.arch];
    if (number === undefined) return `no sched_setattr known for ${process.arch}`;
    const { runtimeMs, periodMs, deadlineMs = periodMs } = reservation;
    const attributes = new Uint8Array(schedAttrBytes);
    const view = new DataView(attributes.buffer);
    view.setUint32(0, schedAttrBytes, true);
    view.setUint32(4, policyNumbers.deadline, true);
    view.setBigUint64(8, resetOnForkFlag, true);
    [runtimeMs, deadlineMs, periodMs].forEach((ms, index) => {
      view.setBigUint64(24 + 8 * index, BigInt(Math.round(ms * nanosecondsPerMs)), true);
    });
    return call((c) => c.systemCall(number, thread, attributes, 0));
  }
}

/**
 * What can be locked: program text, libraries, the C heap and the stack. Never the memory of V8: V8 gives pages back with
 * madvise(MADV_DONTNEED), which the kernel refuses on locked memory, and V8 then ends the process (so `mlockall` is fatal).
 */
function lockableMappings(): { address: bigint; bytes: bigint }[] {
  const mappings: { address: bigint; bytes: bigint }[] = [];
  for (const line of readFileSync('/proc/self/maps', 'latin1').split('\n')) {
    const [range = '', permissions = '', , , , path = ''] = line.split(/\s+/);
    const isFile = path.startsWith('/') && !path.startsWith('/memfd:') && !path.startsWith('/dev/');
    if (!permissions.startsWith('r') || !(isFile || path === '[heap]' || path === '[stack]')) continue;
    const [from = '0', to = '0'] = range.split('-');
    const address = BigInt(`0x${from}`);
    mappings.push({ address, bytes: BigInt(`0x${to}`) - address });
  }
  return mappings;
}

/** Other systems: nice alone. */
class OtherScheduler implements SchedulerBackend {
  currentThread(): number {
    return process.pid;
  }

  allThreads(): readonly number[] {
    return [process.pid];
  }

  setPolicy(): CallResult {
    return 'no linux';
  }

  setCpus(): CallResult {
    return 'no linux';
  }

  setNice(thread: number, nice: number): CallResult {
    return setNiceOf(thread, nice);
  }

  lockMemory(): CallResult {
    return 'no linux';
  }

  policyOf(): string {
    return 'unknown';
  }

  cpusOf(): string {
    return 'unknown';
  }

  niceOf(thread: number): string {
    return String(getPriority(thread));
  }

  lockedMemory(): string {
    return 'unknown';
  }
}

/** The backend of this system. */
export function systemSchedulerBackend(): SchedulerBackend {
  return process.platform === 'linux' ? new LinuxScheduler() : new OtherScheduler();
}

/** On Linux `setpriority` takes the id of a thread. */
function setNiceOf(thread: number, nice: number): CallResult {
  try {
    setPriority(thread, nice);
    return undefined;
  } catch (error) {
    const { info } = error as { info?: { code?: string } };
    return info?.code ?? String(error);
  }
}

function statusField(path: string, name: string): string {
  const line = readFileSync(path, 'latin1')
    .split('\n')
    .find((candidate) => candidate.startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim() ?? 'unknown';
}
