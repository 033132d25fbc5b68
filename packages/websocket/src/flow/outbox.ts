// Messages of one connection that its socket has no room for yet, within a bound; what happens beyond it is the policy.
// Pure; used by Connection. Invariant: `bytes` is the sum of what waits; what waits leaves in the order of the offers.

/**
 * What happens to a message for which there is no room: it is not taken (`wait`: the sender waits for `drained()`), older ones
 * make room (`drop-oldest`), it is dropped (`drop-newest`), or the connection is closed with 1013 (`close`).
 */
export type FullPolicy = 'wait' | 'drop-oldest' | 'drop-newest' | 'close';

/** A message that waits. Text may be given as the bytes of its UTF-8. */
export interface Outgoing {
  readonly data: string | Uint8Array;
  readonly isBinary: boolean;
  /** Its frame, with header. */
  readonly bytes: number;
}

/** Room that the frame of a message of so many bytes takes (RFC 6455 section 5.2); masked frames carry four bytes more. */
export function frameBytes(payloadBytes: number, isMasked: boolean): number {
  const head = payloadBytes < 126 ? 2 : payloadBytes < 65_536 ? 4 : 10;
  return payloadBytes + head + (isMasked ? 4 : 0);
}

export class Outbox {
  readonly #maxBytes: number;
  readonly #policy: FullPolicy;
  #waiting: (Outgoing | undefined)[] = [];
  #first = 0;
  #bytes = 0;
  #dropped = 0;

  constructor(maxBytes: number, policy: FullPolicy) {
    this.#maxBytes = maxBytes;
    this.#policy = policy;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Messages that wait. */
  get length(): number {
    return this.#waiting.length - this.#first;
  }

  /** Messages dropped by policy so far, whether they had waited or not. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes a message, or says why not: `full` by policy, `close` when the policy wants the connection closed. O(1) amortised. */
  offer(message: Outgoing): 'queued' | 'full' | 'close' {
    if (this.#bytes + message.bytes > this.#maxBytes && !this.#makeRoom(message)) {
      if (this.#policy === 'close') return 'close';
      if (this.#policy !== 'wait') this.#dropped++;
      return 'full';
    }
    this.#waiting.push(message);
    this.#bytes += message.bytes;
    return 'queued';
  }

  /** Removes the oldest message. */
  take(): Outgoing | undefined {
    if (this.#first === this.#waiting.length) return undefined;
    const message = this.#waiting[this.#first] as Outgoing;
    this.#waiting[this.#first++] = undefined;
    this.#bytes -= message.bytes;
    if (this.#first === this.#waiting.length) {
      this.#waiting.length = 0;
      this.#first = 0;
    } else if (this.#first > 1024 && this.#first * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    return message;
  }

  /** Drops all that waits; returns how many there were. */
  clear(): number {
    const { length } = this;
    this.#waiting = [];
    this.#first = 0;
    this.#bytes = 0;
    return length;
  }

  #makeRoom(message: Outgoing): boolean {
    if (this.#policy !== 'drop-oldest' || message.bytes > this.#maxBytes) return false;
    while (this.#bytes + message.bytes > this.#maxBytes) {
      this.take();
      this.#dropped++;
    }
    return true;
  }
}
