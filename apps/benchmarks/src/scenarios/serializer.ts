// RB-50…51: a service serialises a message, reads it back and compares, N times: one message, or 1,200 distinct ones of its kind.
// The general variants read and write 1,200 distinct messages of six shapes, written by others: keys in another order, white space,
// escapes, wider numbers.

import { defineEvent, Queue, Quit, required, Logger, type Injected, type ServiceContext } from '@ichor/core';
import { defineMessage, t, type Serializer } from '@ichor/serialization';
import { serializerOf, serializerService } from '@ichor/serialization/services';
import { runProgram } from '../program.ts';
import type { Scenario } from '../scenario.ts';
import { distinctMessages, oneMessage, type TestMessage } from '../test-messages.ts';
import { foreignMessages, type ForeignMessage } from './foreign-messages.ts';

const TestMsg = defineMessage('TestMsg', { id: t.uint(), val: t.string() });

const DoWork = defineEvent('DoWork');
const dependencies = { log: required(Logger), queue: required(Queue), codec: required(serializerOf(TestMsg)) };

/** What a variant does N times, and how many bytes each time. */
interface Work {
  readonly bytes: number;
  /** Returns how many messages came back as they went in. */
  run(count: number): number;
}

export const serializer: Scenario = {
  name: 'serializer',
  summary:
    'serialise, deserialise and compare {id, val} N times; distinct: 1,200 of them; general: 1,200 messages of six shapes, written by others',
  variants: ['json', 'json-distinct', 'json-general', 'msgpack', 'msgpack-general'],
  labels: { json: 'json' },
  unit: 'MB/s',
  defaultCount: (variant) => (variant.endsWith('-general') ? 1_000_000 : 5_000_000),

  async run({ variant, count }) {
    const facts = { messages: 0, same: 0 };
    const format = variant.startsWith('msgpack') ? 'msgpack' : 'json';
    let bytes = 0;

    class Tester {
      static readonly dependencies = dependencies;
      readonly #deps: Injected<typeof dependencies>;
      readonly #self: ServiceContext;
      constructor(deps: Injected<typeof dependencies>, self: ServiceContext) {
        this.#deps = deps;
        this.#self = self;
      }

      start(): void {
        const { codec, queue } = this.#deps;
        this.#self.on(DoWork, () => {
          const work = variant.endsWith('-general')
            ? general(format)
            : plain(codec, variant.endsWith('-distinct') ? distinctMessages() : oneMessage);
          bytes = work.bytes;
          facts.same = work.run(count);
          facts.messages = count;
          queue.push(Quit);
        });
        queue.push(DoWork);
      }
    }

    await runProgram((manager) => {
      manager.register(serializerService(TestMsg, format));
      manager.register(Tester);
    });
    return { facts, bytes };
  },
};

/** Messages to bytes and back, one after another, over and over. */
function plain(codec: Serializer<TestMessage>, messages: readonly TestMessage[]): Work {
  const bytes = messages.reduce((sum, message) => sum + codec.serialize(message).length, 0) / messages.length;
  return {
    bytes,
    run(count) {
      let same = 0;
      for (let i = 0, next = 0; i < count; i++) {
        const message = messages[next] as TestMessage;
        if (++next === messages.length) next = 0;
        const back = codec.deserialize(codec.serialize(message));
        if (back.id === message.id && back.val === message.val) same++;
      }
      return same;
    },
  };
}

/** Reads what somebody else has written, and writes it in the codec's own form. */
function general(format: 'json' | 'msgpack'): Work {
  const messages = foreignMessages(format);
  const bytes = messages.reduce((sum, { foreign }) => sum + foreign.length, 0) / messages.length;
  return {
    bytes,
    run(count) {
      let same = 0;
      for (let i = 0; i < count; i++) {
        const message = messages[i % messages.length] as ForeignMessage;
        const { codec, foreign, ownLength } = message;
        if (codec.serialize(codec.deserialize(foreign)).length === ownLength) same++;
      }
      return same;
    },
  };
}
