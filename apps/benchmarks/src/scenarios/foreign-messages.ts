// Messages of six shapes as other programs write them: the same values in forms that no fast path was made for.

import { encode } from '@msgpack/msgpack';
import { defineMessage, t, type Serializer } from '@ichor/serialization';

/** Bytes from elsewhere, with the codec that reads them and the length that its own form of the same value has. */
export interface ForeignMessage {
  readonly codec: Codec;
  readonly foreign: Uint8Array;
  readonly ownLength: number;
}

/** A message whose values the workload does not look into, and a codec of it. */
type Message = Readonly<Record<'json' | 'msgpack', Codec>>;
type Codec = Pick<Serializer<unknown>, 'deserialize'> & { serialize(value: unknown): Uint8Array };

const Point = defineMessage('Point', { x: t.float(), y: t.float() });
const Named = defineMessage('Named', { id: t.uint(), name: t.string() });
const Flags = defineMessage('Flags', { on: t.bool(), off: t.bool(), note: t.string() });
const Path = defineMessage('Path', { name: t.string(), points: t.array(Point) });
const Order = defineMessage('Order', { id: t.uint(), to: Named, items: t.array(t.string()) });
const Reading = defineMessage('Reading', { sensor: t.string(), value: t.float(), at: t.uint() });

const shapes: ReadonlyArray<readonly [Message, (n: number) => unknown]> = [
  [Point, (n) => ({ y: -n / 8, x: n * 1.5 })],
  [Named, (n) => ({ name: `näme "${n}"\n`, id: n })],
  [Flags, (n) => ({ note: `tab\t${n}`, off: n % 2 === 0, on: n % 2 === 1 })],
  [
    Path,
    (n) => ({
      points: [
        { y: n, x: 1 },
        { y: 0.25, x: n },
      ],
      name: `path ${n}`,
    }),
  ],
  [Order, (n) => ({ items: ['a', `b${n}`, '✓'], to: { name: 'Ada', id: 2 }, id: n })],
  [Reading, (n) => ({ at: 1_700_000_000_000 + n, value: n / 3, sensor: `s${n}` })],
];

/** 200 values of each shape, with their keys in another order than the message has them. */
export function foreignMessages(format: 'json' | 'msgpack'): ForeignMessage[] {
  return Array.from({ length: 1200 }, (_, index) => {
    const [message, valueOf] = shapes[index % shapes.length]!;
    const codec = message[format];
    const foreign = format === 'json' ? foreignJson(valueOf(index), index) : encode(valueOf(index));
    return { codec, foreign, ownLength: codec.serialize(codec.deserialize(foreign)).length };
  });
}

/** White space in every second one, and every character beyond ASCII as an escape in every second one. */
function foreignJson(value: unknown, index: number): Uint8Array {
  const text = JSON.stringify(value, undefined, index % 4 < 2 ? 0 : 2);
  return new TextEncoder().encode(index % 8 < 4 ? text : escaped(text));
}

function escaped(text: string): string {
  return text.replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
