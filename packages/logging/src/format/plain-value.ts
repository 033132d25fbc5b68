// Turns any value into one that JSON can hold, whatever it is: cycles, errors with causes, throwing getters, huge or exotic objects.
// Used by the formatters and the pino adapter. Never throws, never calls user code except toJSON and getters.

const maxDepth = 8;
/** Per object and list. */
const maxEntries = 200;
/** Per value as a whole: a graph with many shared parts is as large as a tree otherwise. */
const maxMembers = 5000;
const knownOfErrors: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause', 'errors']);

/** Where the conversion is: the objects it is inside of, and how many members it may still take. */
interface Walk {
  readonly path: unknown[];
  left: number;
}

/** A JSON value, or undefined where there is nothing to show. */
export type PlainValue = null | boolean | number | string | undefined | PlainValue[] | { [key: string]: PlainValue };

/**
 * `value` as plain data. Errors become `{ name, message, code…, stack, cause, errors }` with their whole chain of causes;
 * what contains itself becomes `'[circular]'`; what lies deeper than 8 levels, or behind the first 5,000 members, `'[…]'`.
 */
export function plainValue(value: unknown): PlainValue {
  return convert(value, { path: [], left: maxMembers });
}

/** The chain and members of an error as plain data; see {@link plainValue}. */
export function plainError(error: Error): { [key: string]: PlainValue } {
  return convertError(error, { path: [error], left: maxMembers });
}

function convert(value: unknown, walk: Walk): PlainValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return value.toString();
    case 'symbol':
      return value.toString();
    case 'function':
      return `[function ${read(() => value.name, '')}]`;
    default:
      return value === null ? null : convertObject(value as object, walk);
  }
}

function convertObject(value: object, walk: Walk): PlainValue {
  if (walk.path.includes(value)) return '[circular]';
  if (walk.path.length >= maxDepth || walk.left <= 0) return '[…]';
  walk.path.push(value);
  const plain = read<PlainValue>(() => convertKnown(value, walk), '[unreadable]');
  walk.path.pop();
  return plain;
}

function convertKnown(value: object, walk: Walk): PlainValue {
  if (value instanceof Error) return convertError(value, walk);
  if (Array.isArray(value)) return convertList(value, value.length, walk);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Map) return convertEntries(value, value.size, walk);
  if (value instanceof Set) return convertList(value, value.size, walk);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
    return `[${value.constructor.name} of ${value.byteLength} bytes]`;
  if (value instanceof Promise) return '[promise]';
  if (value instanceof RegExp || value instanceof URL) return String(value);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return convert(toJSON.call(value), walk);
  const keys = Object.keys(value);
  return convertEntries(entriesOf(value, keys), keys.length, walk);
}

function* entriesOf(value: object, keys: readonly string[]): Iterable<[string, unknown]> {
  for (const key of keys) yield [key, read(() => (value as Record<string, unknown>)[key], '[unreadable]')];
}

function convertEntries(entries: Iterable<[unknown, unknown]>, count: number, walk: Walk): PlainValue {
  const plain = emptyRecord();
  let taken = 0;
  for (const [key, member] of entries) {
    if (taken++ === maxEntries || walk.left-- <= 0) {
      plain['…'] = `${count - taken + 1} more`;
      break;
    }
    const converted = convert(member, walk);
    if (converted !== undefined) plain[typeof key === 'string' ? key : describeValue(key)] = converted;
  }
  return plain;
}

function convertList(values: Iterable<unknown>, count: number, walk: Walk): PlainValue {
  const plain: PlainValue[] = [];
  for (const member of values) {
    if (plain.length === maxEntries || walk.left-- <= 0) {
      plain.push(`[… ${count - plain.length} more]`);
      break;
    }
    plain.push(convert(member, walk) ?? null);
  }
  return plain;
}

function convertError(error: Error, walk: Walk): { [key: string]: PlainValue } {
  const plain = emptyRecord();
  plain['name'] = read(() => String(error.name), 'Error');
  plain['message'] = read(() => String(error.message), '[unreadable]');
  for (const key of read(() => Object.keys(error), [])) {
    if (knownOfErrors.has(key)) continue;
    const converted = convert(
      read(() => (error as unknown as Record<string, unknown>)[key], '[unreadable]'),
      walk,
    );
    if (converted !== undefined) plain[key] = converted;
  }
  const stack = read(() => error.stack, undefined);
  if (typeof stack === 'string') plain['stack'] = stack;
  const cause = read(() => error.cause, '[unreadable]');
  if (cause !== undefined) plain['cause'] = convert(cause, walk);
  const errors = read(() => (error as { errors?: unknown }).errors, undefined);
  if (Array.isArray(errors)) plain['errors'] = convert(errors, walk);
  return plain;
}

/** Without a prototype, so that a member called `__proto__` is one like any other. */
function emptyRecord(): { [key: string]: PlainValue } {
  return Object.create(null) as { [key: string]: PlainValue };
}

/** What `get` gives, or `otherwise` when it throws. */
function read<T>(get: () => T, otherwise: T): T {
  try {
    return get();
  } catch {
    return otherwise;
  }
}

/** Whether `value` is an error; false where even looking at it throws. */
export function isError(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && read(() => value instanceof Error, false);
}

/** The names of the members of `fields`; none where there are no fields or they cannot be read. */
export function fieldNames(fields: unknown): readonly string[] {
  return typeof fields === 'object' && fields !== null ? read(() => Object.keys(fields), []) : [];
}

/** The member of `fields` called `name`, or a text that says that it cannot be read. */
export function fieldOf(fields: unknown, name: string): unknown {
  return read(() => (fields as Record<string, unknown>)[name], '[unreadable]');
}

/** Any value as a short text, for messages that name what was received. Never throws. */
export function describeValue(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(plainValue(value)) ?? 'undefined');
}
