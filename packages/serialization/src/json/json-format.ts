// JSON (RFC 8259) as a format of compiled codecs.

import type { Format } from '../codec/compiled-codec.ts';
import { bytewise, viewed } from '../codegen/input-access.ts';
import { generateJsonReader } from './generate-reader.ts';
import { generateJsonWriter } from './generate-writer.ts';
import { skipSpace } from './json-text.ts';
import { JsonReaders } from './read-closures.ts';
import { JsonWriters } from './write-closures.ts';

export const jsonFormat: Format = {
  contentType: 'application/json',
  compileReader(node) {
    const closures = new JsonReaders();
    return {
      closure: closures.read(node),
      generate: () => generateJsonReader(node, closures, bytewise),
      generateForView: () => generateJsonReader(node, closures, viewed),
    };
  },
  compileWriter(node) {
    const closures = new JsonWriters();
    return { closure: closures.write(node), generate: () => generateJsonWriter(node, closures) };
  },
  minViewBytes: 1000,
  skipTail: skipSpace,
};
