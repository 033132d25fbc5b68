// A plain socket that sends exactly what a test says and keeps everything it receives.

import net from 'node:net';
import tls from 'node:tls';

export class RawClient {
  readonly socket: net.Socket;
  received = '';
  /** Resolves when the connection is closed for good. */
  readonly closed: Promise<void>;
  readonly ended: Promise<void>;
  #waiters: { readonly until: (text: string) => boolean; readonly resolve: () => void }[] = [];

  private constructor(socket: net.Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.received += text;
      this.#waiters = this.#waiters.filter(({ until, resolve }) => {
        if (!until(this.received)) return true;
        resolve();
        return false;
      });
    });
    socket.on('error', () => undefined);
    this.ended = new Promise((resolve) => socket.once('end', resolve));
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  static async connect(port: number, options: net.TcpSocketConnectOpts | object = {}): Promise<RawClient> {
    const socket = net.connect({ host: '127.0.0.1', port, ...options });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new RawClient(socket);
  }

  /** The same over TLS, after the handshake. */
  static async connectTls(port: number, options: tls.ConnectionOptions): Promise<RawClient> {
    const socket = tls.connect({ host: '127.0.0.1', port, ...options });
    await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    return new RawClient(socket);
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** Waits until what was received contains `text`, so many times. */
  async until(text: string, times = 1): Promise<string> {
    const until = (received: string): boolean => received.split(text).length > times;
    if (!until(this.received)) {
      await Promise.race([
        new Promise<void>((resolve) => this.#waiters.push({ until, resolve })),
        this.closed.then(() => {
          if (!until(this.received)) throw new Error(`Closed without ${JSON.stringify(text)}: ${this.received}`);
        }),
      ]);
    }
    return this.received;
  }

  /** The status lines received so far. */
  get statuses(): string[] {
    return this.received.match(/HTTP\/1\.1 \d{3}/g)?.map((line) => line.slice(9)) ?? [];
  }
}

/** Sends `text` on a new connection and gives what comes back until the connection closes. */
export async function sendRaw(port: number, text: string, options: { readonly end?: boolean } = {}): Promise<string> {
  const client = await RawClient.connect(port, { allowHalfOpen: true });
  client.send(text);
  if (options.end === true) client.socket.end();
  await client.ended;
  client.socket.end();
  await client.closed;
  return client.received;
}
