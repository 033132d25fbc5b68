// The query of a request target, and url-encoded bodies, as plain records (https://url.spec.whatwg.org/#application/x-www-form-urlencoded).

/** Values by name; a name that comes more than once has a list. No prototype, so any name is safe to look up. */
export type QueryValues = Readonly<Record<string, string | readonly string[] | undefined>>;

const noValues: QueryValues = Object.freeze(Object.create(null) as QueryValues);

/** Parses `a=1&b=2&b=3`. Malformed percent-encoding is kept as it is, as browsers do. O(length). */
export function parseQuery(text: string): QueryValues {
  if (text === '') return noValues;
  const values = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of new URLSearchParams(`?${text}`)) {
    const existing = values[name];
    if (existing === undefined) values[name] = value;
    else if (typeof existing === 'string') values[name] = [existing, value];
    else existing.push(value);
  }
  return values;
}
