// MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) as formats of compiled codecs.

import type { Format } from '../codec/compiled-codec.ts';
import { bytewise, viewed } from '../codegen/input-access.ts';
import { generatePackReader } from './generate-reader.ts';
import { generatePackWriter } from './generate-writer.ts';
import { PackReaders } from './read-closures.ts';
import { PackWriters } from './write-closures.ts';

function packFormat(contentType: string, positional: boolean): Format {
  return {
    contentType,
    compileReader(node) {
      const closures = new PackReaders(positional);
      return {
        closure: closures.read(node),
        generate: () => generatePackReader(node, closures, bytewise),
        generateForView: () => generatePackReader(node, closures, viewed),
      };
    },
    compileWriter(node) {
      const closures = new PackWriters(positional);
      return { closure: closures.write(node), generate: () => generatePackWriter(node, closures) };
    },
    minViewBytes: 400,
    skipTail: (_r, _b, p) => p,
  };
}

/** Objects as maps with their keys: any MessagePack library understands it. */
export const msgpackFormat = packFormat('application/msgpack', false);

/** Objects as arrays: smaller, for two ends that share the schema. */
export const positionalFormat = packFormat('application/vnd.ichor.positional+msgpack', true);
