// Calls that end with an AbortSignal: one listener per signal, however many calls share it, and none when no call needs it.

/** A call that a signal ends. */
export interface SignalTarget {
  signalled(reason: unknown): void;
}

interface Watched {
  readonly targets: Set<SignalTarget>;
  readonly listener: () => void;
}

const watched = new WeakMap<AbortSignal, Watched>();

/** Tells `target` when `signal` aborts; at once when it has. */
export function watchSignal(signal: AbortSignal, target: SignalTarget): void {
  if (signal.aborted) {
    target.signalled(signal.reason);
    return;
  }
  let watch = watched.get(signal);
  if (watch === undefined) {
    const targets = new Set<SignalTarget>();
    const listener = (): void => {
      watched.delete(signal);
      for (const one of targets) one.signalled(signal.reason);
    };
    watched.set(signal, (watch = { targets, listener }));
    signal.addEventListener('abort', listener, { once: true });
  }
  watch.targets.add(target);
}

export function unwatchSignal(signal: AbortSignal, target: SignalTarget): void {
  const watch = watched.get(signal);
  if (watch?.targets.delete(target) !== true || watch.targets.size > 0) return;
  watched.delete(signal);
  signal.removeEventListener('abort', watch.listener);
}
