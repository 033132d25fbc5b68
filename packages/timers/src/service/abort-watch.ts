// One listener per AbortSignal, however many timers and sleeps it ends: Node.js warns of more than ten, and adding one is O(n) there.

/** Something that a signal ends. */
export interface Abortable {
  /** The signal has aborted. Must not throw. */
  aborted(): void;
}

const watched = new WeakMap<AbortSignal, Set<Abortable>>();

/** Tells `member` once when `signal`, which has not aborted yet, aborts. O(1). */
export function watchAbort(signal: AbortSignal, member: Abortable): void {
  let members = watched.get(signal);
  if (members === undefined) watched.set(signal, (members = new Set()));
  if (members.size === 0) signal.addEventListener('abort', onAbort, { once: true });
  members.add(member);
}

/** Takes `member` back. Does nothing when it is not watching. O(1). */
export function unwatchAbort(signal: AbortSignal, member: Abortable): void {
  const members = watched.get(signal);
  if (members?.delete(member) === true && members.size === 0) signal.removeEventListener('abort', onAbort);
}

function onAbort(event: Event): void {
  const signal = event.target as AbortSignal;
  const members = watched.get(signal);
  watched.delete(signal);
  if (members !== undefined) for (const member of members) member.aborted();
}
