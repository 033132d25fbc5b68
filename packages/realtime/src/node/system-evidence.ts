// The EvidenceSource of a real process: garbage collections, microtasks, counters of the operating system, SIGCONT.
// Made by the DeadlineMonitor on the thread it observes; closed with it. Holds no timer and does not keep the process alive.

import type { EvidenceSource, Span, SystemEvidence, ThreadCounters } from '../blame/evidence.ts';
import { GcLog } from './gc-log.ts';
import { openThreadCounters, type ThreadCounterReader } from './thread-counters.ts';

/** Options of a {@link SystemEvidenceSource}. */
export interface SystemEvidenceOptions {
  /** Least time between two readings of the counters, in milliseconds; a reading costs about 1.3 µs. Default: 0.2. */
  readonly sampleMs?: number;
  /** Runs of microtasks shorter than this are not remembered, in milliseconds. Default: 0.05. */
  readonly microtaskMs?: number;
}

const slowSampleMs = 50;
const remembered = 256;

/** Readings of the counters that are remembered; a reading is a row of a ring. */
const readings = 64;
const fields = 6;
const [at, cpu, delay, slices, switches, steal] = [0, 1, 2, 3, 4, 5] as const;

export class SystemEvidenceSource implements EvidenceSource {
  readonly #sampleMs: number;
  readonly #microtaskMs: number;
  readonly #gc = new GcLog();
  readonly #counters: ThreadCounterReader | undefined = openThreadCounters();
  readonly #ring = new Float64Array(readings * fields);
  #newest = -1;
  readonly #slowAt = new Float64Array(1);
  readonly #microtasks: Span[] = [];
  readonly #continued: number[] = [];
  readonly #onContinue = (): void => remember(this.#continued, performance.now());
  #probing = false;
  readonly #probeStart = new Float64Array(1);
  readonly #beginProbe = (): void => {
    this.#probeStart[0] = performance.now();
    process.nextTick(this.#endProbe);
  };
  readonly #endProbe = (): void => {
    this.#probing = false;
    const startMs = this.#probeStart[0] as number;
    const endMs = performance.now();
    if (endMs - startMs >= this.#microtaskMs) remember(this.#microtasks, { startMs, endMs });
  };

  constructor(options: SystemEvidenceOptions = {}) {
    this.#sampleMs = options.sampleMs ?? 0.2;
    this.#microtaskMs = options.microtaskMs ?? 0.05;
    process.on('SIGCONT', this.#onContinue);
    if (this.#counters !== undefined) this.#read(this.#counters, performance.now());
  }

  mark(nowMs: number): void {
    if (this.#counters !== undefined && nowMs - this.#reading(this.#newest, at) >= this.#sampleMs) {
      this.#read(this.#counters, nowMs);
    }
  }

  eventEnded(): void {
    if (this.#probing) return;
    this.#probing = true;
    // After a microtask the queue of microtasks is emptied before the next tick: so the tick sees how long they took.
    queueMicrotask(this.#beginProbe);
  }

  whenSettled(callback: () => void): void {
    // Collections are reported by one immediate, signals by the poll before the next one.
    setImmediate(() => setImmediate(callback));
  }

  capture(startMs: number, nowMs: number): ThreadCounters | undefined {
    const counters = this.#counters;
    if (counters === undefined) return undefined;
    // The kernel brings the processor time of a running thread up to date only now and then; asking for it this way does it now.
    process.cpuUsage();
    let base = this.#newest;
    const oldest = Math.max(0, this.#newest - readings + 2);
    while (base > oldest && this.#reading(base, at) > startMs) base--;
    counters.readSlow();
    counters.readPolicy();
    this.#slowAt[0] = nowMs;
    this.#read(counters, nowMs);
    const since = (field: number): number => this.#reading(this.#newest, field) - this.#reading(base, field);
    return {
      span: { startMs: this.#reading(base, at), endMs: nowMs },
      cpuMs: since(cpu),
      runDelayMs: since(delay),
      realtime: counters.isRealtime,
      timeslices: since(slices),
      involuntarySwitches: since(switches),
      stealMs: since(steal),
    };
  }

  collect(window: Span, captured: ThreadCounters | undefined): SystemEvidence {
    const inside = ({ startMs, endMs }: Span): boolean => endMs > window.startMs && startMs < window.endMs;
    return {
      gcs: this.#gc.within(window.startMs, window.endMs),
      microtasks: this.#microtasks.filter(inside),
      continuedMs: this.#continued.filter((continuedMs) => continuedMs >= window.startMs),
      ...(captured === undefined ? {} : { thread: captured }),
    };
  }

  [Symbol.dispose](): void {
    process.off('SIGCONT', this.#onContinue);
    this.#gc.close();
    this.#counters?.close();
  }

  #read(counters: ThreadCounterReader, nowMs: number): void {
    counters.readFast();
    if (nowMs - (this.#slowAt[0] as number) >= slowSampleMs) {
      this.#slowAt[0] = nowMs;
      counters.readSlow();
    }
    const row = (++this.#newest % readings) * fields;
    const ring = this.#ring;
    ring[row + at] = nowMs;
    ring[row + cpu] = counters.cpuMs;
    ring[row + delay] = counters.runDelayMs;
    ring[row + slices] = counters.timeslices;
    ring[row + switches] = counters.involuntarySwitches;
    ring[row + steal] = counters.stealMs;
  }

  #reading(position: number, field: number): number {
    return this.#ring[(position % readings) * fields + field] as number;
  }
}

function remember<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > remembered) list.shift();
}
