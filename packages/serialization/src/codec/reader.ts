// The state of one reading: where it is, how deep, along which path. Functions that read get it with the bytes and a
// position, return the value, and leave the position behind it in `pos`.

import type { SerializationErrorCode } from '../errors/error-codes.ts';
import { SerializationError } from '../errors/serialization-error.ts';
import type { CodecPolicy } from '../schema/limits.ts';

/** Reads one value that begins at `p`. */
export type Read<T = unknown> = (r: Reader, b: Uint8Array, p: number) => T;

/** Of no input at all: what was read must not be kept alive. */
export const noView = new DataView(new ArrayBuffer(0));

export class Reader {
  readonly name: string;
  readonly policy: CodecPolicy;
  readonly maxDepth: number;
  readonly maxElements: number;
  readonly maxStringBytes: number;
  /** Behind the last byte that may be read. */
  end = 0;
  /** Behind the value read last. */
  pos = 0;
  /** Of all bytes, while a long input is read. */
  view: DataView = noView;
  /** Whether a reading is under way: a getter or a schema of the user may call the same codec meanwhile. */
  busy = false;
  /** Containers that are open. */
  depth = 0;
  /** Key or index in each open container. Only closures keep it; generated readers are run again to learn it. */
  readonly path: (string | number)[] = [];

  constructor(name: string, policy: CodecPolicy) {
    this.name = name;
    this.policy = policy;
    this.maxDepth = policy.maxDepth;
    this.maxElements = policy.maxElements;
    this.maxStringBytes = policy.maxStringBytes;
  }
}

/** Throws; the path is that of the open containers. */
export function fail(
  r: Reader,
  code: SerializationErrorCode,
  offset: number,
  expected: string,
  received: string,
  hint?: string,
): never {
  throw new SerializationError(
    code,
    { message: r.name, path: r.path.slice(0, r.depth), offset, expected, received },
    hint,
  );
}

/** Throws when one more container is too many. */
export function failDepth(r: Reader, p: number): never {
  return fail(
    r,
    'ICHOR_SERIALIZATION_LIMIT',
    p,
    `at most ${r.maxDepth} nested arrays and objects`,
    'one more',
    'Raise limits.maxDepth if such input is legitimate.',
  );
}

export function failElements(r: Reader, p: number, most: number, what: string): never {
  r.depth--;
  return fail(
    r,
    'ICHOR_SERIALIZATION_LIMIT',
    p,
    `at most ${most} ${what}`,
    'more',
    'Raise the limit if such input is legitimate.',
  );
}
