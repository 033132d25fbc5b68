// Memory for results of `serialize`. Small ones are written straight into a block of Node's buffer pool and returned as
// views of it; large ones are written to a scratch buffer that is kept, and copied out once.

import { allocate } from '../text/text.ts';

/** Below half of Node's pool size, so that it is taken from the pool, which cannot be transferred away. */
const blockSize = 4000;
/** Results from this size on get memory of their own. */
const largeSize = 1024;
const keptScratch = 4 * 1024 * 1024;

// A value's getter may serialize something else meanwhile: whoever writes has taken the memory away, and puts it back after.
let block: Uint8Array<ArrayBuffer> | undefined;
let blockUsed = 0;
let scratch: Uint8Array<ArrayBuffer> | undefined;

/** Writes a value at `p` and returns the position behind it, which may be beyond the buffer: then not all was written. */
export type WriteAt<T> = (value: T, buffer: Uint8Array, p: number) => number;

/** The bytes that `write` makes of `value`. @param expected Size of the last result, to begin in the right place. */
export function writeOut<T>(write: WriteAt<T>, value: T, expected: number): Uint8Array {
  if (expected >= largeSize) return writeLarge(write, value, expected);
  let memory = block;
  let start = blockUsed;
  if (memory === undefined || start + expected > memory.length) {
    memory = allocate(blockSize);
    start = 0;
  }
  block = undefined;
  let end = write(value, memory, start);
  if (end > memory.length) {
    const size = end - start;
    if (size >= largeSize) {
      block = memory;
      blockUsed = start;
      return writeLarge(write, value, size);
    }
    memory = allocate(blockSize);
    start = 0;
    end = write(value, memory, start);
    if (end > memory.length) return writeLarge(write, value, end);
  }
  block = memory;
  blockUsed = end;
  return new Uint8Array(memory.buffer, memory.byteOffset + start, end - start);
}

function writeLarge<T>(write: WriteAt<T>, value: T, expected: number): Uint8Array {
  let memory = scratch;
  scratch = undefined;
  if (memory === undefined || memory.length < expected)
    memory = new Uint8Array(Math.max(65_536, expected + (expected >> 2)));
  let end = write(value, memory, 0);
  // A value whose getters answer differently each time could grow in between, so this is a loop.
  while (end > memory.length) {
    memory = new Uint8Array(end + (end >> 2));
    end = write(value, memory, 0);
  }
  if (memory.length <= keptScratch) scratch = memory;
  return memory.slice(0, end);
}
