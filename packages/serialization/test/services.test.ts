// The serializer of a message as a service: SE-1, and RB-50's requirement of it as an ordinary dependency.

import { DependencyManager, required, type Injected } from '@ichor/core';
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { defineMessage, SerializationError, t, type Serializer } from '../src/index.ts';
import { serializerOf, serializerService } from '../src/services/index.ts';

const Ping = defineMessage('Ping', { sequence: t.uint() });

test('a message has one token, and another message another', () => {
  expect(serializerOf(Ping)).toBe(serializerOf(Ping));
  expect(serializerOf(Ping)).not.toBe(serializerOf(defineMessage('Ping', { sequence: t.uint() })));
  const schema = z.object({ n: z.number() });
  expect(serializerOf(schema)).toBe(serializerOf(schema));
});

test.each([
  ['json' as const, 'application/json'],
  ['msgpack' as const, 'application/msgpack'],
  [Ping.positional, Ping.positional.contentType],
])(
  'a service requires the serializer, and the composition chooses the format (SE-1, RB-50)',
  async (format, contentType) => {
    const seen: Serializer<{ sequence: number }>[] = [];
    class Sender {
      static readonly dependencies = { pings: required(serializerOf(Ping)) };
      constructor({ pings }: Injected<typeof Sender.dependencies>) {
        expectTypeOf(pings).toEqualTypeOf<Serializer<{ sequence: number }>>();
        expect(pings.deserialize(pings.serialize({ sequence: 20 }))).toEqual({ sequence: 20 });
        seen.push(pings);
      }
    }
    const manager = new DependencyManager();
    manager.register(serializerService(Ping, format));
    manager.register(Sender);
    const running = manager.run();
    await manager.started();
    await manager.quit();
    await running;
    expect(seen.map((serializer) => serializer.contentType)).toEqual([contentType]);
  },
);

test('a wrong message or format is refused when the service is described', () => {
  expect(() => serializerService(Ping, 'xml' as never)).toThrow(SerializationError);
  expect(() => serializerService({} as never)).toThrow(SerializationError);
  expect(() => serializerOf('Ping' as never)).toThrow(SerializationError);
});
