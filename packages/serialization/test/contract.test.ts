// Messages and codecs are what the other packages expect of them, and errors are recognised as theirs.

import { IchorError, type MessageCodec, type MessageType } from '@ichor/core';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { defineMessage, SerializationError, t, type Infer } from '../src/index.ts';

const Ping = defineMessage('Ping', { sequence: t.uint() });

describe('the contracts of @ichor/core', () => {
  test('a message is a MessageType, and its codecs are MessageCodecs', () => {
    const message: MessageType<{ sequence: number }> = Ping;
    const codec: MessageCodec<{ sequence: number }> = Ping.json;
    expect(message.codecs[0]).toBe(codec);
    expect(message.name).toBe('Ping');
    expectTypeOf<Infer<typeof Ping>>().toEqualTypeOf<{ sequence: number }>();
  });

  test('its errors carry the brand and everything a handler needs', () => {
    let caught: unknown;
    try {
      Ping.json.deserialize(new TextEncoder().encode('{"sequence":-1}'));
    } catch (error) {
      caught = error;
    }
    expect(IchorError.is(caught)).toBe(true);
    expect(IchorError.is(caught, 'ICHOR_SERIALIZATION_RANGE')).toBe(true);
    expect(SerializationError.is(caught, 'ICHOR_SERIALIZATION_RANGE')).toBe(true);
    expect(caught).toBeInstanceOf(Error);
    expect(caught).toMatchObject({
      name: 'SerializationError',
      path: ['sequence'],
      offset: 12,
      expected: 'an integer from 0 to 9007199254740991',
      received: 'number -1',
      details: { message: 'Ping', path: ['sequence'], offset: 12 },
    });
  });

  test('other errors are not taken for it', () => {
    expect(SerializationError.is(new IchorError('ICHOR_DEMO_FAILED', 'no'))).toBe(false);
    expect(SerializationError.is(new Error('no'))).toBe(false);
    expect(SerializationError.is(null)).toBe(false);
  });
});
