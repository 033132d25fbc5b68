// Base of what a coroutine holds after waiting for it (a lock, permits): given back once, by hand or by `using`.

/** Something held. Giving it back a second time does nothing. */
export abstract class Guard implements Disposable {
  abstract [Symbol.dispose](): void;
}

/** Gives `value` back if it is a guard: nobody will receive it. */
export function giveBack(value: unknown): void {
  if (value instanceof Guard) value[Symbol.dispose]();
}
