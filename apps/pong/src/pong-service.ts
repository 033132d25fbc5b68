// Answers POST /ping with the sequence it received.

import { Logger } from '@ichor/core';
import { HttpHost, json } from '@ichor/http';
import { inject, injectable } from 'inversify';
import { PingMessage } from './ping-message.ts';

@injectable()
export class PongService {
  constructor(@inject(HttpHost) host: HttpHost, @inject(Logger) log: Logger) {
    host.post('/ping', { body: PingMessage }, (request) => {
      const { sequence } = request.body;
      if (log.isEnabled('info')) log.info('ping', { sequence });
      return json(PingMessage, { sequence });
    });
  }
}
