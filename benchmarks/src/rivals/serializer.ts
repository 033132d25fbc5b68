// Round trips of the message {id, val} of the serializer scenario: to bytes, back, compared.

import { decode, encode } from '@msgpack/msgpack';
import fastJson from 'fast-json-stringify';
import { Packr } from 'msgpackr';
import type { Facts, Rival } from '../rival.ts';

interface TestMessage {
  readonly id: number;
  readonly val: string;
}

function roundTrips(
  count: number,
  serialize: (value: TestMessage) => Uint8Array,
  deserialize: (bytes: Uint8Array) => unknown,
): Facts {
  const message: TestMessage = { id: 20, val: 'five hundred' };
  let same = 0;
  for (let i = 0; i < count; i++) {
    const back = deserialize(serialize(message)) as TestMessage;
    if (back.id === message.id && back.val === message.val) same++;
  }
  return { messages: count, same };
}

function fromUtf8(bytes: Uint8Array): string {
  return (bytes as Buffer).toString('utf8');
}

export const jsonParse: Rival = {
  name: 'JSON.parse and JSON.stringify',
  scenario: 'serializer',
  variant: 'json',
  run: (count) =>
    roundTrips(
      count,
      (value) => Buffer.from(JSON.stringify(value)),
      (bytes) => JSON.parse(fromUtf8(bytes)),
    ),
};

export const fastJsonStringify: Rival = {
  name: 'fast-json-stringify and JSON.parse',
  scenario: 'serializer',
  variant: 'json',
  run(count) {
    const stringify = fastJson({ type: 'object', properties: { id: { type: 'integer' }, val: { type: 'string' } } });
    return roundTrips(
      count,
      (value) => Buffer.from(stringify(value)),
      (bytes) => JSON.parse(fromUtf8(bytes)),
    );
  },
};

export const msgpack: Rival = {
  name: '@msgpack/msgpack',
  scenario: 'serializer',
  variant: 'msgpack',
  run: (count) => roundTrips(count, encode, decode),
};

export const msgpackrRecords: Rival = {
  name: 'msgpackr with records',
  scenario: 'serializer',
  variant: 'msgpack',
  run(count) {
    const packr = new Packr({ structures: [] });
    return roundTrips(
      count,
      (value) => packr.pack(value),
      (bytes) => packr.unpack(bytes),
    );
  },
};
