// The run loop's platform on Node.js.

import { constants } from 'node:os';
import { invalidOption } from '../errors/checks.ts';
import type { LoopHost } from '../queue/loop-host.ts';

/** A handle that keeps the process running: a timer so long that it never fires. */
const practicallyNeverMs = 2 ** 31 - 1;

export const nodeLoopHost: LoopHost = {
  defer(callback) {
    setImmediate(callback);
  },
  checkpoint(callback) {
    // A tick queued from a microtask runs after all other pending microtasks; a bare nextTick would run before them.
    queueMicrotask(() => {
      process.nextTick(callback);
    });
  },
  keepAlive() {
    const timer = setInterval(() => undefined, practicallyNeverMs);
    return {
      [Symbol.dispose]() {
        clearInterval(timer);
      },
    };
  },
  onSignal(signal, callback) {
    if (!(signal in constants.signals) || signal === 'SIGKILL' || signal === 'SIGSTOP')
      throw invalidOption('signals', signal, 'names of signals that a process can receive, such as SIGINT and SIGTERM');
    process.on(signal, callback);
    return {
      [Symbol.dispose]() {
        process.off(signal, callback);
      },
    };
  },
  exit(code) {
    process.exit(code);
  },
  emergencyLog(message) {
    process.stderr.write(`${message}\n`);
  },
};
