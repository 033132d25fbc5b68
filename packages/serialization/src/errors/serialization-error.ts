// The one error of this package. It carries the brand of all @ichor errors without importing them: a codec user installs only codecs.

import type { SerializationErrorCode } from './error-codes.ts';

const brand = Symbol.for('@ichor/error');

/** Where in a value something is: keys and indexes from the root. */
export type ValuePath = readonly (string | number)[];

/** What a {@link SerializationError} knows beside its code. */
export interface SerializationErrorFacts {
  /** Name of the message or codec. */
  readonly message: string;
  readonly path: ValuePath;
  /** Index into the bytes that were read; undefined when a value was being written or validated. */
  readonly offset: number | undefined;
  readonly expected: string;
  readonly received: string;
}

/**
 * Thrown for every value that cannot be written and all input that cannot be read. Match on `code`, never on the message.
 * `IchorError.is` of @ichor/coroutines and @ichor/core recognises it.
 *
 * @example
 * ```ts
 * import { defineMessage, SerializationError, t } from '@ichor/serialization';
 *
 * const Ping = defineMessage('Ping', { sequence: t.uint() });
 * try {
 *   Ping.json.deserialize(new TextEncoder().encode('{"sequence":-1}'));
 * } catch (error) {
 *   if (!SerializationError.is(error)) throw error;
 *   console.log(error.code, error.path, error.offset); // ICHOR_SERIALIZATION_RANGE [ 'sequence' ] 12
 * }
 * ```
 */
export class SerializationError extends Error {
  override readonly name: string = 'SerializationError';
  readonly code: SerializationErrorCode;
  /** Keys and indexes from the root of the value to what is wrong. Empty for the root itself. */
  readonly path: ValuePath;
  /** Byte offset of what is wrong, counted from the beginning of the buffer; undefined when writing or validating. */
  readonly offset: number | undefined;
  /** What would have been right. */
  readonly expected: string;
  /** What was there. */
  readonly received: string;
  /** All of the above, as every @ichor error has it. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: SerializationErrorCode, facts: SerializationErrorFacts, hint?: string, cause?: unknown) {
    super(describe(facts, hint), cause === undefined ? undefined : { cause });
    this.code = code;
    this.path = facts.path;
    this.offset = facts.offset;
    this.expected = facts.expected;
    this.received = facts.received;
    this.details = { ...facts };
  }

  /** Whether `value` is a SerializationError of any installed copy, optionally with the given code. */
  static is(value: unknown, code?: SerializationErrorCode): value is SerializationError {
    if (typeof value !== 'object' || value === null) return false;
    const candidate = value as { readonly [brand]?: unknown; readonly code?: unknown };
    if (candidate[brand] !== true || typeof candidate.code !== 'string') return false;
    return code === undefined ? candidate.code.startsWith('ICHOR_SERIALIZATION_') : candidate.code === code;
  }

  static {
    Object.defineProperty(this.prototype, brand, { value: true });
  }
}

/** `items[3].name`, or `.` for the root. */
function pathText(path: ValuePath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(part)) text += `.${part}`;
    else text += `[${JSON.stringify(part.length > 60 ? `${part.slice(0, 60)}…` : part)}]`;
  }
  return text;
}

function describe(facts: SerializationErrorFacts, hint: string | undefined): string {
  const where = facts.offset === undefined ? '' : ` at byte ${facts.offset}`;
  const next = hint === undefined ? '' : ` ${hint}`;
  return `${facts.message}${pathText(facts.path)}: expected ${facts.expected}, received ${facts.received}${where}.${next}`;
}
