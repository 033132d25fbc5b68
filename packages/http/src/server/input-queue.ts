// Bytes that arrived but cannot be used yet: pipelined requests behind the one in flight, or a body its reader is slow to take.

const firstBytes = 1024;

export class InputQueue {
  bytes: Buffer = Buffer.allocUnsafe(firstBytes);
  start = 0;
  end = 0;

  get length(): number {
    return this.end - this.start;
  }

  get isEmpty(): boolean {
    return this.start === this.end;
  }

  /** Copies `bytes[start..end)` behind what is there. */
  append(bytes: Uint8Array, start: number, end: number): void {
    const added = end - start;
    if (this.end + added > this.bytes.length) {
      const needed = this.length + added;
      const target =
        needed > this.bytes.length ? Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2)) : this.bytes;
      this.bytes.copy(target, 0, this.start, this.end);
      this.end -= this.start;
      this.start = 0;
      this.bytes = target;
    }
    this.bytes.set(bytes.subarray(start, end), this.end);
    this.end += added;
  }

  /** Everything before `offset` has been used. */
  consumed(offset: number): void {
    this.start = offset;
  }
}
