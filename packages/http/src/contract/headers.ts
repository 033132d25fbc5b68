// Header fields: what handlers read of a request and what they give with a response.

/** Received header fields. Names are looked up without regard to case; values are text with one character per byte. */
export interface HttpHeaders extends Iterable<readonly [name: string, value: string]> {
  /** The value, repeated fields joined with `, `; undefined when absent. O(fields) on first use, then O(1). */
  get(name: string): string | undefined;
  /** Every value of a repeated field, in the order received. */
  getAll(name: string): readonly string[];
  has(name: string): boolean;
  /** Names and values as received, in order, in their original spelling. */
  readonly raw: ReadonlyArray<readonly [name: string, value: string]>;
}

/** Header fields of a response: a record (a list of values sends the field several times), or pairs. */
export type HeaderValues =
  | Readonly<Record<string, string | number | readonly string[]>>
  | ReadonlyArray<readonly [name: string, value: string]>;
