// The options of timers that never change and are the same for most: one shared object per combination.

import type { OverlapPolicy, TimerOptions } from '../contract/timer.ts';
import type { CatchUpPolicy } from '../schedule/schedule.ts';
import { checkedChoice } from './validation.ts';

export interface TimerTraits {
  readonly overlap: OverlapPolicy;
  readonly catchUp: CatchUpPolicy;
  readonly immediately: boolean;
  readonly keepAlive: boolean;
}

const shared = new Map<string, TimerTraits>();
const defaultTraits = traitsOf({ overlap: 'parallel' });

/** @throws ICHOR_TIMER_OPTION_INVALID */
export function traitsOf(options: TimerOptions): TimerTraits {
  if (
    options.overlap === undefined &&
    options.catchUp === undefined &&
    options.immediately === undefined &&
    options.keepAlive === undefined
  )
    return defaultTraits;
  const overlap = checkedChoice('overlap', options.overlap, ['parallel', 'queue', 'skip']);
  const catchUp = checkedChoice('catchUp', options.catchUp, ['catchUp', 'skip', 'delay']);
  const immediately = options.immediately === true;
  const keepAlive = options.keepAlive === true;
  const key = `${overlap} ${catchUp} ${immediately} ${keepAlive}`;
  let traits = shared.get(key);
  if (traits === undefined) shared.set(key, (traits = Object.freeze({ overlap, catchUp, immediately, keepAlive })));
  return traits;
}
