// All workloads, in the order of the usage.

import { cascade } from './scenarios/cascade.ts';
import { coroutine } from './scenarios/coroutine.ts';
import { event } from './scenarios/event.ts';
import { http } from './scenarios/http.ts';
import { mutex } from './scenarios/mutex.ts';
import { serializer } from './scenarios/serializer.ts';
import { startStop } from './scenarios/start-stop.ts';
import { start } from './scenarios/start.ts';
import { timers } from './scenarios/timers.ts';
import type { Scenario } from './scenario.ts';

export const scenarios: readonly Scenario[] = [
  event,
  coroutine,
  start,
  startStop,
  cascade,
  serializer,
  http,
  timers,
  mutex,
];
