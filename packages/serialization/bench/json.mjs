// JSON, bytes to bytes: node bench/json.mjs [part of a size's name]
// Each contender runs all distinct messages of a size in turn.

import { jsonCodec } from '@ichor/serialization';
import fastJsonStringify from 'fast-json-stringify';
import { measure, ns, row, times } from './measure.mjs';
import { shapes, sizes } from './messages.mjs';

const general = jsonCodec();
const encoder = new TextEncoder();
let sink = 0;

console.log(`Node ${process.version}`);
for (const { name, message, values, rounds } of sizes) {
  if (!name.includes(process.argv[2] ?? '')) continue;
  const mask = values.length - 1;
  const { json } = message;
  const fast = fastJsonStringify({ ...message.jsonSchema(), $schema: undefined });

  const [whole, native] = measure(
    [
      (call) => (sink += json.deserialize(json.serialize(values[call & mask])) === null),
      (call) => (sink += JSON.parse(JSON.stringify(values[call & mask])) === null),
    ],
    rounds,
  );
  console.log(
    `\n${name}: round trip ${ns(whole)}, JSON.parse(JSON.stringify()) ${ns(native)}: ${times(native / whole)}`,
  );

  console.log('\n  reading');
  row('shape', ['compiled', 'JSON.parse', 'general', 'to JSON.parse', 'to general']);
  for (const [shape, [change, space]] of Object.entries(shapes)) {
    let texts = values.map((value) => JSON.stringify(change(value), null, space));
    if (shape === 'escapes') texts = texts.map((text) => text.replaceAll('h', '\\u0068'));
    const inputs = texts.map((text) => Buffer.from(text));
    const [compiled, parse, theirs] = measure(
      [
        (call) => (sink += json.deserialize(inputs[call & mask]) === null),
        (call) => (sink += JSON.parse(inputs[call & mask].toString()) === null),
        (call) => (sink += general.deserialize(inputs[call & mask]) === null),
      ],
      rounds,
    );
    row(shape, [ns(compiled), ns(parse), ns(theirs), times(parse / compiled), times(theirs / compiled)]);
  }

  console.log('\n  writing');
  row('shape', [
    'compiled',
    'JSON.stringify',
    'fast-json-str.',
    'general',
    'to stringify',
    'to fast-json',
    'to general',
  ]);
  for (const shape of ['plain', 'reordered', 'escapes', 'non-ASCII', 'unknown keys']) {
    const shaped = values.map((value) => shapes[shape][0](value));
    const [compiled, stringify, rival, theirs] = measure(
      [
        (call) => (sink += json.serialize(shaped[call & mask]).length),
        (call) => (sink += encoder.encode(JSON.stringify(shaped[call & mask])).length),
        (call) => (sink += encoder.encode(fast(shaped[call & mask])).length),
        (call) => (sink += general.serialize(shaped[call & mask]).length),
      ],
      rounds,
    );
    row(shape, [
      ns(compiled),
      ns(stringify),
      ns(rival),
      ns(theirs),
      times(stringify / compiled),
      times(rival / compiled),
      times(theirs / compiled),
    ]);
  }
}
if (sink < 0) console.log(sink);
