// A TCP server that sends what a test says, byte for byte, for answers that no HTTP server would give.

import { once } from 'node:events';
import net from 'node:net';

export interface RawServer extends AsyncDisposable {
  readonly url: string;
  readonly connections: { made: number; open: number };
  /** Everything that was received, over all connections. */
  received(): string;
}

/** `serve` is called with each request whose head has come, the number of its connection, and its own number there. */
export async function rawServer(
  serve: (socket: net.Socket, connection: number, request: number) => unknown,
  options: { readonly connected?: (socket: net.Socket) => void } & net.ServerOpts = {},
): Promise<RawServer> {
  const { connected, ...rest } = options;
  const sockets = new Set<net.Socket>();
  const connections = { made: 0, open: 0 };
  let received = '';
  const server = net.createServer(rest, (socket) => {
    const number = ++connections.made;
    connections.open++;
    sockets.add(socket);
    let requests = 0;
    let unserved = '';
    socket.on('error', () => undefined);
    socket.on('close', () => {
      connections.open--;
      sockets.delete(socket);
    });
    connected?.(socket);
    socket.on('data', (data) => {
      const text = data.toString('latin1');
      received += text;
      unserved += text;
      for (let end = unserved.indexOf('\r\n\r\n'); end >= 0; end = unserved.indexOf('\r\n\r\n')) {
        unserved = unserved.slice(end + 4);
        serve(socket, number, ++requests);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    connections,
    received: () => received,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Lets the event loop turn until `condition` holds; the time limit of the test ends a wait that never does. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
