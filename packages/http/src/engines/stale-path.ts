// Unix sockets leave their file behind when their program is killed, and nobody can listen there again before it is removed.

import { lstat, unlink } from 'node:fs/promises';
import net from 'node:net';

/**
 * Removes the file of a Unix socket on which nobody listens any more.
 * @returns whether it did: false for anything else than a socket, and for one that somebody listens on.
 */
export async function removeStaleSocket(path: string): Promise<boolean> {
  try {
    if (!(await lstat(path)).isSocket() || !(await isRefused(path))) return false;
    await unlink(path);
    return true;
  } catch {
    // Gone meanwhile, or not ours to remove: listening once more tells.
    return false;
  }
}

function isRefused(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ECONNREFUSED');
    });
  });
}
