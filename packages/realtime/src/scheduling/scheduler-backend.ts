// The calls to the operating system that realtime settings need, as a port: node/ has Linux, tests have a fake.

import type { RealtimeSettings, SchedulingPolicy } from './settings.ts';

/** Undefined: done. A string: the name of the error, such as `EPERM`, or what is missing. */
export type CallResult = string | undefined;

export interface SchedulerBackend {
  /** Id of the calling thread. */
  currentThread(): number;
  /** Ids of all threads of the process. */
  allThreads(): readonly number[];
  setPolicy(thread: number, policy: SchedulingPolicy, settings: RealtimeSettings): CallResult;
  setCpus(thread: number, cpus: readonly number[]): CallResult;
  setNice(thread: number, nice: number): CallResult;
  lockMemory(): CallResult;
  /** What the system says now. */
  policyOf(thread: number): string;
  cpusOf(thread: number): string;
  niceOf(thread: number): string;
  lockedMemory(): string;
}
