// What the rivals of `serializer` share: the message of RB-50 to bytes and back, compared, over and over.

import type { RivalOutcome } from '../../rival.ts';

export interface TestMessage {
  readonly id: number;
  readonly val: string;
}

export function roundTrips(
  count: number,
  serialize: (value: TestMessage) => Uint8Array,
  deserialize: (bytes: Uint8Array) => unknown,
): RivalOutcome {
  const message: TestMessage = { id: 20, val: 'five hundred' };
  let same = 0;
  for (let i = 0; i < count; i++) {
    const back = deserialize(serialize(message)) as TestMessage;
    if (back.id === message.id && back.val === message.val) same++;
  }
  return { facts: { messages: count, same } };
}

/** Nothing copied: the bytes are a Buffer already. */
export function fromUtf8(bytes: Uint8Array): string {
  return (bytes as Buffer).toString('utf8');
}
