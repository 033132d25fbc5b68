// JSON, bytes to bytes: node bench/json.mjs [part of a row's name, such as "RB-50, read"]. ROUNDS is how often each is measured, PROCESSES
// in how many processes. Each contender runs all distinct messages of a size in turn.

import { fileURLToPath } from 'node:url';
import { jsonCodec } from '@ichor/serialization';
import fastJsonStringify from 'fast-json-stringify';
import { runRows } from './measure.mjs';
import { shaped, shapes, sizes } from './messages.mjs';

const encoder = new TextEncoder();
let sink = 0;

function reading({ message, calls }, inputs) {
  const { json } = message;
  const general = jsonCodec();
  const mask = inputs.length - 1;
  const contenders = {
    compiled: (call) => (sink += json.deserialize(inputs[call & mask]) === null),
    'JSON.parse': (call) => (sink += JSON.parse(inputs[call & mask].toString()) === null),
    general: (call) => (sink += general.deserialize(inputs[call & mask]) === null),
  };
  return { contenders, calls };
}

function writing({ message, calls }, values) {
  const { json } = message;
  const general = jsonCodec();
  const fast = fastJsonStringify({ ...message.jsonSchema(), $schema: undefined });
  const mask = values.length - 1;
  const contenders = {
    compiled: (call) => (sink += json.serialize(values[call & mask]).length),
    'JSON.stringify': (call) => (sink += encoder.encode(JSON.stringify(values[call & mask])).length),
    'fast-json-stringify': (call) => (sink += encoder.encode(fast(values[call & mask])).length),
    general: (call) => (sink += general.serialize(values[call & mask]).length),
  };
  return { contenders, calls };
}

/** To bytes and back. JSON.parse(JSON.stringify()) makes none; over a wire it has to, which is the third contender. */
function roundTrips({ message, calls }, values) {
  const { json } = message;
  const mask = values.length - 1;
  const contenders = {
    compiled: (call) => (sink += json.deserialize(json.serialize(values[call & mask])) === null),
    JSON: (call) => (sink += JSON.parse(JSON.stringify(values[call & mask])) === null),
    'JSON as bytes': (call) =>
      (sink += JSON.parse(Buffer.from(JSON.stringify(values[call & mask])).toString()) === null),
  };
  return { contenders, calls };
}

const rows = [];
for (const size of Object.keys(sizes)) {
  rows.push(`${size}, round trip, plain`);
  for (const shape of Object.keys(shapes)) rows.push(`${size}, read, ${shape}`);
  for (const shape of Object.keys(shapes)) if (shape !== 'white space') rows.push(`${size}, write, ${shape}`);
}

function contendersOf(row) {
  const [name, what, shape] = row.split(', ');
  const size = sizes[name]();
  const values = shaped(size.values, shape);
  if (what === 'round trip') return roundTrips(size, values);
  if (what === 'write') return writing(size, values);
  let texts = values.map((value) => JSON.stringify(value, null, shapes[shape][1]));
  if (shape === 'escapes') texts = texts.map((text) => text.replaceAll('h', '\\u0068'));
  return reading(
    size,
    texts.map((text) => Buffer.from(text)),
  );
}

runRows(fileURLToPath(import.meta.url), rows, contendersOf, {
  'to JSON': ['JSON', 'compiled'],
  'to JSON as bytes': ['JSON as bytes', 'compiled'],
  'to JSON.parse': ['JSON.parse', 'compiled'],
  'to JSON.stringify': ['JSON.stringify', 'compiled'],
  'to fast-json-stringify': ['fast-json-stringify', 'compiled'],
  'to general': ['general', 'compiled'],
});
if (sink < 0) console.log(sink);
