// What the rivals of `serializer` share: messages to bytes and back, compared, one after another, over and over.

import { oneMessage, type TestMessage } from 'benchmarks/test-messages';
import type { RivalOutcome } from '../../rival.ts';

export function roundTrips(
  count: number,
  serialize: (value: TestMessage) => Uint8Array,
  deserialize: (bytes: Uint8Array) => unknown,
  messages: readonly TestMessage[] = oneMessage,
): RivalOutcome {
  let same = 0;
  for (let i = 0, next = 0; i < count; i++) {
    const message = messages[next] as TestMessage;
    if (++next === messages.length) next = 0;
    const back = deserialize(serialize(message)) as TestMessage;
    if (back.id === message.id && back.val === message.val) same++;
  }
  return { facts: { messages: count, same } };
}

/** Nothing copied: the bytes are a Buffer already. */
export function fromUtf8(bytes: Uint8Array): string {
  return (bytes as Buffer).toString('utf8');
}
