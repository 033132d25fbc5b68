// Describes values and bytes in error messages: short, bounded, never a whole document.

const longest = 40;

/** How a received JavaScript value is called in a message. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `string ${quote(value)}`;
    case 'number':
      return `number ${Object.is(value, -0) ? '-0' : value}`;
    case 'bigint': {
      const text = String(value);
      return `bigint ${text.length > longest ? `of ${text.length} digits` : `${text}n`}`;
    }
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'symbol':
      return 'a symbol';
    case 'function':
      return 'a function';
    case 'object':
      break;
  }
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : 'a Date';
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  return 'an object';
}

/** The text in double quotes, cut after 40 characters. */
export function quote(text: string): string {
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text);
}
