/**
 * Writes what a stage holds: new records in the order of the file, then the changes of those that are there, each one statement, so
 * that the trail's statement triggers run once. A trial run writes the same and rolls back; only where writing would use up
 * numbers that people quote, it asks the planner instead, which checks the same rights.
 */
import { columnOf, quoted } from '@main/entities/columns';
import type { StateMachine } from '@shared/entities/define';
import { CodedError } from '@shared/errors';
import type { LoadTransaction } from './connection';
import { type LoadField, type LoadShape, ROW_NUMBER } from './shapes';
import type { Stage } from './stage';
import { statePaths } from './state-path';

export interface Applied {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
}

/** The row that the database itself refused, and its error. */
export class RowRefused extends Error {
  constructor(
    readonly line: number,
    readonly refusal: CodedError,
  ) {
    super('RowRefused');
    this.name = 'RowRefused';
  }
}

/** `trial` true: nothing may be used up. Throws RowRefused, and what the connection throws. */
export async function applyStage(tx: LoadTransaction, stage: Stage, trial: boolean): Promise<Applied> {
  const { rows } = await tx.query<{ fresh: number; present: number }>(
    `SELECT count(*) FILTER (WHERE target IS NULL)::integer AS fresh, count(target)::integer AS present FROM ${stage.table}`,
  );
  const { fresh = 0, present = 0 } = rows[0] ?? {};
  if (fresh > 0) {
    if (trial) await tx.query(`EXPLAIN ${insertSql(stage)}`);
    else await writing(tx, stage, insertSql, 'target IS NULL');
  }
  const updated = present > 0 ? await update(tx, stage, trial) : 0;
  if (stage.keyHeader !== null) await noteKeys(tx, stage);
  return { created: fresh, updated, unchanged: present - updated };
}

async function update(tx: LoadTransaction, stage: Stage, trial: boolean): Promise<number> {
  const pairs = changed(stage);
  if (pairs.length === 0) return 0;
  const { rows } = await tx.query<{ n: number }>(
    `SELECT count(*)::integer AS n FROM ${stage.table} s JOIN ${quoted(stage.shape.table)} t ON t.id = s.target WHERE ${differs(stage)}`,
  );
  const count = rows[0]?.n ?? 0;
  // Without a change the right to change is not needed either.
  if (count === 0) return 0;
  if (trial) await tx.query(`EXPLAIN ${updateSql(stage)}`);
  else await writing(tx, stage, updateSql, 'target IS NOT NULL');
  return count;
}

type Sql = (stage: Stage, where?: string) => string;

/** Runs the statement; where the database refuses a row, finds which one by halves. */
async function writing(tx: LoadTransaction, stage: Stage, sql: Sql, which: string): Promise<void> {
  try {
    await tx.attempt(() => tx.query(sql(stage)));
  } catch (error) {
    if (!(error instanceof CodedError) || !mayBeARow(error)) throw error;
    const { rows } = await tx.query<{ line: number }>(`SELECT line FROM ${stage.table} WHERE ${which} ORDER BY line`);
    throw await refusedRow(
      tx,
      stage,
      sql,
      rows.map((row) => row.line),
      error,
    );
  }
}

function mayBeARow(error: CodedError): boolean {
  return (
    error.class === 'input' || error.class === 'conflict' || error.code === 'STATE_FORBIDS' || error.code === 'FIELD_FORBIDDEN'
  );
}

/** The first row that fails when the rows up to it are written; the rows before it go through. */
async function refusedRow(
  tx: LoadTransaction,
  stage: Stage,
  sql: Sql,
  lines: readonly number[],
  error: CodedError,
): Promise<Error> {
  let low = 0;
  let high = lines.length - 1;
  let last = error;
  while (low < high) {
    const middle = (low + high) >> 1;
    try {
      await tx.attempt(async () => {
        await tx.query(sql(stage, `s.line <= ${lines[middle]}`));
        // It went through: undone, for the next half tries it again.
        throw new Undo();
      });
    } catch (outcome) {
      if (outcome instanceof Undo) low = middle + 1;
      else if (outcome instanceof CodedError && mayBeARow(outcome)) {
        last = outcome;
        high = middle;
      } else throw outcome;
    }
  }
  const line = lines[low];
  return line === undefined ? error : new RowRefused(line, last);
}

class Undo extends Error {}

/**
 * Takes the new records of a stage to the states that the file gives. Comes when all stages are written, the last one first: what
 * is settled takes no more parts. Throws RowRefused.
 */
export async function settleStates(tx: LoadTransaction, stage: Stage): Promise<void> {
  const machine = stage.shape.states;
  const one = stage.fields.find(({ field }) => field.key === machine?.field);
  if (machine === null || one === undefined) return;
  const column = columnOf(machine.field);
  const paths = [...statePaths(machine)].filter(([, { steps }]) => steps.length > 0);
  const longest = Math.max(0, ...paths.map(([, { steps }]) => steps.length));
  for (let at = 0; at < longest; at += 1) {
    const pairs = paths.flatMap(([to, { steps }]) => (steps[at] === undefined ? [] : [`('${to}'::text, '${steps[at]}'::text)`]));
    const sql: Sql = ({ table, shape }, where = 'true') =>
      `UPDATE ${quoted(shape.table)} t SET ${column} = v.step FROM ${table} s JOIN (VALUES ${pairs.join(', ')}) v (state, step)
         ON v.state = s.${one.value} WHERE t.id = s.id AND s.target IS NULL AND ${where}`;
    await writing(tx, stage, sql, 'target IS NULL');
  }
}

