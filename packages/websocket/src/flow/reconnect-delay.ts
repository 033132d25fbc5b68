// How long a client waits before it connects again: growing delays with jitter, within limits. Pure.

/** When and how often a lost connection is made again. */
export interface ReconnectPolicy {
  /**
   * Attempts in a row before giving up: a whole number from 1, or Infinity. One that is lost again sooner than it was waited for
   * counts as failed, so that delays grow also where a server lets clients in only to drop them. Default: Infinity.
   */
  readonly attempts?: number;
  /** Delay before the first attempt in milliseconds, from 0. Default: 500. */
  readonly delayMs?: number;
  /** The delay grows by this factor each time, from 1 to 10. Default: 2. */
  readonly factor?: number;
  /** Longest delay in milliseconds, not below `delayMs`. Default: 30000. */
  readonly maxDelayMs?: number;
  /**
   * Part of the delay that is random, from 0 to 1: with 0.5, a delay of 8 seconds lies between 4 and 8, so that the clients of a
   * server that restarts do not come back all at once. Default: 0.5.
   */
  readonly jitter?: number;
}

export type ResolvedReconnect = Required<ReconnectPolicy>;

/**
 * The delay before attempt number `attempt` (from 1) in milliseconds; undefined when there are no more attempts.
 *
 * @param random From 0 (inclusive) to 1 (exclusive).
 */
export function reconnectDelay(policy: ResolvedReconnect, attempt: number, random: number): number | undefined {
  if (attempt > policy.attempts) return undefined;
  const grown = policy.delayMs * policy.factor ** (attempt - 1);
  // Infinity * 0 is NaN: a first delay of 0 stays 0 however often it grew.
  const delay = policy.delayMs === 0 ? 0 : Math.min(grown, policy.maxDelayMs);
  return delay * (1 - policy.jitter * random);
}
