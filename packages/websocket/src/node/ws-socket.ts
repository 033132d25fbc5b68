// The only file that imports ws: sockets that speak the protocol, accepted from HTTP upgrades or made by connecting.

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { UpgradedConnection } from '@ichor/http';
import { WebSocket, WebSocketServer, type ClientOptions, type PerMessageDeflateOptions, type ServerOptions } from 'ws';
import type { Socket, SocketListener } from '../connection/socket.ts';
import { webSocketError } from '../errors/catalogue.ts';
import type { ClientTlsOptions } from '../contract/websocket-client.ts';
import type { ResolvedConnectionOptions } from '../options/connection-options.ts';

/** How the two ends name themselves in handshakes (WS-4). */
const product = 'ichor';
const text = Object.freeze({ binary: false });
const binary = Object.freeze({ binary: true });

/** Close codes that ws sends for what it finds wrong; everything else that it finds is a protocol error, 1002. */
const violations: Readonly<Record<string, number>> = {
  WS_ERR_INVALID_UTF8: 1007,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 1009,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
};

class WsSocket implements Socket {
  readonly #socket: LinkedWebSocket;
  readonly listener: SocketListener;

  constructor(socket: LinkedWebSocket, listener: SocketListener) {
    this.#socket = socket;
    this.listener = listener;
    socket.link = this;
    socket.on('message', onMessage);
    socket.on('pong', onPong);
    socket.on('close', onClose);
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(data: string | Uint8Array, isBinary: boolean, flushed: ((failure?: unknown) => void) | undefined): void {
    this.#socket.send(data, isBinary ? binary : text, flushed);
  }

  ping(): void {
    if (this.isOpen) this.#socket.ping();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }
}

class LinkedWebSocket extends WebSocket {
  link: WsSocket | undefined;
}

// One function each for all sockets: nothing is made per connection.
function onMessage(this: WebSocket, data: unknown, isBinary: boolean): void {
  (this as LinkedWebSocket).link?.listener.received(data as Uint8Array, isBinary);
}

function onPong(this: WebSocket): void {
  (this as LinkedWebSocket).link?.listener.ponged();
}

function onClose(this: WebSocket, code: number, reason: Uint8Array): void {
  (this as LinkedWebSocket).link?.listener.closed(code, String(reason));
}

function onError(this: WebSocket, error: Error & { readonly code?: string }): void {
  const { code = '' } = error;
  const listener = (this as LinkedWebSocket).link?.listener;
  if (code.startsWith('WS_ERR_')) listener?.violated(violations[code] ?? 1002, error.message);
  // What zlib cannot decompress.
  else if (code.startsWith('Z_')) listener?.violated(1007, `cannot be decompressed: ${error.message}`);
}

function deflate(options: ResolvedConnectionOptions): PerMessageDeflateOptions | false {
  const { compression } = options;
  if (compression === undefined) return false;
  const { level, thresholdBytes, contextTakeover } = compression;
  return {
    zlibDeflateOptions: { level },
    threshold: thresholdBytes,
    // False instead of nothing would refuse peers that want it.
    ...(contextTakeover ? {} : { serverNoContextTakeover: true, clientNoContextTakeover: true }),
  };
}

/** Completes handshakes with the options of one endpoint. */
export class Acceptor {
  readonly #server: WebSocketServer;

  constructor(options: ResolvedConnectionOptions) {
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      WebSocket: LinkedWebSocket,
      maxPayload: options.maxMessageBytes,
      perMessageDeflate: deflate(options),
      closeTimeout: options.closeTimeoutMs,
    } as ServerOptions);
    this.#server.on('headers', (lines) => void lines.push(`Server: ${product}`));
  }

