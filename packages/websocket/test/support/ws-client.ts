// The ws client with promises, for tests of our host.

import { WebSocket, type ClientOptions } from 'ws';

export class WsClient {
  readonly socket: WebSocket;
  readonly messages: { readonly data: Buffer; readonly isBinary: boolean }[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  #waiting: (() => void)[] = [];

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data, isBinary) => {
      this.messages.push({ data: data as Buffer, isBinary });
      for (const wake of this.#waiting.splice(0)) wake();
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) =>
      socket.on('close', (code, reason) => resolve({ code, reason: String(reason) })),
    );
  }

  static connect(url: string, protocols: string[] = [], options: ClientOptions = {}): Promise<WsClient> {
    const socket = new WebSocket(url, protocols, options);
    const client = new WsClient(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(client));
      socket.once('error', reject);
      socket.once('unexpected-response', (request, response) => {
        const error = Object.assign(new Error(`status ${response.statusCode}`), {
          status: response.statusCode,
          headers: response.headers,
        });
        reject(error);
        request.destroy();
      });
    });
  }

  /** The first `count` messages as text. */
  async texts(count: number): Promise<string[]> {
    while (this.messages.length < count) {
      const next = new Promise<void>((resolve) => this.#waiting.push(resolve));
      const isClosed = await Promise.race([next.then(() => false), this.closed.then(() => true)]);
      if (isClosed && this.messages.length < count)
        throw new Error(`Closed after ${this.messages.length} of ${count} messages`);
    }
    return this.messages.slice(0, count).map(({ data }) => String(data));
  }
}
