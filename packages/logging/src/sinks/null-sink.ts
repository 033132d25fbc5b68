// The sink that discards everything: for programs and benchmarks that want loggers and no output.

import type { LogSink } from '../contract/log-sink.ts';

/** Discards every record. */
export class NullSink implements LogSink {
  readonly name = 'null';

  write(): void {
    // Nothing is written on purpose.
  }
}
