// Date-times of RFC 3339, as Date.prototype.toISOString writes them, with any offset and precision when read.

const form = /^(\d{4}|[+-]\d{6})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,18}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** Milliseconds since 1970 of a date-time, NaN for any other text. Digits beyond milliseconds are cut off. */
export function parseDate(text: string): number {
  const match = form.exec(text);
  if (match === null || match[1] === '-000000') return NaN;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour = '0', offsetMinute = '0'] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return NaN;
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return NaN;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return NaN;
  date.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.padEnd(3, '0').slice(0, 3)));
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000;
  return sign === '-' ? date.getTime() + offset : date.getTime() - offset;
}
