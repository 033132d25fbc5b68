// N services with a logger of their own, made by hand: what it costs when nothing manages anything.

import type { Rival } from '../../rival.ts';
import { Log, StartedService } from './started-service.ts';

export const run: Rival = (count) => {
  const facts = { started: 0, stopped: 0 };
  const services = Array.from({ length: count }, () => new StartedService(new Log(), facts));
  for (const service of services.toReversed()) service.stop();
  return { facts };
};
