// What has been written to a stream: newer lines of Node give it in pieces, one per write.

import type { Readable } from 'node:stream';

export function readAll(stream: Readable): string {
  let text = '';
  for (let chunk: unknown = stream.read(); chunk !== null; chunk = stream.read()) text += String(chunk);
  return text;
}
