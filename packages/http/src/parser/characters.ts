// Character classes of RFC 9110, 9112 and 3986 as one byte table each: what the parsers and validators test bytes against.

/** `tchar` of RFC 9110 section 5.6.2: method and field names. */
export const TOKEN = 1;
/** Bytes of a field value: HTAB, SP, VCHAR and obs-text (RFC 9110 section 5.5). */
export const FIELD_VALUE = 2;
/** `pchar` and `/` of RFC 3986, without `%`, which needs its two digits checked. */
export const PATH = 4;
/** Bytes of a query: those of a path, `?`, and what browsers leave as it is: `[ ] { } | \ ^` and the backtick. Without `%`. */
export const QUERY = 8;
/** Hexadecimal digits. */
export const HEX = 16;
/** Bytes of a registered name or an IPv4 address (RFC 3986 section 3.2.2), without `%`. */
export const HOST_NAME = 32;
/** Bytes inside a quoted-string that need no backslash (RFC 9110 section 5.6.4). */
export const QUOTED = 64;

/** The classes of each byte, as a bit set. */
export const characterClasses: Uint8Array = buildTable();

function buildTable(): Uint8Array {
  const table = new Uint8Array(256);
  const mark = (characters: string, bits: number): void => {
    for (let index = 0; index < characters.length; index++) table[characters.charCodeAt(index)]! |= bits;
  };
  const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  mark(alphanumeric, TOKEN | PATH | QUERY | HOST_NAME);
  mark("!#$%&'*+-.^_`|~", TOKEN);
  mark("-._~!$&'()*+,;=:@/", PATH | QUERY);
  mark('?[]{}|\\^`', QUERY);
  mark("-._~!$&'()*+,;=", HOST_NAME);
  mark('0123456789ABCDEFabcdef', HEX);
  for (let byte = 0x21; byte < 0x7f; byte++) table[byte]! |= FIELD_VALUE | QUOTED;
  for (let byte = 0x80; byte <= 0xff; byte++) table[byte]! |= FIELD_VALUE | QUOTED;
  mark(' \t', FIELD_VALUE | QUOTED);
  table[0x22]! &= ~QUOTED;
  table[0x5c]! &= ~QUOTED;
  return table;
}

/** Whether `text` is a non-empty token. */
export function isToken(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0xff || (characterClasses[code]! & TOKEN) === 0) return false;
  }
  return text.length > 0;
}

/** Whether `text` can be sent as a field value: no control characters, nothing above U+00FF, no space at either end. */
export function isFieldValue(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0xff || (characterClasses[code]! & FIELD_VALUE) === 0) return false;
  }
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  return first !== 0x20 && first !== 0x09 && last !== 0x20 && last !== 0x09;
}

/** The value of a hexadecimal digit, or -1. */
export function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Text of `bytes[start..end)`, one character per byte. For short runs; the host has faster ways for long ones. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let index = start; index < end; index++) text += String.fromCharCode(bytes[index]!);
  return text;
}
