/** For tests only: reads the client's ERD (plain CREATE TABLE statements under scope headings) into tables and columns. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export interface ErdColumn {
  readonly scope: 'public' | 'private' | 'tenant';
  readonly table: string;
  readonly column: string;
  /** As `format_type` writes it. */
  readonly type: string;
  readonly references: string | null;
}

/** The ERD's text: KOMPL_SHARED names its folder, else `../shared` beside the repository. Null where it is not at hand. */
export function readErd(): string | null {
  const folder = process.env.KOMPL_SHARED ?? resolve(import.meta.dirname, '../../../../../shared');
  const file = resolve(folder, 'erd.sql');
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

const TYPES: readonly (readonly [RegExp, string])[] = [
  [/^UUID\b/, 'uuid'],
  [/^VARCHAR\((\d+)\)/, 'character varying($1)'],
  [/^TIMESTAMP WITH TIME ZONE/, 'timestamp with time zone'],
  [/^TEXT\b/, 'text'],
  [/^BOOLEAN\b/, 'boolean'],
  [/^JSONB\b/, 'jsonb'],
  [/^(SERIAL|INTEGER)\b/, 'integer'],
  [/^DATE\b/, 'date'],
  [/^NUMERIC\b/, 'numeric'],
  [/^INET\b/, 'inet'],
  [/^FLOAT\b/, 'double precision'],
  [/^VECTOR\((\d+)\)/, 'vector($1)'],
];

export function parseErd(text: string): ErdColumn[] {
  const columns: ErdColumn[] = [];
  let scope: ErdColumn['scope'] = 'tenant';
  let table = '';
  for (const line of text.split('\n')) {
    if (/^-- Public Schema/.test(line)) scope = 'public';
    else if (/^-- Private Schema/.test(line)) scope = 'private';
    else if (/^-- (Tenant|Vector Store) Schema/.test(line)) scope = 'tenant';
    table = /^CREATE TABLE (\w+)/.exec(line)?.[1] ?? table;
    const [, column, rest = ''] = /^ {4}(\w+) (.+)$/.exec(line) ?? [];
    if (!column) continue;
    const type = TYPES.find(([pattern]) => pattern.test(rest));
    if (!type) throw new Error(`type not known: ${line}`);
    const [name = ''] = type[0].exec(rest) ?? [];
    const references = /REFERENCES (?:\w+\.)?(\w+)\(/.exec(rest)?.[1] ?? null;
    columns.push({ scope, table, column, type: name.replace(type[0], type[1]), references });
  }
  return columns;
}
