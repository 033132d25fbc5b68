// Remembers the last garbage collections of this thread, as reported by node:perf_hooks. Called by SystemEvidenceSource.

import { constants, PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks';
import type { GcSpan } from '../blame/evidence.ts';

const remembered = 256;

interface GcEntry extends PerformanceEntry {
  readonly detail?: { readonly kind?: number; readonly flags?: number };
}

export class GcLog {
  readonly #spans: GcSpan[] = [];
  readonly #observer: PerformanceObserver;

  constructor() {
    this.#observer = new PerformanceObserver((list) => this.#add(list.getEntries()));
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  /** Collections that overlap the window, of those reported so far: they arrive one turn of the event loop late. */
  within(startMs: number, endMs: number): GcSpan[] {
    this.#add(this.#observer.takeRecords());
    return this.#spans.filter((gc) => gc.endMs > startMs && gc.startMs < endMs);
  }

  close(): void {
    this.#observer.disconnect();
  }

  #add(entries: readonly PerformanceEntry[]): void {
    for (const entry of entries) {
      const { kind = 0, flags = 0 } = (entry as GcEntry).detail ?? {};
      const forced = (flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) !== 0;
      this.#spans.push({
        kind: gcKind(kind),
        forced,
        startMs: entry.startTime,
        endMs: entry.startTime + entry.duration,
      });
    }
    if (this.#spans.length > remembered) this.#spans.splice(0, this.#spans.length - remembered);
  }
}

function gcKind(kind: number): GcSpan['kind'] {
  switch (kind) {
    case constants.NODE_PERFORMANCE_GC_MAJOR:
      return 'major';
    case constants.NODE_PERFORMANCE_GC_INCREMENTAL:
      return 'incremental';
    case constants.NODE_PERFORMANCE_GC_WEAKCB:
      return 'weak-callbacks';
    default:
      return 'minor';
  }
}
