// `bench report`: makes the page, the plots, and the tables of the README from stored results.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Effort } from '../experiment.ts';
import { allExperiments } from '../experiments.ts';
import { loadAll, publishedFolder } from '../results.ts';
import { chartsOf } from './charts.ts';
import { withSections } from './markdown.ts';
import { pageOf } from './page.ts';
import { sectionsOf } from './sections.ts';
import type { Results } from './targets.ts';

const reportFolder = fileURLToPath(new URL('../../report/', import.meta.url));
const readme = fileURLToPath(new URL('../../README.md', import.meta.url));

/** What would be measured with everything at hand; only the ids are used. */
const everything: Effort = {
  rounds: 1,
  loadSeconds: 1,
  isQuick: false,
  count: undefined,
  connections: 19_000,
  newestNode: undefined,
  hasOwnLoad: false,
};

/**
 * @param from Folder of results. Default: those that are published.
 * @param to Where page and plots go. Without it, into benchmarks/report, and the README is brought up to date, too.
 * @returns The files written. @throws Error when there are no results.
 */
export function writeReport(from: string = publishedFolder, to?: string): string[] {
  const known = allExperiments(everything).map(({ id }) => id);
  const results = inOrder(loadAll(from), known);
  const folder = to ?? reportFolder;
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (name.endsWith('.svg')) rmSync(path.join(folder, name));

  const charts = new Map([...results.values()].map((experiment) => [experiment.id, chartsOf(experiment)]));
  const page = path.join(folder, 'index.html');
  writeFileSync(
    page,
    pageOf(results, ({ id }) => charts.get(id) ?? [], known),
  );
  const plots = [...charts.values()].flat().map(({ name, svg }) => {
    const file = path.join(folder, `${name}.svg`);
    writeFileSync(file, svg);
    return file;
  });
  if (to !== undefined) return [page, ...plots];
  writeFileSync(readme, withSections(readFileSync(readme, 'utf8'), sectionsOf(results, known)));
  return [page, ...plots, readme];
}

/** Results as the experiments are planned; those that are no longer known come last. */
export function inOrder(results: Results, known: readonly string[]): Results {
  const rank = (id: string): number => (known.includes(id) ? known.indexOf(id) : known.length);
  return new Map([...results].toSorted(([a], [b]) => rank(a) - rank(b)));
}
