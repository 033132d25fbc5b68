// tinyqueue with a comparison of priority, then age.

import TinyQueue from 'tinyqueue';
import type { Rival } from '../../rival.ts';
import { pushAndDispatch, type QueuedEvent } from './dispatch.ts';

export const run: Rival = (count) =>
  pushAndDispatch(new TinyQueue<QueuedEvent>([], (a, b) => a.priority - b.priority || a.id - b.id), count);
