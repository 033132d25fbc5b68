// The Node that runs this beside the newest one.

import type { Cell, Effort, Experiment } from '../experiment.ts';
import { pong, rivalServer } from '../load/contestants.ts';
import { nameOfNode } from '../newest-node.ts';
import { rivalSample, scenarioSample } from '../programs.ts';
import { cellOf } from './http.ts';

const workloads = [
  { scenario: 'event', variant: 'plain', unit: 'events', count: 5_000_000, rival: 'binary heap of objects' },
  { scenario: 'coroutine', variant: 'generator', unit: 'hand-overs', count: 2_000_000, rival: 'async functions' },
  { scenario: 'start', variant: 'advanced', unit: 'services', count: 10_000, rival: undefined },
  { scenario: 'start-stop', variant: 'cycle', unit: 'cycles', count: 300_000, rival: undefined },
  {
    scenario: 'serializer',
    variant: 'json-distinct',
    unit: 'round trips',
    count: 2_000_000,
    rival: 'JSON.parse(JSON.stringify()), distinct',
  },
  { scenario: 'serializer', variant: 'msgpack', unit: 'round trips', count: 2_000_000, rival: 'msgpackr, records' },
] as const;

export function versionExperiments(effort: Effort): Experiment[] {
  const { newestNode } = effort;
  const nodes = [process.execPath, ...(newestNode === undefined ? [] : [newestNode])];
  const omitted = newestNode === undefined ? { omitted: ['the newest Node: it could not be had'] } : {};
  const inProcess = workloads.map(({ scenario, variant, unit, count, rival }): Experiment => {
    const x = effort.count ?? count;
    return {
      id: `versions-${scenario}-${variant}`,
      title: `Node versions: ${scenario} ${variant}`,
      unit,
      axis: unit,
      ...omitted,
      cells: nodes.flatMap((node): Cell[] => [
        {
          contestant: `ichor, Node ${nameOfNode(node)}`,
          x,
          sample: () => scenarioSample({ scenario, variant, count: x, node }),
        },
        ...(rival === undefined
          ? []
          : [{ contestant: `${rival}, Node ${nameOfNode(node)}`, x, sample: () => rivalSample(rival, x, node) }]),
      ]),
    };
  });
  const servers = nodes.flatMap((node) => [
    pong(`ichor, Node ${nameOfNode(node)}`, node),
    { ...rivalServer('node:http', node), name: `node:http, Node ${nameOfNode(node)}` },
  ]);
  return [
    ...inProcess,
    {
      id: 'versions-http',
      title: 'Node versions: HTTP, 400 connections',
      unit: 'requests',
      axis: 'connections',
      ...omitted,
      cells: servers.map((contestant) => cellOf(effort, contestant, 400, 'plain')),
    },
  ];
}
