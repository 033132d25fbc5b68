// What the package exports is a decision, never an accident.

import { expect, test } from 'vitest';
import * as root from '../src/index.ts';
import * as services from '../src/services/index.ts';

test('the names of @ichor/serialization', () => {
  expect(Object.keys(root).sort()).toEqual([
    'SerializationError',
    'codecForAccept',
    'codecForContentType',
    'defaultLimits',
    'defineMessage',
    'jsonCodec',
    'messagePackCodec',
    'serializationErrors',
    't',
  ]);
});

test('the names of @ichor/serialization/services', () => {
  expect(Object.keys(services).sort()).toEqual(['serializerOf', 'serializerService']);
});
