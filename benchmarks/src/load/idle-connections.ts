// Many connections that ask once each and then keep silent.

import { connect, type Socket } from 'node:net';
import { requestsOf } from './request-shapes.ts';

/** Connections that are being opened at once. */
const opening = 100;

export interface IdleConnections {
  /** Connections that could not be opened, or were closed before they had an answer. */
  readonly failed: number;
  close(): void;
}

export async function connectIdle(port: number, count: number): Promise<IdleConnections> {
  const request = requestsOf('plain').next();
  const sockets: Socket[] = [];
  let failed = 0;
  const open = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(request));
      sockets.push(socket);
      let isAnswered = false;
      socket.once('data', () => {
        isAnswered = true;
        resolve();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (!isAnswered) failed++;
        resolve();
      });
    });
  let started = 0;
  await Promise.all(
    Array.from({ length: opening }, async () => {
      while (started < count) {
        started++;
        await open();
      }
    }),
  );
  return {
    failed,
    close() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
  };
}
