// The servers that are compared, ours first, and the command of each.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { programs } from '../programs.ts';

/** A program that listens, and says so. */
export interface ServerContestant {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

/** Built by extras/fasthttp/build.sh where Go is installed. */
const fasthttpProgram = fileURLToPath(new URL('../../extras/fasthttp/build/fasthttp-pong', import.meta.url));

/** pong, by the Node given, with flags of it. */
export function pong(name = 'ichor', node = process.execPath, flags: readonly string[] = []): ServerContestant {
  return { name, command: [node, ...flags, programs.pong, '--port', '0', '--silent'] };
}

export function rivalServer(name: string, node = process.execPath): ServerContestant {
  return { name, command: [node, programs.server, name] };
}

export const httpContestants: readonly ServerContestant[] = [
  pong(),
  ...['raw node:net', 'node:http', 'Fastify', 'Hono', 'Express'].map((name) => rivalServer(name)),
  ...(existsSync(fasthttpProgram) ? [{ name: 'fasthttp (Go)', command: [fasthttpProgram] as const }] : []),
];

export const webSocketContestants: readonly ServerContestant[] = [
  { name: 'ichor', command: [process.execPath, programs.websocketServer] },
  rivalServer('ws'),
];
