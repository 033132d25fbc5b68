// A message for tests: { sequence: number } as JSON, and as four bytes under another content type.

import { IchorError, type MessageCodec, type MessageType } from '@ichor/core';

export interface Ping {
  readonly sequence: number;
}

function check(value: unknown): Ping {
  const sequence = (value as { sequence?: unknown } | null)?.sequence;
  if (typeof sequence !== 'number') {
    throw new IchorError('ICHOR_SERIALIZATION_MISMATCH', `sequence must be a number: received ${typeof sequence}.`, {
      details: { path: 'sequence', offset: 0 },
    });
  }
  return { sequence };
}

const jsonCodec: MessageCodec<Ping> = {
  contentType: 'application/json',
  serialize: (value) => Buffer.from(JSON.stringify(check(value))),
  serializeInto(value, buffer, offset) {
    const bytes = this.serialize(value);
    if (bytes.length > buffer.length - offset) return -1;
    buffer.set(bytes, offset);
    return offset + bytes.length;
  },
  deserialize(bytes, start = 0, end = bytes.length) {
    let value: unknown;
    try {
      value = JSON.parse(Buffer.from(bytes.subarray(start, end)).toString());
    } catch (error) {
      throw new IchorError('ICHOR_SERIALIZATION_MALFORMED', 'The message is not JSON.', { cause: error });
    }
    return check(value);
  },
};

const binaryCodec: MessageCodec<Ping> = {
  contentType: 'application/x-ping',
  serialize(value) {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value.sequence);
    return bytes;
  },
  serializeInto(value, buffer, offset) {
    buffer.set(this.serialize(value), offset);
    return offset + 4;
  },
  deserialize: (bytes, start = 0) => ({ sequence: Buffer.from(bytes).readInt32BE(start) }),
};

export const PingMessage: MessageType<Ping> = {
  name: 'PingMessage',
  codecs: [jsonCodec, binaryCodec],
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: check(value) }) },
};
