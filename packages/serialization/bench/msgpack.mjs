// MessagePack, bytes to bytes: node bench/msgpack.mjs [part of a size's name]
// Each contender runs all distinct messages of a size in turn.

import { MsgPackEncoder } from '@jsonjoy.com/json-pack/lib/msgpack/MsgPackEncoder.js';
import { MsgPackDecoder } from '@jsonjoy.com/json-pack/lib/msgpack/MsgPackDecoder.js';
import { decode, encode } from '@msgpack/msgpack';
import { messagePackCodec } from '@ichor/serialization';
import { Packr } from 'msgpackr';
import { measure, ns, row, times } from './measure.mjs';
import { shapes, sizes } from './messages.mjs';

let sink = 0;
console.log(`Node ${process.version}`);
for (const { name, message, values, rounds } of sizes) {
  if (!name.includes(process.argv[2] ?? '')) continue;
  const mask = values.length - 1;
  console.log(`\n${name}: round trips`);
  row('shape', [
    'keys',
    'positional',
    '@msgpack',
    'msgpackr',
    'records',
    'json-pack',
    'general',
    'keys/records',
    'pos./records',
    'keys/general',
  ]);
  for (const shape of Object.keys(shapes)) {
    if (shape === 'white space') continue;
    const shaped = values.map((value) => shapes[shape][0](value));
    const plain = new Packr({ useRecords: false });
    const records = new Packr({ useRecords: true, structures: [] });
    const packEncoder = new MsgPackEncoder();
    const packDecoder = new MsgPackDecoder();
    const general = messagePackCodec();
    const { msgpack, positional } = message;
    const best = measure(
      [
        (call) => (sink += msgpack.deserialize(msgpack.serialize(shaped[call & mask])) === null),
        (call) => (sink += positional.deserialize(positional.serialize(shaped[call & mask])) === null),
        (call) => (sink += decode(encode(shaped[call & mask])) === null),
        (call) => (sink += plain.unpack(plain.pack(shaped[call & mask])) === null),
        (call) => (sink += records.unpack(records.pack(shaped[call & mask])) === null),
        (call) => (sink += packDecoder.read(packEncoder.encode(shaped[call & mask])) === null),
        (call) => (sink += general.deserialize(general.serialize(shaped[call & mask])) === null),
      ],
      Math.ceil(rounds / 2),
    );
    const [keys, position, , , record, , theirs] = best;
    row(shape, [...best.map(ns), times(record / keys), times(record / position), times(theirs / keys)]);
  }
}
if (sink < 0) console.log(sink);
