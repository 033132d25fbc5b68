// msgpackr with record structures that both sides share, its fastest form.

import { Packr } from 'msgpackr';
import type { Rival } from '../../rival.ts';
import { roundTrips } from './round-trips.ts';

export const run: Rival = (count) => {
  const packr = new Packr({ structures: [] });
  return roundTrips(
    count,
    (value) => packr.pack(value),
    (bytes) => packr.unpack(bytes),
  );
};
