// Server and load on different processors, so that neither takes the other's time. Where `taskset` is missing, or there is one
// processor only, they share.

import { availableParallelism } from 'node:os';
import { hasProgram } from './programs-at-hand.ts';

type Command = readonly [string, ...string[]];

export const isPinned: boolean = availableParallelism() > 1 && hasProgram('taskset');

/** The command on the processor of servers. */
export function onServerCore(command: Command): Command {
  return isPinned ? ['taskset', '-c', '0', ...command] : command;
}

/** The command on all other processors. */
export function onLoadCores(command: Command): Command {
  return isPinned ? ['taskset', '-c', `1-${availableParallelism() - 1}`, ...command] : command;
}
