// Drawings of a snapshot: services as nodes, who depends on whom as arrows from the consumer to the provider.

import type { InspectedService, Inspection } from './inspection.ts';

/** What a drawing shows. */
export interface GraphOptions {
  /** Also the services that are part of the manager (the manager and its queue). Default: false. */
  readonly internal?: boolean;
}

/** One arrow. */
interface Edge {
  readonly from: number;
  /** Undefined when nobody provides it. */
  readonly to: number | undefined;
  readonly label: string;
  readonly required: boolean;
}

/**
 * The services as a Mermaid flowchart (https://mermaid.js.org), for Markdown and issue trackers. Dashed arrows are optional
 * dependencies; a required one that nobody provides points to a node with its name.
 *
 * @example
 * ```ts
 * import { defineService, DependencyManager, optional, token, toMermaid } from '@ichor/core';
 *
 * const Clock = token<object>('Clock');
 * const manager = new DependencyManager();
 * manager.register(defineService({ name: 'Robot', dependencies: { clock: optional(Clock) }, setup: () => ({}) }));
 * console.log(toMermaid(manager.inspect()).startsWith('flowchart LR')); // true
 * ```
 */
export function toMermaid(inspection: Inspection, options: GraphOptions = {}): string {
  const { nodes, edges, absent } = graphOf(inspection, options);
  const lines = ['flowchart LR'];
  for (const node of nodes) lines.push(`  s${node.id}["${mermaidText(nodeText(node))}"]:::${node.state}`);
  for (const [index, name] of absent.entries()) lines.push(`  m${index}(["${mermaidText(name)}"]):::missing`);
  for (const { from, to, label, required } of edges) {
    const target = to === undefined ? `m${absent.indexOf(label)}` : `s${to}`;
    lines.push(`  s${from} ${required ? '-->' : '-.->'}|"${mermaidText(label)}"| ${target}`);
  }
  lines.push(
    '  classDef missing stroke-dasharray:4 4,color:#b00',
    '  classDef active stroke:#080',
    '  classDef installed stroke:#999',
  );
  return `${lines.join('\n')}\n`;
}

/**
 * The services as a Graphviz digraph (https://graphviz.org/doc/info/lang.html). Read as {@link toMermaid}.
 *
 * @example
 * ```ts
 * import { defineService, DependencyManager, toDot } from '@ichor/core';
 *
 * const manager = new DependencyManager({ name: 'line 3' });
 * manager.register(defineService({ name: 'Robot', setup: () => ({}) }));
 * console.log(toDot(manager.inspect()).split('\n')[0]); // digraph "line 3" {
 * ```
 */
export function toDot(inspection: Inspection, options: GraphOptions = {}): string {
  const { nodes, edges, absent } = graphOf(inspection, options);
  const lines = [`digraph ${dotText(inspection.manager.name)} {`, '  rankdir=LR;', '  node [shape=box];'];
  for (const node of nodes)
    lines.push(
      `  s${node.id} [label=${dotText(nodeText(node))}, color=${node.state === 'active' ? 'darkgreen' : 'gray50'}];`,
    );
  for (const [index, name] of absent.entries())
    lines.push(`  m${index} [label=${dotText(name)}, shape=ellipse, style=dashed, color=red];`);
  for (const { from, to, label, required } of edges) {
    const target = to === undefined ? `m${absent.indexOf(label)}` : `s${to}`;
    lines.push(`  s${from} -> ${target} [label=${dotText(label)}${required ? '' : ', style=dashed'}];`);
  }
  return `${[...lines, '}'].join('\n')}\n`;
}

function graphOf(
  { services }: Inspection,
  options: GraphOptions,
): { nodes: InspectedService[]; edges: Edge[]; absent: string[] } {
  const nodes = services.filter((service) => options.internal === true || !service.internal);
  const shown = new Set(nodes.map(({ id }) => id));
  const edges: Edge[] = [];
  const absent = new Set<string>();
  for (const { id, dependencies } of nodes)
    for (const { token, required, providers } of dependencies) {
      for (const to of providers) if (shown.has(to)) edges.push({ from: id, to, label: token, required });
      if (providers.length > 0 || !required) continue;
      absent.add(token);
      edges.push({ from: id, to: undefined, label: token, required });
    }
  return { nodes, edges, absent: [...absent] };
}

function nodeText({ name, id, state }: InspectedService): string {
  return `${name} (${id})\n${state}`;
}

/** Mermaid reads entity codes in quoted text, and a line break as `<br/>`. */
function mermaidText(text: string): string {
  return text.replace(/[#"&<>|`\\]/g, (character) => `#${character.charCodeAt(0)};`).replaceAll('\n', '<br/>');
}

function dotText(text: string): string {
  return `"${text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)}"`;
}
