// The report as one page of HTML that needs nothing else: styles and plots are inside.

import { figuresOf } from '../figures.ts';
import { count } from '../format.ts';
import type { StoredExperiment } from '../results.ts';
import { tableOf } from '../table.ts';
import type { Chart } from './charts.ts';
import { setUp } from './sections.ts';
import { escape } from './svg.ts';
import { judged, type Results } from './targets.ts';

const style = `
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
  h2 { margin-top: 2.5rem; } h3 { margin-top: 2rem; }
  table { border-collapse: collapse; } td, th { padding: .2rem .8rem; border-bottom: 1px solid #ddd; text-align: left; }
  pre { background: #f6f6f6; padding: .8rem; overflow-x: auto; font-size: 12px; line-height: 1.35; }
  svg { max-width: 100%; height: auto; display: block; margin: .5rem 0; }
  .met { color: #00703c; } .missed { color: #b00020; font-weight: 600; } .open { color: #777; }
  nav a { margin-right: .8rem; }`;

const chapters: readonly (readonly [title: string, groups: readonly string[]])[] = [
  ['In one process', ['event', 'coroutine', 'start', 'cascade', 'serializer', 'timers', 'mutex']],
  ['HTTP', ['http']],
  ['WebSocket', ['websocket']],
  ['Scaling', ['scaling']],
  ['Node versions', ['versions']],
  ['Switches', ['switches']],
  ['Realtime', ['realtime']],
];

export function pageOf(
  results: Results,
  chartsOf: (experiment: StoredExperiment) => readonly Chart[],
  known: readonly string[],
): string {
  const filled = chapters.flatMap(([title, groups]) => {
    const own = [...results.values()].filter(({ id }) => groups.includes(id.split('-')[0] as string));
    return own.length === 0 ? [] : [{ title, id: title.toLowerCase().replaceAll(' ', '-'), own }];
  });
  const nav = [...filled, { id: 'measured', title: 'What was measured, and what not' }]
    .map(({ id, title }) => `<a href="#${id}">${title}</a>`)
    .join('');
  const body = filled.map(
    ({ id, title, own }) =>
      `<h2 id="${id}">${title}</h2>${own.map((experiment) => sectionOf(experiment, chartsOf(experiment))).join('')}`,
  );
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Measurements of @ichor</title><style>${style}
</style></head>
<body>
<h1>Measurements of @ichor</h1>
<p>${setUp(results).split('\n').map(escape).join('<br>')}</p>
<nav>${nav}</nav>
<h2>Targets of the project</h2>
${targetsOf(results)}
${body.join('\n')}
<h2 id="measured">What was measured, and what not</h2>
${measuredOf(results, known)}
</body>
</html>
`;
}

function sectionOf(experiment: StoredExperiment, charts: readonly Chart[]): string {
  return `<h3 id="${experiment.id}">${escape(experiment.title)}</h3>${charts.map(({ svg }) => svg).join('')}<pre>${escape(tableOf(experiment))}</pre>`;
}

function targetsOf(results: Results): string {
  const rows = judged(results).map(({ workload, target, measured, isMet }) => {
    const [kind, word] =
      isMet === undefined ? ['open', 'not measured'] : isMet ? ['met', 'met'] : (['missed', 'missed'] as const);
    return row('td', [workload, target, measured ?? '–'], `<td class="${kind}">${word}</td>`);
  });
  return `<table>${row('th', ['workload', 'target', 'measured', 'result'])}${rows.join('')}</table>`;
}

function measuredOf(results: Results, known: readonly string[]): string {
  const rows = [...results.values()].map(({ id, rounds, environment, results: cells, omitted }) => {
    const samples = cells.reduce((sum, cell) => sum + cell.samples.length, 0);
    const failed = cells.flatMap(({ contestant, x, failure }) =>
      failure === undefined ? [] : `${contestant} at ${count(x)} failed: ${failure.split('\n')[0]}`,
    );
    const single = cells
      .filter(
        (cell) => figuresOf(cell)?.rate !== undefined && cell.samples.length < rounds && cell.failure === undefined,
      )
      .map(({ contestant, x }) => `${contestant} at ${count(x)}: too slow for more than one round`);
    const remarks = [...failed, ...single, ...omitted].join('; ');
    return row('td', [
      id,
      `${rounds}`,
      `${samples}`,
      environment.node,
      environment.commit.slice(0, 12),
      environment.at,
      remarks,
    ]);
  });
  const missing = known
    .filter((id) => !results.has(id))
    .map((id) => row('td', [id, '0', '0', '', '', '', 'not measured']));
  const head = row('th', ['experiment', 'rounds', 'processes', 'Node', 'commit', 'when', 'remarks']);
  return `<table>${head}${[...rows, ...missing].join('')}</table>`;
}

function row(kind: 'td' | 'th', cells: readonly string[], more = ''): string {
  return `<tr>${cells.map((cell) => `<${kind}>${escape(cell)}</${kind}>`).join('')}${more}</tr>`;
}
