// Notices when a deadline queue cannot keep up: too many of the rows it served last were already late when their turn came.
// Called by EdfQueue for each row that has a deadline.

import { checkOption } from '../errors/catalogue.ts';

/** When a deadline queue counts as overloaded. */
export interface OverloadOptions {
  /** Rows with a deadline that are looked back at. 1 to 32. Default: 16. */
  readonly window?: number;
  /** So many late rows among them begin an overload. From 1 to `window`. Default: half of `window`. */
  readonly lateToBegin?: number;
  /** Called when an overload begins and when it ends. Must not throw. */
  readonly onChange?: (overload: OverloadState) => void;
}

/** The state of a deadline queue with respect to overload. */
export interface OverloadState {
  /** Began and has not ended: it ends when none of the last `window` rows was late. */
  readonly overloaded: boolean;
  /** Late rows among the last `window` ones. */
  readonly recentlyLate: number;
  /** Rows that were late when their turn came, since the queue was made. */
  readonly late: number;
  /** How late the latest of them was, in milliseconds. */
  readonly maxLatenessMs: number;
}

export class OverloadDetector implements OverloadState {
  overloaded = false;
  recentlyLate = 0;
  late = 0;
  readonly #windowMask: number;
  readonly #lateToBegin: number;
  readonly #onChange: ((overload: OverloadState) => void) | undefined;
  readonly #maxLateness = new Float64Array(1);
  /** One bit per row of the window, the newest lowest. */
  #history = 0;

  constructor(options: OverloadOptions = {}) {
    const window = options.window ?? 16;
    checkOption(Number.isInteger(window) && window >= 1 && window <= 32, 'window', window, 'an integer from 1 to 32');
    const begin = options.lateToBegin ?? Math.ceil(window / 2);
    const valid = Number.isInteger(begin) && begin >= 1 && begin <= window;
    checkOption(valid, 'lateToBegin', begin, `an integer from 1 to the window of ${window}`);
    this.#windowMask = window === 32 ? -1 : (1 << window) - 1;
    this.#lateToBegin = begin;
    this.#onChange = options.onChange;
  }

  get maxLatenessMs(): number {
    return this.#maxLateness[0] as number;
  }

  /** @param latenessMs Time since the deadline when the row's turn came; negative when it is in time. */
  served(latenessMs: number): void {
    const isLate = latenessMs > 0;
    this.#history = ((this.#history << 1) | (isLate ? 1 : 0)) & this.#windowMask;
    if (isLate) {
      this.late++;
      if (latenessMs > this.maxLatenessMs) this.#maxLateness[0] = latenessMs;
    }
    this.recentlyLate = bitCount(this.#history);
    const overloaded = this.overloaded ? this.recentlyLate > 0 : this.recentlyLate >= this.#lateToBegin;
    if (overloaded !== this.overloaded) {
      this.overloaded = overloaded;
      this.#onChange?.(this);
    }
  }
}

function bitCount(bits: number): number {
  let rest = bits;
  let count = 0;
  while (rest !== 0) {
    rest &= rest - 1;
    count++;
  }
  return count;
}
