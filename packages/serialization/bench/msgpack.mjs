// MessagePack, bytes to bytes: node bench/msgpack.mjs [part of a row's name]. ROUNDS is how often each is measured, PROCESSES
// in how many processes. Each contender runs all distinct messages of a size in turn.

import { fileURLToPath } from 'node:url';
import { MsgPackEncoder } from '@jsonjoy.com/json-pack/lib/msgpack/MsgPackEncoder.js';
import { MsgPackDecoder } from '@jsonjoy.com/json-pack/lib/msgpack/MsgPackDecoder.js';
import { decode, encode } from '@msgpack/msgpack';
import { messagePackCodec } from '@ichor/serialization';
import { Packr } from 'msgpackr';
import { runRows } from './measure.mjs';
import { shaped, shapes, sizes } from './messages.mjs';

let sink = 0;

const rows = Object.keys(sizes).flatMap((size) =>
  Object.keys(shapes)
    .filter((shape) => shape !== 'white space')
    .map((shape) => `${size}, round trip, ${shape}`),
);

function contendersOf(row) {
  const [name, , shape] = row.split(', ');
  const size = sizes[name]();
  const values = shaped(size.values, shape);
  const mask = values.length - 1;
  const plain = new Packr({ useRecords: false });
  const records = new Packr({ useRecords: true, structures: [] });
  const packEncoder = new MsgPackEncoder();
  const packDecoder = new MsgPackDecoder();
  const general = messagePackCodec();
  const { msgpack, positional } = size.message;
  const contenders = {
    keys: (call) => (sink += msgpack.deserialize(msgpack.serialize(values[call & mask])) === null),
    positional: (call) => (sink += positional.deserialize(positional.serialize(values[call & mask])) === null),
    '@msgpack': (call) => (sink += decode(encode(values[call & mask])) === null),
    msgpackr: (call) => (sink += plain.unpack(plain.pack(values[call & mask])) === null),
    records: (call) => (sink += records.unpack(records.pack(values[call & mask])) === null),
    'json-pack': (call) => (sink += packDecoder.read(packEncoder.encode(values[call & mask])) === null),
    general: (call) => (sink += general.deserialize(general.serialize(values[call & mask])) === null),
  };
  return { contenders, calls: Math.ceil(size.calls / 2) };
}

runRows(fileURLToPath(import.meta.url), rows, contendersOf, {
  'keys to records': ['records', 'keys'],
  'positional to records': ['records', 'positional'],
  'keys to general': ['general', 'keys'],
});
if (sink < 0) console.log(sink);
