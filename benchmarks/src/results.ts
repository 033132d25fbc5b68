// Results as they are stored: one small file of JSON per experiment, so that a run can be taken up where it ended.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from './environment.ts';
import type { Experiment } from './experiment.ts';
import { short } from './format.ts';
import type { CellResult } from './measuring.ts';

/** An experiment with what was measured. */
export interface StoredExperiment {
  readonly format: 1;
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly axis: string;
  readonly isCurve: boolean;
  readonly hasNoRate: boolean;
  readonly environment: Environment;
  readonly rounds: number;
  readonly omitted: readonly string[];
  readonly results: readonly CellResult[];
}

export function storedOf(
  { id, title, unit, axis, isCurve = false, hasNoRate = false, omitted = [] }: Experiment,
  environment: Environment,
  rounds: number,
  results: readonly CellResult[],
): StoredExperiment {
  return { format: 1, id, title, unit, axis, isCurve, hasNoRate, environment, rounds, omitted, results };
}

const resultsFolder = fileURLToPath(new URL('../results/', import.meta.url));

/** The results that the report and the README of this repository show. */
export const publishedFolder = path.join(resultsFolder, 'published');
/** Where results go unless told otherwise; git ignores it. */
export const localFolder = path.join(resultsFolder, 'local');

export function store(folder: string, stored: StoredExperiment): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${stored.id}.json`);
  writeFileSync(file, `${JSON.stringify(stored, rounded)}\n`);
  return file;
}

/** Seven digits are more than any of the figures has; files stay small. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(7)) : value;
}

/** @throws Error when a file is not a result. */
function load(folder: string, id: string): StoredExperiment | undefined {
  let text: string;
  try {
    text = readFileSync(path.join(folder, `${id}.json`), 'utf8');
  } catch {
    return undefined;
  }
  const stored = JSON.parse(text) as StoredExperiment;
  if (stored.format !== 1 || !Array.isArray(stored.results)) throw new Error(`${id}.json in ${folder} is not a result`);
  return stored;
}

/** All results of a folder. @throws Error when there are none. */
export function loadAll(folder: string): Map<string, StoredExperiment> {
  let names: string[] = [];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    // Told below.
  }
  if (names.length === 0) throw new Error(`there are no results in ${folder}`);
  const ids = names.map((name) => name.slice(0, -'.json'.length)).toSorted();
  return new Map(ids.map((id) => [id, load(folder, id) as StoredExperiment]));
}

/** Whether an experiment need not be run again: it was, in this state of the tree, with as many rounds. */
export function isDone(folder: string, id: string, { commit }: Environment, rounds: number): boolean {
  const stored = load(folder, id);
  return stored !== undefined && stored.environment.commit === commit && stored.rounds >= rounds;
}

/** The title with the size, where it does not tell that itself. */
export function titleAt({ title, axis }: StoredExperiment, x: number): string {
  return / connections\b/.test(title) ? title : `${title}, ${short(x)} ${axis}`;
}
