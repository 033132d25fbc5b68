// Sends one message to many: encoded once, queued by each receiver for itself.

import type { MessageCodec, MessageType } from '@ichor/core';
import type { Connection } from '../connection/connection.ts';
import { connectionOf, payloadOf } from '../connection/connection-view.ts';
import { codecFor, isTextual } from '../connection/typed-channel.ts';
import type { BroadcastOptions, BroadcastResult } from '../contract/websocket-host.ts';
import type { WebSocketData } from '../contract/websocket-connection.ts';

/** @throws ICHOR_WEBSOCKET_DATA_INVALID */
export function broadcast(
  receivers: Iterable<Connection>,
  data: WebSocketData,
  options: BroadcastOptions | undefined,
): BroadcastResult {
  const { bytes, isBinary } = payloadOf(data);
  const encoded = bufferOf(bytes);
  return send(receivers, options, (connection) => connection.send(encoded, isBinary));
}

/** @throws the error of a codec when the value does not fit the type. */
export function broadcastMessage<T>(
  receivers: Iterable<Connection>,
  type: MessageType<T>,
  value: T,
  options: BroadcastOptions | undefined,
): BroadcastResult {
  const encodings = new Map<MessageCodec<T>, { readonly bytes: Uint8Array; readonly isBinary: boolean }>();
  return send(receivers, options, (connection) => {
    const codec = codecFor(type, connection.protocol);
    let encoding = encodings.get(codec);
    if (encoding === undefined) {
      encoding = { bytes: bufferOf(codec.serialize(value)), isBinary: !isTextual(codec.contentType) };
      encodings.set(codec, encoding);
    }
    return connection.send(encoding.bytes, encoding.isBinary);
  });
}

function send(
  receivers: Iterable<Connection>,
  options: BroadcastOptions | undefined,
  sendTo: (connection: Connection) => keyof BroadcastResult,
): BroadcastResult {
  const except = options?.except === undefined ? undefined : connectionOf(options.except);
  const result = { sent: 0, queued: 0, full: 0, closed: 0 };
  for (const connection of receivers) if (connection !== except) result[sendTo(connection)]++;
  return result;
}

/** ws makes a Buffer of everything else, once per receiver. */
function bufferOf(bytes: string | Uint8Array): Buffer {
  if (typeof bytes === 'string') return Buffer.from(bytes);
  return Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}
