// Memory for results of `serialize`. Small ones are written straight into a block of Node's buffer pool and returned as
// views of it; large ones are written to a scratch buffer that is kept, and copied out once.

import { allocate } from '../text/text.ts';

/** Below half of Node's pool size, so that it is taken from the pool, which cannot be transferred away. */
const blockSize = 4000;
/** Results from this size on get memory of their own. */
const largeSize = 1024;
const keptScratch = 4 * 1024 * 1024;

/** What writes values. An object rather than a function, so that V8 inlines the only class there is. */
export interface Output<T> {
  /** Writes a value at `p` and returns the position behind it, which may be beyond the buffer: then not all was written. */
  writeAt(value: T, buffer: Uint8Array, p: number): number;
}

/** The block that small results share. Its parts are kept beside each other because asking `bytes` for them costs a call each. */
interface Block {
  bytes: Uint8Array<ArrayBuffer>;
  buffer: ArrayBuffer;
  byteOffset: number;
  /** Where the next result begins. Beyond the end while somebody writes: a getter of its value may serialize meanwhile. */
  used: number;
}

const taken = 2 ** 30;
const nothing = new Uint8Array(0);
const block: Block = { bytes: nothing, buffer: nothing.buffer, byteOffset: 0, used: taken };
let scratch: Uint8Array<ArrayBuffer> | undefined;

/**
 * The bytes that `output` makes of `value`.
 *
 * @param expected Size of the last result: when it is right, the value is written once.
 */
export function writeOut<T>(output: Output<T>, value: T, expected: number): Uint8Array {
  if (expected >= largeSize) return writeLarge(output, value, expected);
  if (block.used + expected > blockSize) renewBlock();
  const { bytes, buffer, byteOffset, used: start } = block;
  block.used = taken;
  const end = output.writeAt(value, bytes, start);
  if (end <= blockSize) {
    // Else somebody has renewed the block meanwhile.
    if (block.bytes === bytes) block.used = end;
    return new Uint8Array(buffer, byteOffset + start, end - start);
  }
  if (block.bytes === bytes) block.used = start;
  // With room for all that is not large, this happens once.
  return writeOut(output, value, end - start);
}

function renewBlock(): void {
  const bytes = allocate(blockSize);
  block.bytes = bytes;
  block.buffer = bytes.buffer;
  block.byteOffset = bytes.byteOffset;
  block.used = 0;
}

function writeLarge<T>(output: Output<T>, value: T, expected: number): Uint8Array {
  let memory = scratch;
  scratch = undefined;
  if (memory === undefined || memory.length < expected)
    memory = new Uint8Array(Math.max(65_536, expected + (expected >> 2)));
  let end = output.writeAt(value, memory, 0);
  // A value whose getters answer differently each time could grow in between, so this is a loop.
  while (end > memory.length) {
    memory = new Uint8Array(end + (end >> 2));
    end = output.writeAt(value, memory, 0);
  }
  if (memory.length <= keptScratch) scratch = memory;
  return memory.slice(0, end);
}
