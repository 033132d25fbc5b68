// Turns any value into plain JSON for inspect(), without secrets, bounded in depth and size.

/** Decides what is left out: true for a key whose value must not be shown. */
export type Redact = (key: string, value: unknown) => boolean;

const secretKey =
  /pass(word|phrase|wd)?$|secret|token|credential|auth(?!or)|cookie|(api|private|access|signing)[-_]?key|^key$/i;

/** Keys that usually hold secrets: passwords, tokens, keys, cookies. */
export const redactSecrets: Redact = (key) => secretKey.test(key);

const deepest = 6;
const longestList = 100;
const longestText = 1000;

/** @param key Under which the value stands: it decides about redaction. */
export function plain(value: unknown, redact: Redact, key = '', depth = 0, above: readonly unknown[] = []): unknown {
  if (key !== '' && value !== undefined && isRedacted(redact, key, value)) return '[redacted]';
  try {
    return plainValue(value, redact, depth, above);
  } catch {
    // A getter that throws, a revoked Proxy (LC-4).
    return 'Unprintable value';
  }
}

function plainValue(value: unknown, redact: Redact, depth: number, above: readonly unknown[]): unknown {
  switch (typeof value) {
    case 'string':
      return value.length > longestText ? `${value.slice(0, longestText)}… (${value.length} characters)` : value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : plainObject(value, redact, depth, above);
    case 'function':
      return `[function ${value.name === '' ? 'anonymous' : value.name}]`;
    case 'symbol':
    case 'bigint':
      return String(value);
    default:
      return undefined;
  }
}

/** A redaction that fails hides the value. */
function isRedacted(redact: Redact, key: string, value: unknown): boolean {
  try {
    return redact(key, value);
  } catch {
    return true;
  }
}

function plainObject(value: object, redact: Redact, depth: number, above: readonly unknown[]): unknown {
  if (above.includes(value)) return '[circular]';
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`;
  const kind = value.constructor?.name ?? 'object';
  if (depth >= deepest) return `[${kind}]`;
  const inside = [...above, value];
  if (Array.isArray(value) || value instanceof Set) {
    const items = [...value];
    const shown: unknown[] = items
      .slice(0, longestList)
      .map((item) => plain(item, redact, '', depth + 1, inside) ?? null);
    if (items.length > longestList) shown.push(`… (${items.length} in all)`);
    return shown;
  }
  const entries: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  const result: [string, unknown][] = [];
  for (const [key, entry] of entries.slice(0, longestList)) {
    const shown = plain(entry, redact, String(key), depth + 1, inside);
    if (shown !== undefined) result.push([String(key), shown]);
  }
  if (entries.length > longestList) result.push(['…', `${entries.length} in all`]);
  return Object.fromEntries(result);
}
