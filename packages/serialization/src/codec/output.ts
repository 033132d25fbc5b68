// Memory for results of `serialize`. Small ones are written straight into a block of Node's buffer pool and returned as
// views of it; larger ones are written to a scratch buffer that is kept, and copied out once; the largest to memory of their
// own, for which the size of the last one is the measure.

import { allocate } from '../text/text.ts';
import { overflow, type Write, type Writer } from './writer.ts';

/** Below half of Node's pool size, so that it is taken from the pool, which cannot be transferred away. */
const blockSize = 4000;
/** What writers usually ask for beyond what they write: room for the escapes of one short string. */
const slack = 300;
/** Results from this size on get memory of their own. */
const largeSize = 1024;
/** From this size on, copying out costs more than memory that is a little too large. */
const directSize = 32_768;
const leastScratch = 65_536;
const keptScratch = 4 * 1024 * 1024;

/** Memory that is written to: an array, and a view of the same bytes. */
export interface Memory {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** What writes values. An object rather than a function, so that V8 inlines the only class there is. */
export interface Output<T> {
  /** No value may be larger. */
  readonly maxBytes: number;
  /** Writes a value at `p`. Returns the position behind it, or −1 when there is not enough room for certain. */
  writeAt(value: T, bytes: Uint8Array, view: DataView, p: number): number;
  /** Throws for a value that is larger than allowed. */
  failSize(): never;
}

/** The block that small results share. Its parts are kept beside each other because asking `bytes` for them costs a call each. */
interface Block {
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView;
  buffer: ArrayBuffer;
  byteOffset: number;
  /** Where the next result begins. Beyond the end while somebody writes: a getter of its value may serialize meanwhile. */
  used: number;
}

const taken = 2 ** 30;
const nothing = new Uint8Array(0);
const block: Block = {
  bytes: nothing,
  view: new DataView(nothing.buffer),
  buffer: nothing.buffer,
  byteOffset: 0,
  used: taken,
};
let scratch: Memory | undefined;

/**
 * The bytes that `output` makes of `value`.
 *
 * @param expected Size of the last result: when it is right, the value is written once.
 */
export function writeOut<T>(output: Output<T>, value: T, expected: number): Uint8Array {
  if (expected >= largeSize) return writeLarge(output, value, expected);
  if (block.used + expected + slack > blockSize) renewBlock();
  const { bytes, view, buffer, byteOffset, used: start } = block;
  block.used = taken;
  const end = output.writeAt(value, bytes, view, start);
  if (end < 0) return start > 0 ? writeToNewBlock(output, value) : writeLarge(output, value, blockSize);
  // Else somebody has renewed the block meanwhile.
  if (block.bytes === bytes) block.used = end;
  return new Uint8Array(buffer, byteOffset + start, end - start);
}

function writeToNewBlock<T>(output: Output<T>, value: T): Uint8Array {
  renewBlock();
  return writeOut(output, value, 0);
}

function renewBlock(): void {
  const bytes = allocate(blockSize);
  block.bytes = bytes;
  block.view = new DataView(bytes.buffer, bytes.byteOffset, blockSize);
  block.buffer = bytes.buffer;
  block.byteOffset = bytes.byteOffset;
  block.used = 0;
}

function writeLarge<T>(output: Output<T>, value: T, expected: number): Uint8Array {
  return (
    (expected >= directSize ? writeDirectly(output, value, expected) : undefined) ??
    useScratch(output, value, expected, (bytes, end) => bytes.slice(0, end))
  );
}

/** Writes to memory that becomes the result; undefined when it is too small. */
function writeDirectly<T>(output: Output<T>, value: T, expected: number): Uint8Array | undefined {
  const size = expected + (expected >> 3);
  const bytes = allocate(size);
  const { buffer, byteOffset } = bytes;
  const end = output.writeAt(value, bytes, new DataView(buffer, byteOffset, size), 0);
  if (end < 0) return undefined;
  // Much less than the last one: then the rest would be a waste.
  return end < size - (size >> 2) ? bytes.slice(0, end) : new Uint8Array(buffer, byteOffset, end);
}

/** Writes a value to memory that is only valid during the call of `use`. */
export function useScratch<T, R>(
  output: Output<T>,
  value: T,
  expected: number,
  use: (bytes: Uint8Array, end: number) => R,
): R {
  let memory = scratch;
  scratch = undefined;
  if (memory === undefined || memory.bytes.length < expected) memory = memoryOf(expected + (expected >> 2));
  let end = output.writeAt(value, memory.bytes, memory.view, 0);
  while (end < 0) {
    const { length } = memory.bytes;
    // Writers ask for more than they need, but not for so much more.
    const most = output.maxBytes * 2 + leastScratch;
    if (length >= most) output.failSize();
    memory = memoryOf(Math.min(length * 2, most));
    end = output.writeAt(value, memory.bytes, memory.view, 0);
  }
  if (memory.bytes.length <= keptScratch) scratch = memory;
  return use(memory.bytes, end);
}

function memoryOf(size: number): Memory {
  const bytes = new Uint8Array(Math.max(leastScratch, size));
  return { bytes, view: new DataView(bytes.buffer) };
}

/** The bytes that `write` makes of a value, without a codec around it. For what happens once, and to learn of an error. */
export function writeAlone(w: Writer, write: Write, value: unknown): Uint8Array {
  for (let size = 64; ; size *= 2) {
    const bytes = new Uint8Array(size);
    w.view = new DataView(bytes.buffer);
    w.depth = 0;
    try {
      return bytes.subarray(0, write(w, value, bytes, 0));
    } catch (error) {
      if (error !== overflow) throw error;
    }
  }
}

/** The memory of an array of somebody else. */
interface ForeignMemory extends Memory {
  /** Whether it may be kept from being freed until the next array is written to. */
  readonly small: boolean;
}

/** The arrays of others that were written to, as long as these are around. */
const known = new WeakMap<Uint8Array, ForeignMemory>();
const noMemory: ForeignMemory = { bytes: nothing, view: block.view, small: false };
/** The one that was written to last, which need not be looked up. */
let last: Uint8Array = nothing;
let lastMemory = noMemory;
const keptBytes = 65_536;

/** The memory of somebody else's array. Finding out costs more than writing a small message, so it is remembered. */
export function memoryAt(array: Uint8Array): Memory {
  return array === last && array.length === lastMemory.bytes.length ? lastMemory : findMemory(array);
}

function findMemory(array: Uint8Array): Memory {
  let memory = known.get(array);
  // The length of an array on a resizable buffer changes.
  if (memory === undefined || memory.bytes.length !== array.length) memory = learnMemory(array);
  if (memory.small) {
    last = array;
    lastMemory = memory;
  }
  return memory;
}

function learnMemory(array: Uint8Array): ForeignMemory {
  const { length, buffer, byteOffset } = array;
  // A detached one, too, of which there can be no view.
  if (length === 0) return noMemory;
  const memory = {
    // Not the array itself, which may be a Buffer: code that only ever sees plain ones is faster.
    bytes: new Uint8Array(buffer, byteOffset, length),
    view: new DataView(buffer, byteOffset, length),
    small: buffer.byteLength <= keptBytes,
  };
  known.set(array, memory);
  return memory;
}
