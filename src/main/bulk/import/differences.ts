/** What a judged file would do, row by row: refused rows with their reasons, changes field by field, new records. The first of each. */
import { quoted } from '@main/entities/columns';
import type { ImportDifference, ImportFault, ImportRow } from '@shared/wire/imports';
import { changedFields, differsIn } from '../changes';
import type { LoadTransaction } from '../connection';
import type { Stage } from '../stage';
import { cellText } from './columns';
import type { OpenedFile } from './plan';
import { type Judged, shownFaults } from './run';

const SHOWN_CHANGES = 300;
const SHOWN_NEW = 100;
/** Of long texts as much as shows that they differ. */
const SHOWN_TEXT = 400;
/** PostgreSQL's functions take a hundred arguments. */
const PAIRS_A_CALL = 90;

interface ChangedRow extends Record<string, unknown> {
  readonly line: string;
  readonly id: string;
  readonly version: number;
  readonly ref: string | null;
  readonly title: string | null;
  readonly pairs: readonly ([string, unknown, unknown, string | null] | null)[];
}

/** The records that would change, each with its differences. To be read before anything is written. */
export async function changedRows(tx: LoadTransaction, stage: Stage): Promise<ImportRow[]> {
  const pairs = changedFields(stage).filter(({ staged }) => staged !== null && !staged.computed);
  if (pairs.length === 0) return [];
  const parts: string[] = [];
  for (const { key, column, value, staged } of pairs) {
    const text = ['text', 'longText', 'json'].includes(staged?.field.kind ?? '');
    const shown = (sql: string) => (text ? `to_jsonb(left((${sql})::text, ${SHOWN_TEXT}))` : `to_jsonb(${sql})`);
    const name = staged?.named === null || staged === null ? 'NULL' : `s.${staged.named}`;
    parts.push(
      `CASE WHEN t.${column} IS DISTINCT FROM ${value} THEN jsonb_build_array('${key}', ${shown(`t.${column}`)}, ${shown(value)}, ${name}) END`,
    );
  }
  const calls: string[] = [];
  for (let at = 0; at < parts.length; at += PAIRS_A_CALL)
    calls.push(`jsonb_build_array(${parts.slice(at, at + PAIRS_A_CALL).join(', ')})`);
  const { rows } = await tx.query<ChangedRow>(
    `SELECT s.line, t.id, t.row_version AS version, ${namesSql(stage)}, ${calls.join(' || ')} AS pairs
     FROM ${stage.table} s JOIN ${quoted(stage.shape.table)} t ON t.id = s.target
     WHERE NOT s.faulty AND ${differsIn(changedFields(stage))} ORDER BY s.line LIMIT ${SHOWN_CHANGES}`,
  );
  return rows.map(({ line, id, version, ref, title, pairs: found }) => ({
    row: Number(line),
    kind: 'changed',
    ref,
    title,
    recordId: id,
    version,
    faults: [],
    differences: found.flatMap((pair): ImportDifference[] =>
      pair === null ? [] : [{ field: pair[0], from: pair[1], to: pair[2], name: pair[3] }],
    ),
  }));
}

/** The first records that would be new. */
export async function createdRows(tx: LoadTransaction, stage: Stage): Promise<ImportRow[]> {
  const { rows } = await tx.query<{ line: string; ref: string | null; title: string | null }>(
    `SELECT s.line, ${namesSql(stage, false)} FROM ${stage.table} s WHERE s.target IS NULL AND NOT s.faulty ORDER BY s.line LIMIT ${SHOWN_NEW}`,
  );
  return rows.map(({ line, ref, title }) => ({
    row: Number(line),
    kind: 'created',
    ref,
    title,
    recordId: null,
    version: null,
    faults: [],
    differences: [],
  }));
}

/** SELECT list: what people call a record, by the file, else by the record itself (`t`). */
function namesSql({ shape, fields, keyHeader }: Stage, joined = true): string {
  const sql = (column: string | undefined, otherwise: string): string => {
    const staged = fields.find(({ field }) => field.column === column);
    const theirs = column === undefined || !joined ? null : `t.${quoted(column)}::text`;
    const own = staged === undefined ? null : `s.${staged.value}::text`;
    const both = [own, theirs].filter((part) => part !== null);
    return both.length === 0 ? otherwise : `left(coalesce(${both.join(', ')}), 200)`;
  };
  const [first, ...more] = shape.names;
  const ref = more.length > 0 || shape.numbered ? sql(first, keyHeader === null ? 'NULL' : 's.source_key') : 'NULL';
  return `${ref} AS ref, ${sql(more.at(-1) ?? first, 'NULL')} AS title`;
}

/** Rows that stay out, and rows that come in without a value: with what the file says in the cells that are at fault. */
export async function faultyRows(judged: Judged, opened: OpenedFile, limit: number): Promise<ImportRow[]> {
  const { faults, lacks, plan } = judged;
  const out = byRow(shownFaults({ plan, faults }, limit));
  const lacking = byRow(shownFaults({ plan, faults: lacks }, limit).filter(({ row }) => row !== null && !faults.rows.has(row)));
  const wanted = new Set([...out.keys(), ...lacking.keys()]);
  const cells = await cellsAt(opened, plan.corrections, judged.headerLine, wanted);
  const places = judged.stage.shape.names.map((name) => plan.fields.find(({ field }) => field.column === name)?.at ?? null);
  const named = (row: number, at: number | null | undefined) =>
    at === null || at === undefined ? null : cellText(cells.get(row)?.[at] ?? null);
  const rowOf =
    (kind: 'refused' | 'lacking') =>
    ([row, found]: readonly [number, readonly ImportFault[]]): ImportRow => ({
      row,
      kind,
      ref: places.length > 1 ? named(row, places[0]) : plan.key === null ? null : named(row, plan.key.at),
      title: named(row, places.at(-1)),
      recordId: null,
      version: null,
      faults: found.map((fault) => ({ ...fault, cell: named(row, fault.at) })),
      differences: [],
    });
  return [...[...out].map(rowOf('refused')), ...[...lacking].map(rowOf('lacking'))];
}

function byRow(faults: readonly ImportFault[]): Map<number, ImportFault[]> {
  const rows = new Map<number, ImportFault[]>();
  for (const fault of faults) if (fault.row !== null) rows.set(fault.row, [...(rows.get(fault.row) ?? []), fault]);
  return rows;
}

/** The cells of these rows, read once more; the reading ends with the last of them. */
export async function cellsAt(
  { part }: OpenedFile,
  corrections: Judged['plan']['corrections'],
  headerLine: number | null,
  wanted: ReadonlySet<number>,
): Promise<Map<number, readonly unknown[]>> {
  const found = new Map<number, readonly unknown[]>();
  if (wanted.size === 0) return found;
  const { rows } = await part.table(headerLine);
  for await (const { line, cells } of rows) {
    if (!wanted.has(line)) continue;
    const corrected = corrections?.get(line);
    found.set(line, corrected === undefined ? cells : cells.map((cell, at) => corrected.get(at) ?? cell));
    if (found.size === wanted.size) break;
  }
  return found;
}
