// The four messages that are measured, and their six shapes. Every set holds distinct values, so that nothing can be cached.
// Nothing is made before it is asked for: a process holds what it measures, and nothing else.

import { defineMessage, t } from '@ichor/serialization';

/** The message of RB-50. */
const Test = { id: t.uint(), val: t.string() };

/** A typical message of about 300 bytes. */
const Order = {
  id: t.uint(),
  customer: t.string(),
  kind: t.enum(['limit', 'market', 'stop']),
  symbol: t.string(),
  price: t.float(),
  quantity: t.uint(),
  open: t.bool(),
  tags: t.array(t.string()),
  address: t.object({ street: t.string(), city: t.string(), zip: t.string() }),
  note: t.nullable(t.string()),
};

const Reading = t.object({ sensor: t.string(), at: t.uint(), value: t.float(), good: t.bool() });

const word = (n) => ['alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot'][n % 6] + (n % 997);

const test = (n) => ({ id: n * 7, val: `five hundred ${n % 1000}`.slice(0, 12) + String.fromCharCode(97 + (n % 26)) });

const order = (n) => ({
  id: 1_000_000 + n,
  customer: `customer-${n}-${word(n)}`,
  kind: ['limit', 'market', 'stop'][n % 3],
  symbol: word(n + 3).slice(0, 6),
  price: Math.round(n * 137.31) / 100 + 0.25,
  quantity: (n * 31) % 5000,
  open: n % 2 === 0,
  tags: [word(n), word(n + 1), word(n + 2)],
  address: { street: `${n % 200} Main Street`, city: word(n + 5), zip: String(10_000 + (n % 89_999)) },
  note: n % 3 === 0 ? null : `please deliver between ${n % 12} and ${(n % 12) + 2} o'clock`,
});

const reading = (n) => ({
  sensor: `sensor-${word(n)}`,
  at: 1_700_000_000_000 + n * 17,
  value: Math.round(n * 31.7) / 8,
  good: n % 5 !== 0,
});

const size = (fields, calls, count, valueOf) => () => ({
  message: defineMessage('Measured', fields),
  calls,
  values: Array.from({ length: count }, (_, n) => valueOf(n)),
});

/** Name to a function that makes the message, its distinct values, and how many calls make a slice of ten milliseconds. */
export const sizes = {
  'RB-50': size(Test, 40_000, 1024, test),
  '300 bytes': size(Order, 10_000, 1024, order),
  '10 KB': size({ readings: t.array(Reading) }, 800, 32, (n) => ({
    readings: Array.from({ length: 130 }, (_, k) => reading(n * 130 + k)),
  })),
  '1 MB': size({ title: t.string(), orders: t.array(t.object(Order)) }, 6, 4, (n) => ({
    title: `document ${n}`,
    orders: Array.from({ length: 3_400 }, (_, k) => order(n * 3_400 + k)),
  })),
};

/** Changes every string of a value. */
function mapStrings(value, change) {
  if (typeof value === 'string') return /^(limit|market|stop)$/.test(value) ? value : change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapStrings(member, change)]));
}

function mapObjects(value, change) {
  if (Array.isArray(value)) return value.map((item) => mapObjects(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(change(Object.entries(value).map(([key, member]) => [key, mapObjects(member, change)])));
}

/** Shape to a function from a value to the value that is sent, and the white space of its JSON text. */
export const shapes = {
  plain: [(value) => value],
  reordered: [(value) => mapObjects(value, (entries) => [...entries].reverse())],
  'white space': [(value) => value, 2],
  escapes: [(value) => mapStrings(value, (text) => `${text.slice(0, 4)}"\n${text.slice(4)}`)],
  'non-ASCII': [(value) => mapStrings(value, (text) => `${text.slice(0, 4)}é漢${text.slice(4)}`)],
  'unknown keys': [
    (value) => mapObjects(value, (entries) => [['extra', { a: [1, 2] }], ...entries, ['more', 'nothing']]),
  ],
};

/** The values in that shape, as if they had been parsed: strings that were put together are slow to read for everybody. */
export function shaped(values, shape) {
  return JSON.parse(JSON.stringify(values.map((value) => shapes[shape][0](value))));
}
