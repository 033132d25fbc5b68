// JSON.stringify and JSON.parse, with distinct messages and the bytes that go over a wire between them.

import { distinctMessages } from 'benchmarks/test-messages';
import type { Rival } from '../../rival.ts';
import { fromUtf8, roundTrips } from './round-trips.ts';

export const run: Rival = (count) =>
  roundTrips(
    count,
    (value) => Buffer.from(JSON.stringify(value)),
    (bytes) => JSON.parse(fromUtf8(bytes)),
    distinctMessages(),
  );
