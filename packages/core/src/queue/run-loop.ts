// Drains the queue in slices: fair to the platform's own loop, never re-entered, silent when idle.
// The manager gives it `processNext`; pushes call `schedule`, I/O sources call `wake`.

import type { Clock } from '@ichor/coroutines';
import type { LoopHost } from './loop-host.ts';

/** What one step did. */
export type StepResult = 'empty' | 'done' | 'checkpoint';

/** Two wakes closer than this mean that input comes in bursts: collect it, so that it is ordered by priority. */
const burstWindowMs = 0.1;
/** The clock is read every so many events at most. */
const longestStride = 256;

/** What is drained. */
export interface Steps {
  /** Processes one event. Must not throw. */
  processNext(): StepResult;
}

export interface RunLoopOptions {
  readonly clock: Clock;
  readonly host: LoopHost;
  /** Longest time a drain holds the thread before it gives way, in milliseconds. */
  readonly sliceMs: number;
  /** Let microtasks run after every event, not only after those that touched a promise. */
  readonly checkpointAlways: boolean;
  readonly steps: Steps;
  /** Called around every stretch of synchronous processing. */
  readonly entered: () => void;
  readonly left: () => void;
}

export class RunLoop {
  readonly #options: RunLoopOptions;
  #isOpen = false;
  #isDraining = false;
  /** A drain waits for its microtask checkpoint. */
  #inCheckpoint = false;
  #isScheduled = false;
  #isCollecting = false;
  #lastWake = Number.NEGATIVE_INFINITY;
  #sliceEnd = 0;
  #stride = 1;
  #untilCheck = 1;
  #lastCheck = 0;
  #batch = 0;
  readonly #drainDeferred: () => void;
  readonly #drainOn: () => void;

  constructor(options: RunLoopOptions) {
    this.#options = options;
    this.#drainDeferred = () => {
      this.#isScheduled = false;
      this.#startDrain();
    };
    this.#drainOn = () => {
      this.#inCheckpoint = false;
      this.#drain();
    };
  }

  /** An event is being processed right now, or its promises are being waited for. */
  get isBusy(): boolean {
    return this.#isDraining || this.#inCheckpoint;
  }

  /** Begins to process; what was queued before is drained in the next turn. */
  open(): void {
    this.#isOpen = true;
    this.schedule();
  }

  /** Ends processing after the current event. */
  close(): void {
    this.#isOpen = false;
  }

  /** Makes sure that a drain comes: to be called after every push from outside the loop. */
  schedule(): void {
    if (this.#isScheduled || this.#isDraining || this.#inCheckpoint || !this.#isOpen) return;
    this.#isScheduled = true;
    this.#options.host.defer(this.#drainDeferred);
  }

  /** Drains now, unless a drain runs or input comes in bursts. */
  wake(): void {
    if (this.#isDraining || this.#inCheckpoint || !this.#isOpen) return;
    if (!this.#isCollecting) {
      const now = this.#options.clock.now();
      this.#isCollecting = now - this.#lastWake < burstWindowMs;
      this.#lastWake = now;
      if (!this.#isCollecting) {
        this.#startDrain();
        return;
      }
    }
    this.schedule();
  }

  /** Processes one event, for stepped managers. False when there was none. */
  step(): boolean {
    if (this.#isDraining || !this.#isOpen) return false;
    this.#isDraining = true;
    this.#options.entered();
    try {
      return this.#options.steps.processNext() !== 'empty';
    } finally {
      this.#options.left();
      this.#isDraining = false;
    }
  }

  #startDrain(): void {
    if (this.#isDraining || this.#inCheckpoint || !this.#isOpen) return;
    this.#lastCheck = this.#options.clock.now();
    this.#sliceEnd = this.#lastCheck + this.#options.sliceMs;
    this.#untilCheck = this.#stride;
    this.#batch = 0;
    this.#drain();
  }

  #drain(): void {
    const { steps, checkpointAlways, host } = this.#options;
    this.#isDraining = true;
    this.#options.entered();
    let untilCheck = this.#untilCheck;
    let processed = 0;
    while (this.#isOpen) {
      const result = steps.processNext();
      if (result === 'empty') {
        if (this.#batch + processed <= 1) this.#isCollecting = false;
        break;
      }
      processed++;
      if (--untilCheck === 0) {
        if (this.#isSliceOver()) {
          this.#isScheduled = true;
          host.defer(this.#drainDeferred);
          break;
        }
        untilCheck = this.#stride;
      }
      if (result === 'checkpoint' || checkpointAlways) {
        this.#inCheckpoint = true;
        host.checkpoint(this.#drainOn);
        break;
      }
    }
    this.#untilCheck = untilCheck;
    this.#batch += processed;
    this.#options.left();
    this.#isDraining = false;
  }

  /** Short events are checked rarely, long ones each time: a stride should take no more than an eighth of the slice. */
  #isSliceOver(): boolean {
    const { clock, sliceMs } = this.#options;
    const now = clock.now();
    const isOver = now >= this.#sliceEnd;
    if (!isOver && (now - this.#lastCheck) * 8 < sliceMs) this.#stride = Math.min(longestStride, this.#stride * 2);
    else this.#stride = Math.max(1, this.#stride >> 1);
    this.#lastCheck = now;
    return isOver;
  }
}
