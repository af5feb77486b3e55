/**
 * What has changed between the trial run and the import. The trial gives the snapshot that it saw; a record whose present version is
 * not visible in it was written since. So nothing has to be remembered of the records themselves, however many there are.
 */
import { quoted } from '@main/entities/columns';
import { markFaulty } from '../apply';
import { changedFields, differsIn } from '../changes';
import type { LoadTransaction } from '../connection';
import type { FaultList } from '../faults';
import type { Stage } from '../stage';
import { leaveOutParts } from './parts';

/** What this transaction can see, as text; it means the same to any later one of this server. */
export async function snapshotOf(tx: LoadTransaction): Promise<string> {
  const { rows } = await tx.query<{ snapshot: string }>('SELECT pg_current_snapshot()::text AS snapshot');
  return rows[0]?.snapshot ?? '';
}

/** The transaction that wrote `t`, in full: its row keeps the lower 32 bits, and it lies in the past. */
const WRITER = `(SELECT CASE WHEN n.full > n.now THEN greatest(n.full - 4294967296, 0) ELSE n.full END
  FROM (SELECT c.now, c.now - c.now % 4294967296 + t.xmin::text::bigint AS full
        FROM (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS now) c) n)`;

/** Locks the records that the file changes and refuses the rows whose record was changed since, or made. */
export async function refuseStale(tx: LoadTransaction, stage: Stage, snapshot: string, faults: FaultList): Promise<void> {
  const { table, shape, file } = stage;
  const pairs = changedFields(stage);
  if (pairs.length === 0) return;
  const real = quoted(shape.table);
  const changing = `NOT s.faulty AND ${differsIn(pairs)}`;
  await tx.query(
    `SELECT t.id FROM ${real} t WHERE t.id IN (SELECT s.target FROM ${table} s JOIN ${real} t ON t.id = s.target WHERE ${changing})
     ORDER BY t.id FOR UPDATE`,
  );
  const { rows } = await tx.query<{ line: string; version: number; name: string | null }>(
    `SELECT s.line, t.row_version AS version, p.display_name AS name
     FROM ${table} s JOIN ${real} t ON t.id = s.target LEFT JOIN people p ON p.id = t.updated_by
     WHERE ${changing} AND NOT pg_visible_in_snapshot(${WRITER}::text::xid8, $1::pg_snapshot) ORDER BY s.line`,
    [snapshot],
  );
  for (const { line, version, name } of rows) {
    const reason = `was changed ${name === null ? '' : `by ${name} `}since the trial run (version ${version} now); run the trial again`;
    faults.add({ file, entity: shape.name, row: Number(line), column: null, reason });
  }
  await markFaulty(
    tx,
    stage,
    rows.map(({ line }) => Number(line)),
  );
  if (rows.length > 0) await leaveOutParts(tx, stage, faults);
}

/** Whether more rows are new than the trial saw: a record that was there has gone. */
export async function tooManyNew(tx: LoadTransaction, { table }: Stage, expected: number): Promise<boolean> {
  const { rows } = await tx.query<{ n: number }>(
    `SELECT count(*)::integer AS n FROM ${table} WHERE target IS NULL AND NOT faulty`,
  );
  return (rows[0]?.n ?? 0) > expected;
}
