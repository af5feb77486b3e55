/**
 * The stage of a file: a temporary table of the transaction with one typed column a field. Rows are judged cell by cell on the way
 * in and sent in pieces, so that memory stays the same for ten rows and for a million. Faulty rows are staged too, so that what
 * refers to them is not called missing.
 */
import { randomUUID } from 'node:crypto';
import { columnName } from '@shared/entities/define';
import type { LoadFault } from '@shared/wire/load';
import { type Cell, type CellReading, type DateOrder, readCell, unreadableText } from './cells';
import { type HeaderMap, mapColumns } from './columns';
import type { LoadTransaction } from './connection';
import type { FaultList } from './faults';
import type { LoadFile } from './files';
import type { LoadField, LoadShape } from './shapes';
import { BadCell, SourceFault, type SourceTable } from './source/types';

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
  /** Not in the file, but worked out from the rows. */
  readonly computed: boolean;
}

export interface Stage {
  readonly table: string;
  readonly file: string;
  readonly shape: LoadShape;
  readonly fields: readonly StagedField[];
  readonly keyHeader: string | null;
  readonly rows: number;
  readonly existing: ExistingPolicy;
  readonly lacks: FaultList | null;
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

/** A column of the file, or a value that is the same for every row, and the field that it becomes. */
export interface PlannedField {
  /** Place of the cell; null for what is the same for every row. */
  readonly at: number | null;
  readonly header: string;
  readonly field: LoadField;
  readonly reading: CellReading;
  /** Of what is the same for every row. */
  readonly cell?: Cell;
}

/** What becomes of the columns of one table. */
export interface StagePlan {
  readonly shape: LoadShape;
  /** As faults call it. */
  readonly file: string;
  readonly fields: readonly PlannedField[];
  readonly key: { readonly at: number; readonly header: string } | null;
  /** Cells that a person wrote over, by the row's line. */
  readonly corrections?: ReadonlyMap<number, ReadonlyMap<number, Cell>>;
  /** Where a value that cannot be read leaves its field empty, if the record can do without: the list of these; null where the row is refused. */
  readonly lacks?: FaultList | null;
  /** What the records that are there already take from the file. */
  readonly existing?: ExistingPolicy;
  /** Told the rows so far, now and then; what it throws ends the staging. */
  readonly onRows?: (rows: number) => void;
}

/**
 * What a record that is there already takes: everything, with empty cells (`exactly`) or without them (`replace`), only what it lacks
 * (`fill`), or nothing (`leave`).
 */
export type ExistingPolicy = 'exactly' | 'replace' | 'fill' | 'leave';

export interface StageOptions {
  readonly number: number;
  readonly dateOrder: DateOrder | null;
  readonly headers: HeaderMap;
}

/** Stages a file of a load, by the names of its columns. Null where its header or the file itself cannot be read; the faults say why. */
export async function stageFile(
  tx: LoadTransaction,
  file: LoadFile,
  faults: FaultList,
  options: StageOptions,
): Promise<Stage | null> {
  const { shape } = file;
  try {
    const source = await file.open();
    const { map, faults: wrong } = mapColumns(shape, source.header, options.headers[file.stem] ?? options.headers[shape.name]);
    for (const { column, reason } of wrong) {
      faults.add({ file: file.name, entity: shape.name, row: source.headerLine, column, reason });
    }
    if (wrong.length > 0) return null;
    const reading: CellReading = { dateOrder: options.dateOrder };
    const fields = map.fields.map((one): PlannedField => ({ ...one, reading }));
    return await stageTable(tx, source, { shape, file: file.name, fields, key: map.key }, faults, options.number);
  } catch (error) {
    if (!(error instanceof SourceFault)) throw error;
    faults.add({ file: file.name, entity: shape.name, row: error.line, column: null, reason: error.reason });
    return null;
  }
}

/**
 * Stages a table as `load_stage_<number>`. Faults of cells go to `faults`, and their rows are staged as faulty. Throws SourceFault
 * where the file cannot be read on.
 */
export async function stageTable(
  tx: LoadTransaction,
  source: SourceTable,
  plan: StagePlan,
  faults: FaultList,
  number: number,
): Promise<Stage> {
  const { shape, file, key } = plan;
  const lacks = plan.lacks ?? null;
  const noteIn = (list: FaultList, row: number | null, column: string | null, reason: string): void =>
    list.add({ file, entity: shape.name, row, column, reason } satisfies LoadFault);
  const fields = [
    ...plan.fields.map(({ header, field }): StagedField => staged(field, header)),
    ...depthOf(shape, plan.fields).map((field): StagedField => ({ ...staged(field, field.label), computed: true })),
  ];
  const table = `pg_temp.load_stage_${number}`;
  await tx.query(`SELECT open_stage($1::integer, $2::jsonb)`, [number, JSON.stringify(stageColumns(fields))]);
  const sender = new Sender(tx, table, fields);
  for await (const row of source.rows) {
    const corrected = plan.corrections?.get(row.line);
    const cellAt = (at: number): Cell => (corrected?.has(at) ? corrected.get(at) : (row.cells[at] ?? null));
    const before = faults.of(file);
    if (
      row.cells.length > source.header.length &&
      row.cells.slice(source.header.length).some((cell) => cell !== null && cell !== '')
    ) {
      noteIn(faults, row.line, null, `has ${row.cells.length} cells where the header has ${source.header.length}`);
    }
    const values = plan.fields.map(({ at, header, field, reading, cell }) => {
      const read = readCell(field, at === null ? (cell ?? null) : cellAt(at), reading);
      if ('value' in read) return field.kind === 'json' && read.value !== null ? JSON.stringify(read.value) : read.value;
      const mayLack = lacks !== null && !needed(shape, field);
      noteIn(mayLack ? lacks : faults, row.line, header, read.fault);
      return null;
    });
    const named = keyOf(key === null ? null : cellAt(key.at), (reason) => noteIn(faults, row.line, key?.header ?? null, reason));
    await sender.add(row.line, faults.of(file) > before, named, values);
    plan.onRows?.(sender.rows);
    if (faults.isFull(file)) {
      noteIn(faults, row.line, null, 'is as far as the file was read; it has too many faults');
      break;
    }
  }
  const rows = await sender.finish();
  await tx.query('SELECT analyse_stage($1::integer)', [number]);
  const existing = plan.existing ?? 'exactly';
  return { table, file, shape, fields, keyHeader: key?.header ?? null, rows, existing, lacks };
}

function staged(field: LoadField, header: string): StagedField {
  const column = columnName(field.key);
  return { field, header, value: `f_${column}`, named: isNamed(field) ? `r_${column}` : null, computed: false };
}

/** Without it a row is no record, or not the one that is meant. */
export function needed(shape: LoadShape, field: LoadField): boolean {
  return (field.required && field.initial === undefined) || shape.key.includes(field.key) || field.key === shape.tree?.parent;
}

/** The depth of a tree's records, which follows from their parents where the file does not say it. */
function depthOf(shape: LoadShape, fields: readonly PlannedField[]): LoadField[] {
  const { tree } = shape;
  const has = (key: string) => fields.some(({ field }) => field.key === key);
  if (tree === null || !has(tree.parent) || has(tree.depth)) return [];
  return shape.fields.filter(({ key }) => key === tree.depth);
}

function keyOf(cell: Cell, refuse: (reason: string) => void): string | null {
  if (cell === null || cell === undefined) return null;
  if (cell instanceof BadCell) {
    refuse(cell.reason);
    return null;
  }
  const text = String(cell).trim();
  const reason = text.length > MAX_KEY ? `has more than ${MAX_KEY} characters` : unreadableText(text);
  if (reason !== null) refuse(reason);
  return text === '' || reason !== null ? null : text;
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
  rows = 0;
  readonly #statement: string;

  constructor(
    private readonly tx: LoadTransaction,
    table: string,
    fields: readonly StagedField[],
  ) {
    const columns = [
      'line',
      'id',
      'faulty',
      'source_key',
      ...fields.filter(({ computed }) => !computed).map(({ value, named }) => named ?? value),
    ];
    this.#statement = `COPY ${table} (${columns.join(', ')}) FROM STDIN`;
  }

  async add(line: number, faulty: boolean, key: string | null, values: readonly unknown[]): Promise<void> {
    const text = `${[line, randomUUID(), faulty, key, ...values].map(copyText).join('\t')}\n`;
    this.#buffer.push(text);
    this.#size += text.length;
    this.rows += 1;
    if (this.#size >= PIECE) await this.#send();
  }

  async finish(): Promise<number> {
    await this.#send();
    return this.rows;
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
