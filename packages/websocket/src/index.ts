// The public names of @ichor/websocket.

export { WebSocketClientService } from './client/client-service.ts';
export { WebSocketChange } from './connection/connection.ts';
export { WebSocketMessageWork } from './connection/incoming-message.ts';
export type { CompressionOptions, ConnectionOptions } from './contract/connection-options.ts';
export {
  WebSocketClient,
  type ClientTlsOptions,
  type ConnectOptions,
  type WebSocketClientOptions,
} from './contract/websocket-client.ts';
export {
  WebSocketConnection,
  type CloseInfo,
  type ConnectionMetrics,
  type ConnectionState,
  type MessageChannel,
  type MessageStream,
  type SendResult,
  type WebSocketData,
  type WebSocketMessage,
} from './contract/websocket-connection.ts';
export {
  WebSocketHost,
  type Audience,
  type BroadcastOptions,
  type BroadcastResult,
  type ConnectionHandler,
  type Endpoint,
  type EndpointOptions,
  type Room,
  type Verdict,
  type WebSocketHostOptions,
} from './contract/websocket-host.ts';
export { webSocketErrors } from './errors/catalogue.ts';
export type { FullPolicy } from './flow/outbox.ts';
export type { ReconnectPolicy } from './flow/reconnect-delay.ts';
export { WebSocketOpen } from './host/endpoint.ts';
export { WebSocketHostService } from './host/host-service.ts';
export { isSendableCloseCode } from './protocol/close-codes.ts';