/** The value of a field for a new record. */
function initialSql(field: LoadField): string | null {
  if (field.initial === ROW_NUMBER) return 's.line::integer';
  if (typeof field.initial === 'string') return `'${field.initial.replaceAll("'", "''")}'`;
  if (field.initial !== undefined) return String(field.initial);
  if (field.kind === 'boolean') return 'false';
  return field.kind === 'tags' ? `'{}'::text[]` : null;
}

const insertSql: Sql = (stage, where = 'true') => {
  const columns = ['id'];
  const values = ['s.id'];
  for (const field of stage.shape.fields) {
    const staged = stage.fields.find((one) => one.field === field);
    const initial = initialSql(field);
    if (staged === undefined && field.initial === undefined) continue;
    columns.push(columnOf(field.key));
    const value = staged === undefined ? null : `s.${staged.value}`;
    const given = value === null ? (initial ?? 'NULL') : initial === null ? value : `coalesce(${value}, ${initial})`;
    values.push(field.key === stage.shape.states?.field ? beginning(stage.shape.states, given) : given);
  }
  for (const { column, sql } of derivedOf(stage)) {
    columns.push(column);
    values.push(sql((key) => stagedOr(stage, key, 'NULL')));
  }
  return `INSERT INTO ${quoted(stage.shape.table)} (${columns.join(', ')})
    SELECT ${values.join(', ')} FROM ${stage.table} s WHERE s.target IS NULL AND ${where} ORDER BY s.line`;
};

/** The state in which a record with this state begins. */
function beginning(machine: StateMachine, state: string): string {
  const cases = [...statePaths(machine)].filter(([to, { start }]) => to !== start);
  if (cases.length === 0) return state;
  return `CASE ${state} ${cases.map(([to, { start }]) => `WHEN '${to}' THEN '${start}'`).join(' ')} ELSE ${state} END`;
}

function derivedOf({ shape, fields }: Stage): { column: string; sql: (read: (key: string) => string) => string }[] {
  return shape.derived
    .filter(({ from }) => fields.some(({ field }) => from.includes(field.key)))
    .map(({ column, sql }) => ({ column: quoted(column), sql }));
}

function stagedOr(stage: Stage, key: string, otherwise: string): string {
  const staged = stage.fields.find(({ field }) => field.key === key);
  return staged === undefined ? otherwise : `s.${staged.value}`;
}

/** The columns that a file may change, with their new values. An empty cell empties, where a record can do without. */
function changed(stage: Stage): { column: string; value: string }[] {
  const { shape, fields } = stage;
  const own = fields
    .filter(({ field }) => !field.fixed)
    .map(({ field, value }) => {
      const column = columnOf(field.key);
      const keeps = field.required || shape.key.includes(field.key) || initialSql(field) !== null;
      return { column, value: keeps ? `coalesce(s.${value}, t.${column})` : `s.${value}` };
    });
  const derived = derivedOf(stage).map(({ column, sql }) => ({
    column,
    value: sql((key) => stagedOr(stage, key, `t.${columnOf(key)}`)),
  }));
  return [...own, ...derived];
}

function differs(stage: Stage): string {
  const pairs = changed(stage);
  const cast = pairs.map(({ column }) => `t.${column}`);
  return `(${cast.join(', ')}) IS DISTINCT FROM (${pairs.map(({ value }) => value).join(', ')})`;
}

const updateSql: Sql = (stage, where = 'true') =>
  `UPDATE ${quoted(stage.shape.table)} t SET ${changed(stage)
    .map(({ column, value }) => `${column} = ${value}`)
    .join(', ')} FROM ${stage.table} s WHERE t.id = s.target AND ${differs(stage)} AND ${where}`;

/** By which keys the next load finds these records. */
async function noteKeys(tx: LoadTransaction, { table, shape }: { table: string; shape: LoadShape }): Promise<void> {
  const own = shape.numbered
    ? `AND NOT EXISTS (SELECT FROM ${quoted(shape.table)} t WHERE t.id = s.target AND t.ref = s.source_key)`
    : '';
  await tx.query(
    `INSERT INTO source_keys (resource_type, source_key, record_id)
     SELECT '${shape.table}', s.source_key, coalesce(s.target, s.id) FROM ${table} s
     WHERE s.source_key IS NOT NULL AND s.source_key IS DISTINCT FROM s.target::text ${own}
       AND NOT EXISTS (SELECT FROM source_keys k WHERE k.resource_type = '${shape.table}' AND k.source = 'load'
         AND k.archived_at IS NULL AND k.source_key = s.source_key)
     ORDER BY s.line`,
  );
}
