// The state of one writing. Functions that write get it with the value, the memory and a position, and return the position
// behind what they wrote. They ask for room first, for the most that they may need: when it is not there the writing ends by an
// exception, and begins again in more memory.

import { describeValue } from '../errors/received.ts';
import type { SerializationErrorCode } from '../errors/error-codes.ts';
import { SerializationError } from '../errors/serialization-error.ts';
import type { CodecPolicy } from '../schema/limits.ts';
import { noView } from './reader.ts';

/** Writes `v` at `p` of the memory `b`. */
export type Write = (w: Writer, v: unknown, b: Uint8Array, p: number) => number;

export class Writer {
  readonly name: string;
  readonly policy: CodecPolicy;
  readonly maxDepth: number;
  /** Whether a writing is under way: a getter or a schema of the user may call the same codec meanwhile. */
  busy = false;
  /** The memory that is written to, for several bytes at once. */
  view: DataView = noView;
  /** Containers that are open. */
  depth = 0;
  /** Key or index in each open container. Only closures keep it. */
  readonly path: (string | number)[] = [];

  constructor(name: string, policy: CodecPolicy) {
    this.name = name;
    this.policy = policy;
    this.maxDepth = policy.maxDepth;
  }
}

/** Throws for a value that cannot be written. */
export function failWrite(
  w: Writer,
  code: SerializationErrorCode,
  expected: string,
  received: string,
  hint?: string,
): never {
  throw new SerializationError(
    code,
    { message: w.name, path: w.path.slice(0, w.depth), offset: undefined, expected, received },
    hint,
  );
}

/** Throws for a value of another type. */
export function failWriteType(w: Writer, expected: string, value: unknown): never {
  return failWrite(w, 'ICHOR_SERIALIZATION_TYPE', expected, describeValue(value));
}

/** Enters a container. A value that contains itself ends here, too. */
export function enter(w: Writer): void {
  if (w.depth >= w.maxDepth) failDepth(w);
  w.path[w.depth++] = '';
}

function failDepth(w: Writer): never {
  return failWrite(
    w,
    'ICHOR_SERIALIZATION_LIMIT',
    `at most ${w.maxDepth} nested arrays and objects`,
    'one more',
    'Raise limits.maxDepth, or look for a value that contains itself.',
  );
}

/** Thrown when there is no room; never leaves the codec. */
export const overflow: Error = new Error('The memory is too small.');

export function throwOverflow(): never {
  throw overflow;
}

/** Makes sure that so many bytes can be written at `p`. */
export function reserve(b: Uint8Array, p: number, size: number): void {
  if (p + size > b.length) throwOverflow();
}

/** Writes bytes of the program's own: punctuation, keys, literal names. */
export function putBytes(b: Uint8Array, p: number, bytes: Uint8Array): number {
  reserve(b, p, bytes.length);
  for (let i = 0; i < bytes.length; i++) b[p + i] = bytes[i]!;
  return p + bytes.length;
}

/** Writes one byte. */
export function putByte(b: Uint8Array, p: number, byte: number): number {
  reserve(b, p, 1);
  b[p] = byte;
  return p + 1;
}
