// `bench`: runs experiments one after another, prints each, and stores it at once.

import type { MeasureCommand } from './command-line.ts';
import { environment } from './environment.ts';
import type { Experiment } from './experiment.ts';
import { allExperiments, chosenExperiments } from './experiments.ts';
import { measure } from './measuring.ts';
import { newestNode } from './newest-node.ts';
import { Progress } from './progress.ts';
import { isDone, localFolder, store, storedOf } from './results.ts';
import { tableOf } from './table.ts';
import { UsageError } from './command-line.ts';

/** @returns The exit code: 1 when a contestant failed. @throws UsageError for an experiment that does not exist. */
export async function measureCommand(command: MeasureCommand, print: (text: string) => void): Promise<number> {
  const { rounds, isResumed, into: folder = localFolder } = command;
  const needsNode = command.experiments.some((name) => name === 'all' || name.startsWith('versions'));
  const effort = { ...command, newestNode: needsNode && !command.isList ? newestNode() : undefined };
  const chosen = chosenExperiments(allExperiments(effort), command.experiments);
  if (typeof chosen === 'string') throw new UsageError(`unknown experiment "${chosen}"`);
  if (command.isList) {
    for (const { id, title } of chosen) print(`${id.padEnd(26)} ${title}`);
    return 0;
  }

  const measuredOn = environment(command.hasOwnLoad);
  const planned = chosen.filter(({ id }) => !isResumed || !isDone(folder, id, measuredOn, rounds));
  if (planned.length < chosen.length) print(`${chosen.length - planned.length} experiments are done already\n`);
  const progress = new Progress(planned.reduce((sum, { cells }) => sum + cells.length * rounds, 0));
  let failures = 0;
  for (const experiment of planned) failures += await measureOne(experiment, progress);
  print(`Stored in ${folder}`);
  return failures === 0 ? 0 : 1;

  async function measureOne(experiment: Experiment, shown: Progress): Promise<number> {
    let taken = 0;
    const results = await measure(experiment, rounds, (round, { contestant, x }) => {
      taken++;
      shown.next(`${experiment.id}, round ${round + 1}: ${contestant}, ${x}`);
    });
    shown.skip(experiment.cells.length * rounds - taken);
    shown.clear();
    const stored = storedOf(experiment, { ...measuredOn, at: new Date().toISOString() }, rounds, results);
    print(`${tableOf(stored)}\n`);
    store(folder, stored);
    return results.filter(({ failure }) => failure !== undefined).length;
  }
}
