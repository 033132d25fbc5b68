// Received header fields, parsed out of the text of their lines when somebody first asks. The parser has checked every line.

import type { HttpHeaders } from '../contract/headers.ts';

export class HeaderList implements HttpHeaders {
  readonly #text: string;
  #pairs: (readonly [string, string])[] | undefined;
  #byName: Map<string, string | string[]> | undefined;

  /** @param text Field lines, each with its line end, one character per byte. */
  constructor(text: string) {
    this.#text = text;
  }

  get raw(): ReadonlyArray<readonly [name: string, value: string]> {
    return (this.#pairs ??= parsePairs(this.#text));
  }

  get(name: string): string | undefined {
    const value = this.#index().get(name.toLowerCase());
    return typeof value === 'object' ? value.join(', ') : value;
  }

  getAll(name: string): readonly string[] {
    const value = this.#index().get(name.toLowerCase());
    return value === undefined ? [] : typeof value === 'string' ? [value] : value;
  }

  has(name: string): boolean {
    return this.#index().has(name.toLowerCase());
  }

  [Symbol.iterator](): Iterator<readonly [name: string, value: string]> {
    return this.raw[Symbol.iterator]();
  }

  #index(): Map<string, string | string[]> {
    if (this.#byName !== undefined) return this.#byName;
    const byName = new Map<string, string | string[]>();
    for (const [name, value] of this.raw) {
      const key = name.toLowerCase();
      const existing = byName.get(key);
      if (existing === undefined) byName.set(key, value);
      else if (typeof existing === 'string') byName.set(key, [existing, value]);
      else existing.push(value);
    }
    return (this.#byName = byName);
  }
}

/** No fields. */
export const noHeaders: HttpHeaders = new HeaderList('');

function parsePairs(text: string): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  let start = 0;
  for (let end = text.indexOf('\r\n'); end > start; end = text.indexOf('\r\n', start)) {
    const colon = text.indexOf(':', start);
    let valueStart = colon + 1;
    let valueEnd = end;
    while (valueStart < valueEnd && isSpace(text.charCodeAt(valueStart))) valueStart++;
    while (valueEnd > valueStart && isSpace(text.charCodeAt(valueEnd - 1))) valueEnd--;
    pairs.push([text.slice(start, colon), text.slice(valueStart, valueEnd)]);
    start = end + 2;
  }
  return pairs;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
