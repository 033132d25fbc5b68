// Checks of what codecs are called with, before they look at a single byte.

import { describeValue } from '../errors/received.ts';
import { SerializationError } from '../errors/serialization-error.ts';

/** Checks a range of bytes to read. @throws ICHOR_SERIALIZATION_ARGUMENT, ICHOR_SERIALIZATION_LIMIT */
export function checkRange(message: string, bytes: Uint8Array, start: number, end: number, maxBytes: number): void {
  if (!(bytes instanceof Uint8Array)) throw wrong(message, 'a Uint8Array to read', describeValue(bytes));
  if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || start > end || end > bytes.length) {
    throw wrong(message, `a range within ${bytes.length} bytes`, `${start} to ${end}`);
  }
  if (end - start > maxBytes) throw tooLarge(message, `${end - start} bytes`, maxBytes, start);
}

/** Checks a place to write to. @throws ICHOR_SERIALIZATION_ARGUMENT */
export function checkTarget(message: string, buffer: Uint8Array, offset: number): void {
  if (!(buffer instanceof Uint8Array)) throw wrong(message, 'a Uint8Array to write to', describeValue(buffer));
  if (!Number.isInteger(offset) || offset < 0 || offset > buffer.length) {
    throw wrong(message, `an offset from 0 to ${buffer.length}`, describeValue(offset));
  }
}

/** The error for an encoded value above `maxBytes`. */
export function tooLarge(message: string, received: string, maxBytes: number, offset?: number): SerializationError {
  return new SerializationError(
    'ICHOR_SERIALIZATION_LIMIT',
    { message, path: [], offset, expected: `at most ${maxBytes} bytes`, received },
    'Raise limits.maxBytes if such messages are legitimate.',
  );
}

function wrong(message: string, expected: string, received: string): SerializationError {
  return new SerializationError(
    'ICHOR_SERIALIZATION_ARGUMENT',
    { message, path: [], offset: undefined, expected, received },
    'Correct the call.',
  );
}
