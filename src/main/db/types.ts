/**
 * How PostgreSQL's values become JavaScript's, for raw queries and drizzle alike: calendar dates stay `YYYY-MM-DD`, instants
 * become ISO 8601 in UTC with milliseconds (as entity rows carry them), bigint becomes a number and is refused beyond 2^53.
 */
import pg from 'pg';

const INT8 = 20;
const DATE = 1082;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;

/** `2026-07-01 12:00:00.123456+02` → `2026-07-01T10:00:00.123Z`; infinity stays as it is. */
export function instantFromText(value: string): string {
  if (value === 'infinity' || value === '-infinity') return value;
  const match = /^(\d{4,}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:([+-]\d\d)(?::?(\d\d))?|Z)?$/.exec(value);
  if (!match) throw new RangeError('not an instant that can be shown');
  const [, day, time, fraction = '', hours = '+00', minutes = '00'] = match;
  return new Date(`${day}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}${hours}:${minutes}`).toISOString();
}

function bigintFromText(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError('bigint beyond 2^53');
  return number;
}

const asText = (value: string) => value;
const TEXT_PARSERS = new Map<number, (value: string) => unknown>([
  [INT8, bigintFromText],
  [DATE, asText],
  [TIMESTAMP, instantFromText],
  [TIMESTAMPTZ, instantFromText],
]);

/** `types` of every client; binary results are never asked for (pg returned corrupted bytea). */
export const TYPE_PARSERS: pg.CustomTypesConfig = {
  getTypeParser(oid, format) {
    const own = format === 'binary' ? undefined : TEXT_PARSERS.get(oid);
    return own ?? pg.types.getTypeParser(oid, format);
  },
};
