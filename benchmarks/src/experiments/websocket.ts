// WebSocket messages of 20 bytes: echoed, or broadcast to everybody, beside bare ws.

import type { Effort, Experiment } from '../experiment.ts';
import { webSocketContestants } from '../load/contestants.ts';
import { webSocketSample, type WebSocketSampling } from '../load/loaded-server.ts';

interface Load extends Omit<WebSocketSampling, 'seconds'> {
  readonly id: string;
  readonly title: string;
}

const loads: readonly Load[] = [
  {
    id: 'echo',
    title: 'echo, 32 connections, one message under way on each',
    mode: 'echo',
    connections: 32,
    outstanding: 1,
  },
  {
    id: 'burst',
    title: 'echo, 32 connections, 16 messages under way on each',
    mode: 'echo',
    connections: 32,
    outstanding: 16,
  },
  { id: 'broadcast', title: 'broadcast to 200 connections', mode: 'broadcast', connections: 200, outstanding: 10 },
];

export function webSocketExperiments({ isQuick, loadSeconds: seconds }: Effort): Experiment[] {
  return loads
    .filter(({ id }) => !isQuick || id !== 'burst')
    .map(({ id, title, ...load }) => ({
      id: `websocket-${id}`,
      title: `WebSocket: ${title}`,
      unit: 'messages',
      axis: 'connections',
      cells: webSocketContestants.map((contestant) => ({
        contestant: contestant.name,
        x: load.connections,
        sample: () => webSocketSample(contestant, { ...load, seconds }),
      })),
    }));
}
