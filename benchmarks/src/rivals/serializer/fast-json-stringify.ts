// fast-json-stringify with the schema of the message; it only writes, so JSON.parse reads.

import fastJson from 'fast-json-stringify';
import type { Rival } from '../../rival.ts';
import { fromUtf8, roundTrips } from './round-trips.ts';

const stringify = fastJson({ type: 'object', properties: { id: { type: 'integer' }, val: { type: 'string' } } });

export const run: Rival = (count) =>
  roundTrips(
    count,
    (value) => Buffer.from(stringify(value)),
    (bytes) => JSON.parse(fromUtf8(bytes)),
  );
