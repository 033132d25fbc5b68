// Messages of six shapes as other programs write them: the same values in forms that no fast path was made for.

import { defineMessage, t, type Serializer } from '@ichor/serialization';

/** Bytes from elsewhere, with the codec that reads them and the length that its own form of the same value has. */
export interface ForeignMessage {
  readonly codec: Message['json'];
  readonly foreign: Uint8Array;
  readonly ownLength: number;
}

/** A message whose values the workload does not look into. */
interface Message {
  readonly json: Pick<Serializer<unknown>, 'deserialize'> & { serialize(value: unknown): Uint8Array };
}

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

/** 200 values of each shape: keys reordered always, white space and escapes in every second one. */
export function foreignMessages(format: 'json'): ForeignMessage[] {
  return Array.from({ length: 1200 }, (_, index) => {
    const [message, valueOf] = shapes[index % shapes.length]!;
    const codec = message[format];
    const text = JSON.stringify(valueOf(index), undefined, index % 4 < 2 ? 0 : 2);
    const foreign = new TextEncoder().encode(index % 8 < 4 ? text : escaped(text));
    return { codec, foreign, ownLength: codec.serialize(codec.deserialize(foreign)).length };
  });
}

/** Writes every character beyond ASCII as an escape, as many encoders do. */
function escaped(text: string): string {
  return text.replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
