// Limits and policies of a codec, with their defaults. Everything that comes from outside is bounded.

import { SerializationError } from '../errors/serialization-error.ts';
import { describeValue } from '../errors/received.ts';
import type { UnknownKeys } from './node.ts';

/** Bounds on what a codec reads. Writing keeps to `maxDepth` and `maxBytes`. */
export interface Limits {
  /** Nesting of arrays and objects. Default: 64. */
  readonly maxDepth: number;
  /** Size of one encoded value. Default: 16 MiB. */
  readonly maxBytes: number;
  /** Encoded length of one string, key or byte string. Default: 4 MiB. */
  readonly maxStringBytes: number;
  /** Elements of one array, or entries of one object or record. Default: 1,000,000. */
  readonly maxElements: number;
}

/** How a codec treats what it is given. */
export interface CodecOptions {
  readonly limits?: Partial<Limits>;
  /** A key twice in one object: refused, or the last one counts. Default: `'reject'`. */
  readonly duplicateKeys?: 'reject' | 'last';
  /** Whether one NUL byte may follow the value, as C programs send it. Default: false. */
  readonly trailingNul?: boolean;
}

/** Options of {@link defineMessage}. */
export interface MessageOptions extends CodecOptions {
  /**
   * Keys the message does not know: left out, kept on the object (and written again), or refused. Default: `'strip'`.
   * Holds for this message's own objects; a message used inside another keeps its own rule.
   */
  readonly unknownKeys?: UnknownKeys;
  /**
   * Whether code may be generated: `'auto'` does when the process allows it, `'never'` composes closures,
   * which give the same results at a lower speed. Default: `'auto'`.
   */
  readonly codeGeneration?: 'auto' | 'never';
}

/** {@link CodecOptions} with every default filled in. */
export interface CodecPolicy extends Limits {
  readonly duplicateKeys: 'reject' | 'last';
  readonly trailingNul: boolean;
}

/** The limits that hold where none are given. */
export const defaultLimits: Limits = Object.freeze({
  maxDepth: 64,
  maxBytes: 16 * 1024 * 1024,
  maxStringBytes: 4 * 1024 * 1024,
  maxElements: 1_000_000,
});

/** Recursion uses the stack: deeper than this could overflow it. */
const deepest = 500;

const known = new Set(['limits', 'duplicateKeys', 'trailingNul', 'unknownKeys', 'codeGeneration']);

/** Checks options and fills in the defaults. @throws ICHOR_SERIALIZATION_SCHEMA */
export function policyOf(name: string, options: MessageOptions): CodecPolicy {
  for (const key of Object.keys(options)) {
    if (!known.has(key)) throw wrongOption(name, key, `one of ${[...known].join(', ')}`, 'an unknown option');
  }
  oneOf(name, 'duplicateKeys', options.duplicateKeys, ['reject', 'last']);
  oneOf(name, 'unknownKeys', options.unknownKeys, ['strip', 'keep', 'reject']);
  oneOf(name, 'codeGeneration', options.codeGeneration, ['auto', 'never']);
  oneOf(name, 'trailingNul', options.trailingNul, [true, false]);
  const limits = { ...defaultLimits };
  for (const [key, value] of Object.entries(options.limits ?? {})) {
    if (!Object.hasOwn(defaultLimits, key)) {
      throw wrongOption(name, `limits.${key}`, `one of ${Object.keys(defaultLimits).join(', ')}`, 'an unknown limit');
    }
    if (value === undefined) continue;
    const most = key === 'maxDepth' ? deepest : 2 ** 31 - 1;
    if (!Number.isInteger(value) || value < 1 || value > most) {
      throw wrongOption(name, `limits.${key}`, `an integer from 1 to ${most}`, describeValue(value));
    }
    limits[key as keyof Limits] = value;
  }
  return { ...limits, duplicateKeys: options.duplicateKeys ?? 'reject', trailingNul: options.trailingNul ?? false };
}

function oneOf(name: string, option: string, value: unknown, allowed: readonly unknown[]): void {
  if (value !== undefined && !allowed.includes(value)) {
    throw wrongOption(name, option, allowed.map((each) => JSON.stringify(each)).join(' or '), describeValue(value));
  }
}

/** The error for an option that cannot be. */
export function wrongOption(name: string, option: string, expected: string, received: string): SerializationError {
  return new SerializationError(
    'ICHOR_SERIALIZATION_SCHEMA',
    { message: `Option ${option} of ${name}`, path: [], offset: undefined, expected, received },
    'Correct the options where it is defined.',
  );
}
