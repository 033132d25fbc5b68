// One record as one line of JSON: for files, pipes and log collectors.

import type { LogRecord } from '../contract/log-sink.ts';
import { fieldNames, fieldOf, plainValue } from './plain-value.ts';

const reserved: ReadonlySet<string> = new Set(['time', 'level', 'service', 'serviceId', 'source', 'message']);
// Printable ASCII without quote and backslash needs no escaping.
const simple = /^[ !#-[\]-~]*$/;

// Records come many to a millisecond, and writing a date costs as much as the rest of the line.
let latestTime = NaN;
let latestText = '';

/**
 * The record as JSON without a line break: `time` (ISO 8601), `level`, `service`, `serviceId`, `source`, `message`, then the fields.
 * A field with one of those names is written as `fields.<name>`. Never throws.
 */
export function formatJson(record: LogRecord): string {
  let line = `{"time":"${isoTime(record.time)}","level":"${record.level}","service":${quote(record.service)},"serviceId":${record.serviceId}`;
  if (record.source !== undefined) line += `,"source":${quote(record.source)}`;
  line += `,"message":${quote(record.message)}`;
  const { fields } = record;
  if (fields !== undefined) {
    for (const name of fieldNames(fields)) {
      const json = toJson(fieldOf(fields, name));
      if (json !== undefined) line += `,${quote(reserved.has(name) ? `fields.${name}` : name)}:${json}`;
    }
  }
  return `${line}}`;
}

/** ISO 8601 in UTC; also for times that no date can hold. */
function isoTime(time: number): string {
  if (time === latestTime) return latestText;
  const date = new Date(time);
  latestText = Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
  latestTime = time;
  return latestText;
}

function toJson(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      return Number.isFinite(value) ? String(value) : `"${value}"`;
    default:
      return JSON.stringify(plainValue(value));
  }
}

function quote(text: string): string {
  return simple.test(text) ? `"${text}"` : JSON.stringify(text);
}
