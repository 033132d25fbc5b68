// Mutated and truncated input: an error of ours or a value that the message describes, the same by both ways of reading.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defineMessage, SerializationError } from '../src/index.ts';
import { described } from './arbitrary-schema.ts';
import { mutate, mutation } from './mutation.ts';

const cases = described.chain((each) => each.values.map((value) => ({ each, value })));

test.each(['json', 'msgpack', 'positional'] as const)(
  'no mutated %s crashes, hangs or yields a value of another type',
  (format) => {
    fc.assert(
      fc.property(cases, fc.array(mutation, { minLength: 1, maxLength: 4 }), ({ each, value }, changes) => {
        const generated = defineMessage('Generated', each.schema);
        const composed = defineMessage('Generated', each.schema, { codeGeneration: 'never' });
        const input = mutate(generated[format].serialize(value), changes);
        // Bytes behind the range must not be looked at: with them the text would often be whole again.
        const padded = Buffer.concat([input, Buffer.from('}]"0'), generated[format].serialize(value)]);
        const outcome = (message: typeof generated): unknown => {
          try {
            return { value: message[format].deserialize(padded, 0, input.length) };
          } catch (error) {
            if (!SerializationError.is(error)) throw error;
            expect(error.offset).toBeGreaterThanOrEqual(0);
            expect(error.offset).toBeLessThanOrEqual(input.length);
            return { code: error.code, path: error.path, offset: error.offset, message: error.message };
          }
        };
        const first = outcome(generated);
        expect(outcome(composed)).toEqual(first);
        if (typeof first === 'object' && first !== null && 'value' in first) {
          expect(generated.validate(first.value).issues).toBeUndefined();
          if (format === 'json' && each.plain)
            expect(() => JSON.parse(new TextDecoder().decode(input)) as unknown).not.toThrow();
        }
      }),
      { numRuns: 600 },
    );
  },
);

test.each(['json', 'msgpack', 'positional'] as const)('random bytes are never a reason to crash for %s', (format) => {
  fc.assert(
    fc.property(cases, fc.uint8Array({ maxLength: 60 }), ({ each }, input) => {
      try {
        defineMessage('M', each.schema)[format].deserialize(input);
      } catch (error) {
        if (!SerializationError.is(error)) throw error;
      }
    }),
    { numRuns: 300 },
  );
});
