// The measured program: POST /ping through the whole host. Usage: node pong.mjs <port>. Build the package first.
// The codec is written by hand, so that this program measures the host and not a serializer.

import { DependencyManager, IchorError, required } from '@ichor/core';
import { HttpHost, HttpHostService, json } from '@ichor/http';

const prefix = Buffer.from('{"sequence":');

/** JSON of exactly `{"sequence": n}` with any white space, read from bytes; everything else goes through JSON.parse. */
const codec = {
  contentType: 'application/json',
  serialize(value) {
    return Buffer.from(JSON.stringify(value));
  },
  serializeInto(value, buffer, offset) {
    const digits = String(value.sequence);
    if (offset + prefix.length + digits.length + 1 > buffer.length) return -1;
    buffer.set(prefix, offset);
    let at = offset + prefix.length;
    for (let index = 0; index < digits.length; index++) buffer[at++] = digits.charCodeAt(index);
    buffer[at++] = 0x7d;
    return at;
  },
  deserialize(bytes, start = 0, end = bytes.length) {
    const value = JSON.parse(Buffer.prototype.latin1Slice.call(bytes, start, end));
    if (typeof value?.sequence !== 'number') {
      throw new IchorError('ICHOR_SERIALIZATION_MISMATCH', 'sequence must be a number.');
    }
    return value;
  },
};

const PingMessage = {
  name: 'PingMessage',
  codecs: [codec],
  '~standard': { version: 1, vendor: 'bench', validate: (value) => ({ value }) },
};

class Pong {
  static dependencies = { host: required(HttpHost) };
  constructor({ host }) {
    host.post('/ping', { body: PingMessage }, (request) => json(PingMessage, { sequence: request.body.sequence }));
  }
}

const manager = new DependencyManager();
manager.register(HttpHostService, { options: { address: '127.0.0.1', port: Number(process.argv[2]), backlog: 4096 } });
manager.register(Pong);
await manager.run({ signals: ['SIGINT', 'SIGTERM'] });
