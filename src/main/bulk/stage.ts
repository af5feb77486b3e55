/**
 * The stage of a file: a temporary table of the transaction with one typed column a field. Rows are judged cell by cell on the way
 * in and sent in pieces, so that memory stays the same for ten rows and for a million. Faulty rows are staged too, so that what
 * refers to them is not called missing.
 */
import { randomUUID } from 'node:crypto';
import { columnName } from '@shared/entities/define';
import type { LoadFault } from '@shared/wire/load';
import { type DateOrder, readCell } from './cells';
import { type HeaderMap, mapColumns } from './columns';
import type { LoadTransaction } from './connection';
import { type FaultList, FILE_FAULTS } from './faults';
import type { LoadFile } from './files';
import type { LoadField, LoadShape } from './shapes';
import { SourceFault, type SourceRow } from './source/types';

/** Text of one COPY. */
const PIECE = 1024 * 1024;
const MAX_KEY = 255;

export interface StagedField {
  readonly field: LoadField;
  /** The column as the file calls it. */
  readonly header: string;
  /** Column of the value; of the record's id for a reference or person. */
  readonly value: string;
  /** Column of the name that the file gives, for a reference or person; else null. */
  readonly named: string | null;
}

export interface Stage {
  readonly table: string;
  readonly file: string;
  readonly shape: LoadShape;
  readonly fields: readonly StagedField[];
  readonly keyHeader: string | null;
  readonly rows: number;
}

export function isNamed(field: LoadField): boolean {
  return field.kind === 'reference' || field.kind === 'person';
}

const SQL_TYPES: Partial<Record<LoadField['kind'], string>> = {
  integer: 'bigint',
  decimal: 'numeric',
  boolean: 'boolean',
  date: 'date',
  instant: 'timestamptz',
  tags: 'text[]',
  json: 'jsonb',
  reference: 'uuid',
  person: 'uuid',
};

export interface StageOptions {
  readonly number: number;
  readonly dateOrder: DateOrder | null;
  readonly headers: HeaderMap;
}

/** Stages a file. Null where its header or the file itself cannot be read; the faults say why. */
export async function stageFile(
  tx: LoadTransaction,
  file: LoadFile,
  faults: FaultList,
  options: StageOptions,
): Promise<Stage | null> {
  const { shape } = file;
  const note = (row: number | null, column: string | null, reason: string): void =>
    faults.add({ file: file.name, entity: shape.name, row, column, reason } satisfies LoadFault);
  try {
    const source = await file.open();
    const { map, faults: wrong } = mapColumns(shape, source.header, options.headers[file.stem] ?? options.headers[shape.name]);
    for (const { column, reason } of wrong) note(source.headerLine, column, reason);
    if (wrong.length > 0) return null;
    const fields = map.fields.map(({ header, field }): StagedField => {
      const column = columnName(field.key);
      return { field, header, value: `f_${column}`, named: isNamed(field) ? `r_${column}` : null };
    });
    const table = `pg_temp.load_stage_${options.number}`;
    await tx.query(`SELECT open_stage($1::integer, $2::jsonb)`, [options.number, JSON.stringify(stageColumns(fields))]);
    const sender = new Sender(tx, table, fields);
    for await (const row of source.rows) {
      if (
        row.cells.length > source.header.length &&
        row.cells.slice(source.header.length).some((cell) => cell !== null && cell !== '')
      ) {
        note(row.line, null, `has ${row.cells.length} cells where the header has ${source.header.length}`);
      }
      const before = faults.of(file.name);
      const values = map.fields.map(({ at, header, field }) => {
        const read = readCell(field, row.cells[at] ?? null, options.dateOrder);
        if ('value' in read) return field.kind === 'json' && read.value !== null ? JSON.stringify(read.value) : read.value;
        note(row.line, header, read.fault);
        return null;
      });
      const key = keyOf(row, map.key, (reason) => note(row.line, map.key?.header ?? null, reason));
      await sender.add(row.line, faults.of(file.name) > before, key, values);
      if (faults.of(file.name) >= FILE_FAULTS) {
        note(row.line, null, 'is as far as the file was read; it has too many faults');
        break;
      }
    }
    const rows = await sender.finish();
    await tx.query('SELECT analyse_stage($1::integer)', [options.number]);
    return { table, file: file.name, shape, fields, keyHeader: map.key?.header ?? null, rows };
  } catch (error) {
    if (!(error instanceof SourceFault)) throw error;
    note(error.line, null, error.reason);
    return null;
  }
}

function keyOf(row: SourceRow, key: { readonly at: number } | null, refuse: (reason: string) => void): string | null {
  if (key === null) return null;
  const cell = row.cells[key.at] ?? null;
  const text = cell === null ? '' : String(cell).trim();
  if (text.length > MAX_KEY) refuse(`has more than ${MAX_KEY} characters`);
  return text === '' || text.length > MAX_KEY ? null : text;
}

function stageColumns(fields: readonly StagedField[]): (readonly [string, string])[] {
  return [
    ['line', 'bigint'],
    ['id', 'uuid'],
    ['faulty', 'boolean'],
    ['source_key', 'text'],
    ['target', 'uuid'],
    ...fields.flatMap(({ field, value, named }): (readonly [string, string])[] => [
      [value, SQL_TYPES[field.kind] ?? 'text'],
      ...(named === null ? [] : [[named, 'text'] as const]),
    ]),
  ];
}

/** Collects rows in COPY's text format and sends them piece by piece. */
class Sender {
  #buffer: string[] = [];
  #size = 0;
  #rows = 0;
  readonly #statement: string;

  constructor(
    private readonly tx: LoadTransaction,
    table: string,
    fields: readonly StagedField[],
  ) {
    const columns = ['line', 'id', 'faulty', 'source_key', ...fields.map(({ value, named }) => named ?? value)];
    this.#statement = `COPY ${table} (${columns.join(', ')}) FROM STDIN`;
  }

  async add(line: number, faulty: boolean, key: string | null, values: readonly unknown[]): Promise<void> {
    const text = `${[line, randomUUID(), faulty, key, ...values].map(copyText).join('\t')}\n`;
    this.#buffer.push(text);
    this.#size += text.length;
    this.#rows += 1;
    if (this.#size >= PIECE) await this.#send();
  }

  async finish(): Promise<number> {
    await this.#send();
    return this.#rows;
  }

  async #send(): Promise<void> {
    if (this.#buffer.length === 0) return;
    const data = this.#buffer.join('');
    this.#buffer = [];
    this.#size = 0;
    await this.tx.copy(this.#statement, data);
  }
}

/** A value in COPY's text format (PostgreSQL manual, COPY, "Text Format"). */
export function copyText(value: unknown): string {
  if (value === null || value === undefined) return '\\N';
  if (typeof value === 'boolean') return value ? 't' : 'f';
  const text = isTextArray(value) ? arrayText(value) : String(value);
  return text.replace(/[\\\n\r\t]/g, (character) => ESCAPES[character] ?? character);
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function isTextArray(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function arrayText(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
