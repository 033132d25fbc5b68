// Answers every PingMessage on the WebSocket /ws with the sequence it received, as JSON or MessagePack by sub-protocol.

import { Logger } from '@ichor/core';
import { WebSocketHost } from '@ichor/websocket';
import { inject, injectable } from 'inversify';
import { PingMessage } from './ping-message.ts';

@injectable()
export class PongSocketService {
  constructor(@inject(WebSocketHost) host: WebSocketHost, @inject(Logger) log: Logger) {
    host.endpoint('/ws', { protocols: ['json', 'msgpack'] }, (connection) => {
      const pings = connection.channel(PingMessage);
      pings.onMessage(({ sequence }) => {
        if (log.isEnabled('info')) log.info('ping', { sequence, connection: connection.id });
        pings.send({ sequence });
      });
    });
  }
}
