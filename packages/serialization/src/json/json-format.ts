// JSON (RFC 8259) as a format of compiled codecs.

import type { Format } from '../codec/compiled-codec.ts';
import { bytewise, viewed } from '../codegen/input-access.ts';
import type { Writer } from '../codec/writer.ts';
import type { SchemaNode } from '../schema/node.ts';
import { generateProjection } from './generate-projection.ts';
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
  largeText: { minBytes: hasFastStringify() ? 2048 : Infinity, generate: generateText },
};

function generateText(node: SchemaNode): ((w: Writer, v: unknown) => string) | undefined {
  const project = generateProjection(node);
  if (project === undefined) return undefined;
  return (w, v) => {
    // JSON.stringify would call what somebody has added to the prototype of all objects or arrays.
    if ('toJSON' in Array.prototype) throw new TypeError('JSON.stringify would write something else.');
    return JSON.stringify(project(w, v));
  };
}

/** From V8 13.8 on JSON.stringify writes plain data two to three times as fast as before, and faster than any code here. */
function hasFastStringify(): boolean {
  const { process } = globalThis as { readonly process?: { readonly versions?: { readonly v8?: string } } };
  return Number.parseFloat(process?.versions?.v8 ?? '0') >= 13.8;
}
