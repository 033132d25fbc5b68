// Every rival that is an npm package, or a plain program of Node's own means, by scenario.

import type { Rival } from './rival.ts';
import { binaryHeap, tinyQueue } from './rivals/event.ts';
import { promises } from './rivals/coroutine.ts';
import { asyncMutex, pQueue } from './rivals/mutex.ts';
import { fastJsonStringify, jsonParse, msgpack, msgpackrRecords } from './rivals/serializer.ts';
import { awilix, inversify, plain } from './rivals/start.ts';

export const rivals: readonly Rival[] = [
  binaryHeap,
  tinyQueue,
  promises,
  plain,
  inversify,
  awilix,
  jsonParse,
  fastJsonStringify,
  msgpack,
  msgpackrRecords,
  asyncMutex,
  pQueue,
];
