// @msgpack/msgpack with an encoder and a decoder that are kept, as its documentation advises for many messages.

import { Decoder, Encoder } from '@msgpack/msgpack';
import type { Rival } from '../../rival.ts';
import { roundTrips } from './round-trips.ts';

export const run: Rival = (count) => {
  const encoder = new Encoder();
  const decoder = new Decoder();
  return roundTrips(
    count,
    (value) => encoder.encode(value),
    (bytes) => decoder.decode(bytes),
  );
};