  /**
   * Answers 101. Undefined when ws refuses: then it has answered, and closes the connection.
   * @param key Sec-WebSocket-Key. @param extensions Sec-WebSocket-Extensions, empty for none.
   */
  accept(
    upgraded: UpgradedConnection,
    key: string,
    extensions: string,
    protocol: string,
    listener: SocketListener,
  ): Socket | undefined {
    const headers: Record<string, string> = {
      upgrade: 'websocket',
      'sec-websocket-key': key,
      'sec-websocket-version': '13',
    };
    if (extensions !== '') headers['sec-websocket-extensions'] = extensions;
    if (protocol !== '') headers['sec-websocket-protocol'] = protocol;
    const request = { method: 'GET', headers } as unknown as IncomingMessage;
    const { head, socket } = upgraded;
    let accepted: Socket | undefined;
    const bytes = Buffer.from(head.buffer as ArrayBuffer, head.byteOffset, head.byteLength);
    this.#server.handleUpgrade(request, socket as Duplex, bytes, (opened) => {
      opened.on('error', onError);
      accepted = new WsSocket(opened as LinkedWebSocket, listener);
    });
    return accepted;
  }
}

/** How the client connects. */
export interface Dial {
  readonly url: URL;
  /** The address as messages show it. */
  readonly shownUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: ClientTlsOptions | undefined;
  readonly options: ResolvedConnectionOptions;
  readonly listener: SocketListener;
  /** Once, unless it failed or was given up. */
  opened(socket: Socket): void;
  /** Once, unless it opened or was given up. */
  failed(error: Error): void;
}

/** Connects. Returns a function that gives up as long as it is not open. Nothing is called before it returns. */
export function dial({ url, shownUrl, headers, tls, options, listener, opened, failed }: Dial): () => void {
  const settings: ClientOptions & { readonly closeTimeout: number } = {
    headers: Object.keys(headers).some((name) => name.toLowerCase() === 'user-agent')
      ? { ...headers }
      : { 'User-Agent': product, ...headers },
    maxPayload: options.maxMessageBytes,
    perMessageDeflate: deflate(options),
    closeTimeout: options.closeTimeoutMs,
    ...tlsSettings(tls),
  };
  let isSettled = false;
  const fail = (error: Error): void => {
    if (isSettled) return;
    isSettled = true;
    failed(error);
  };
  const connectFailed = (cause: Error): void =>
    fail(
      webSocketError(
        'ICHOR_WEBSOCKET_CONNECT_FAILED',
        `No WebSocket connection to ${shownUrl}: ${cause.message || (cause as NodeJS.ErrnoException).code}. Check that the server runs and speaks WebSocket there${tls === undefined ? '' : ', and the tls options'}.`,
        { cause, details: { url: shownUrl } },
      ),
    );
  let socket: LinkedWebSocket;
  try {
    socket = new LinkedWebSocket(url, [...options.protocols], settings);
  } catch (cause) {
    // Certificates that cannot be read, say.
    queueMicrotask(() => connectFailed(cause as Error));
    return () => {
      isSettled = true;
    };
  }
  socket.on('open', () => {
    if (isSettled) return;
    isSettled = true;
    socket.on('error', onError);
    opened(new WsSocket(socket, listener));
  });
  socket.on('unexpected-response', (request, response) => {
    const { statusCode = 0, statusMessage = '' } = response;
    fail(
      webSocketError(
        'ICHOR_WEBSOCKET_REFUSED',
        `${shownUrl} refused the WebSocket handshake with ${statusCode} ${statusMessage}. Check path, sub-protocols, origin and credentials.`,
        { details: { url: shownUrl, status: statusCode } },
      ),
    );
    request.destroy();
  });
  socket.on('error', connectFailed);
  return () => {
    if (isSettled) return;
    isSettled = true;
    socket.terminate();
  };
}

function tlsSettings(tls: ClientTlsOptions | undefined): ClientOptions {
  if (tls === undefined) return {};
  const { ca, cert, key, passphrase, serverName, verify, minVersion } = tls;
  return {
    ...(ca === undefined ? {} : { ca: ca as string }),
    ...(cert === undefined ? {} : { cert: cert as string }),
    ...(key === undefined ? {} : { key: key as string }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(verify === undefined ? {} : { rejectUnauthorized: verify }),
    ...(minVersion === undefined ? {} : { minVersion }),
  };
}
