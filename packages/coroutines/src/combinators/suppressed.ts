// Attaching further failures to the one that is thrown. Node 20 has no SuppressedError.

/**
 * Puts `others` into the `suppressed` array of `error`, behind what is there.
 *
 * @returns false when that is not possible: the thrown value is no extensible object.
 */
export function suppress(error: unknown, others: readonly unknown[]): boolean {
  if (others.length === 0) return true;
  if (typeof error !== 'object' || error === null || !Object.isExtensible(error)) return false;
  const present = (error as { suppressed?: unknown }).suppressed;
  Object.defineProperty(error, 'suppressed', {
    value: [...(Array.isArray(present) ? (present as unknown[]) : []), ...others],
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return true;
}

/** The failures that came after `error` in the scope that threw it. */
export function suppressedBy(error: unknown): readonly unknown[] {
  const present =
    typeof error === 'object' && error !== null ? (error as { suppressed?: unknown }).suppressed : undefined;
  return Array.isArray(present) ? (present as unknown[]) : [];
}
