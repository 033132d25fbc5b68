// A message type with a JSON and a binary codec, written out so that these tests need no serialization package.

import type { MessageCodec, MessageType } from '@ichor/core';

export interface Ping {
  readonly sequence: number;
}

export const encoded = { json: 0, binary: 0 };

function bytesInto(bytes: Uint8Array, buffer: Uint8Array, offset: number): number {
  if (offset + bytes.length > buffer.length) return -1;
  buffer.set(bytes, offset);
  return offset + bytes.length;
}

const json: MessageCodec<Ping> = {
  contentType: 'application/json',
  serialize(value) {
    encoded.json++;
    return new TextEncoder().encode(JSON.stringify(value));
  },
  serializeInto: (value, buffer, offset) => bytesInto(json.serialize(value), buffer, offset),
  deserialize(bytes, start, end) {
    const value = JSON.parse(new TextDecoder().decode(bytes.subarray(start, end))) as Ping;
    if (!Number.isSafeInteger(value.sequence)) throw new Error('sequence must be an integer');
    return value;
  },
};

const binary: MessageCodec<Ping> = {
  contentType: 'application/x-four',
  serialize(value) {
    encoded.binary++;
    return new Uint8Array(new Uint32Array([value.sequence]).buffer);
  },
  serializeInto: (value, buffer, offset) => bytesInto(binary.serialize(value), buffer, offset),
  deserialize(bytes, start = 0, end = bytes.length) {
    if (end - start !== 4) throw new Error('four bytes make a Ping');
    return { sequence: new DataView(bytes.buffer, bytes.byteOffset + start).getUint32(0, true) };
  },
};

export const PingMessage: MessageType<Ping> = {
  name: 'Ping',
  codecs: [json, binary],
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as Ping }) },
};
