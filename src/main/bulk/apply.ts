/**
 * Writes what a stage holds: new records in the order of the file, then the changes of those that are there, each one statement, so
 * that the trail's statement triggers run once. A trial run writes the same and rolls back; only where writing would use up
 * numbers that people quote, it asks the planner instead, which checks the same rights.
 */
import { columnOf, quoted } from '@main/entities/columns';
import type { StateMachine } from '@shared/entities/define';
import { CodedError } from '@shared/errors';
import { changedFields, derivedOf, differsIn, initialSql, stagedOr } from './changes';
import type { LoadTransaction } from './connection';
import type { LoadShape } from './shapes';
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

export interface ApplyOptions {
  /** Nothing may be used up. */
  readonly trial: boolean;
  /** Takes every row that the database refuses, and the others are written; without it the first one is thrown. */
  readonly refused?: (refusal: RowRefused) => void;
  /** Becomes the function that may make or change records, before each of the two. */
  readonly actAs?: (action: 'create' | 'update') => Promise<void>;
}

/** Writes every row that is not faulty. Throws RowRefused, and what the connection throws. */
export async function applyStage(tx: LoadTransaction, stage: Stage, options: ApplyOptions): Promise<Applied> {
  const { rows } = await tx.query<{ fresh: number; present: number }>(
    `SELECT count(*) FILTER (WHERE target IS NULL)::integer AS fresh, count(target)::integer AS present
     FROM ${stage.table} WHERE NOT faulty`,
  );
  const { fresh = 0, present = 0 } = rows[0] ?? {};
  let out = 0;
  const counted: ApplyOptions = {
    ...options,
    ...(options.refused && {
      refused: (refusal) => {
        out += 1;
        options.refused?.(refusal);
      },
    }),
  };
  if (fresh > 0) {
    await options.actAs?.('create');
    if (options.trial) await tx.query(`EXPLAIN ${insertSql(stage)}`);
    else await writing(tx, stage, insertSql, 'target IS NULL', counted);
  }
  const created = fresh - out;
  const differing = present > 0 ? await update(tx, stage, counted) : 0;
  if (stage.keyHeader !== null) await noteKeys(tx, stage);
  return { created, updated: differing - (out - (fresh - created)), unchanged: present - differing };
}

/** Changes what differs and answers how many rows that are. */
async function update(tx: LoadTransaction, stage: Stage, options: ApplyOptions): Promise<number> {
  const pairs = changedFields(stage);
  if (pairs.length === 0) return 0;
  const { rows } = await tx.query<{ n: number }>(
    `SELECT count(*)::integer AS n FROM ${stage.table} s JOIN ${quoted(stage.shape.table)} t ON t.id = s.target
     WHERE NOT s.faulty AND ${differsIn(pairs)}`,
  );
  const count = rows[0]?.n ?? 0;
  // Without a change the right to change is not needed either.
  if (count === 0) return 0;
  await options.actAs?.('update');
  if (options.trial) await tx.query(`EXPLAIN ${updateSql(stage)}`);
  else {
    await writing(tx, stage, updateSql, 'target IS NOT NULL', options);
    await unwritten(tx, stage, options);
  }
  return count;
}

/** What a policy hides from a change is not changed, and nothing says so; so it is looked for. */
async function unwritten(tx: LoadTransaction, stage: Stage, options: ApplyOptions): Promise<void> {
  const { rows } = await tx.query<{ line: number }>(
    `SELECT s.line FROM ${stage.table} s JOIN ${quoted(stage.shape.table)} t ON t.id = s.target
     WHERE NOT s.faulty AND ${differsIn(changedFields(stage))} ORDER BY s.line LIMIT ${MAX_REFUSED}`,
  );
  const found = rows.map(
    ({ line }) => new RowRefused(Number(line), new CodedError('STATE_FORBIDS', { entity: stage.shape.name })),
  );
  const [first] = found;
  if (first !== undefined && options.refused === undefined) throw first;
  await leaveOut(tx, stage, found, options);
}

type Sql = (stage: Stage, where?: string) => string;

/** So many rows are looked for one by one; where the database refuses more, the file as a whole is wrong. */
const MAX_REFUSED = 500;

/**
 * Runs the statement; where the database refuses a row, halves are tried until it is found. Without a taker of refusals the first
 * one is thrown; with it, everything else is written.
 */
async function writing(tx: LoadTransaction, stage: Stage, sql: Sql, which: string, options: ApplyOptions): Promise<void> {
  try {
    await tx.attempt(() => tx.query(sql(stage)));
    return;
  } catch (error) {
    if (!(error instanceof CodedError) || !mayBeARow(error)) throw error;
  }
  const depth = stage.fields.find(({ computed }) => computed);
  const order = depth === undefined ? 'line' : `${depth.value} NULLS LAST, line`;
  const { rows } = await tx.query<{ line: number }>(
    `SELECT line FROM ${stage.table} WHERE ${which} AND NOT faulty ORDER BY ${order}`,
  );
  const found: RowRefused[] = [];
  await halves(
    tx,
    (lines) => tx.query(sql(stage, 's.line = ANY($1::bigint[])'), [lines]),
    rows.map(({ line }) => Number(line)),
    options.refused === undefined ? null : found,
  );
  await leaveOut(tx, stage, found, options);
}

/** What the database refused is faulty from here on. */
async function leaveOut(tx: LoadTransaction, stage: Stage, found: readonly RowRefused[], options: ApplyOptions): Promise<void> {
  if (found.length === 0) return;
  await markFaulty(
    tx,
    stage,
    found.map(({ line }) => line),
  );
  for (const refusal of found) options.refused?.(refusal);
}

/** Takes rows out of what is written. */
export async function markFaulty(tx: LoadTransaction, stage: Stage, lines: readonly number[]): Promise<void> {
  if (lines.length > 0) await tx.query(`UPDATE ${stage.table} SET faulty = true WHERE line = ANY($1::bigint[])`, [lines]);
}

/** `found` takes every refused row; null throws the first. */
async function halves(
  tx: LoadTransaction,
  write: (lines: readonly number[]) => Promise<unknown>,
  lines: readonly number[],
  found: RowRefused[] | null,
): Promise<void> {
  if (lines.length === 0) return;
  try {
    await tx.attempt(() => write(lines));
  } catch (error) {
    if (!(error instanceof CodedError) || !mayBeARow(error) || (found?.length ?? 0) >= MAX_REFUSED) throw error;
    const [line] = lines;
    if (lines.length === 1 && line !== undefined) {
      const refusal = new RowRefused(line, error);
      if (found === null) throw refusal;
      found.push(refusal);
      return;
    }
    const middle = lines.length >> 1;
    await halves(tx, write, lines.slice(0, middle), found);
    await halves(tx, write, lines.slice(middle), found);
  }
}

function mayBeARow(error: CodedError): boolean {
  return (
    error.class === 'input' || error.class === 'conflict' || error.code === 'STATE_FORBIDS' || error.code === 'FIELD_FORBIDDEN'
  );
}

/**
 * Takes the new records of a stage to the states that the file gives. Comes when all stages are written, the last one first: what
 * is settled takes no more parts. Throws RowRefused.
 */
export async function settleStates(tx: LoadTransaction, stage: Stage, options: ApplyOptions = { trial: false }): Promise<void> {
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
         ON v.state = s.${one.value} WHERE t.id = s.id AND s.target IS NULL AND NOT s.faulty AND ${where}`;
    await writing(tx, stage, sql, 'target IS NULL', options);
  }
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
    SELECT ${values.join(', ')} FROM ${stage.table} s WHERE s.target IS NULL AND NOT s.faulty AND ${where} ORDER BY s.line`;
};

/** The state in which a record with this state begins. */
function beginning(machine: StateMachine, state: string): string {
  const cases = [...statePaths(machine)].filter(([to, { start }]) => to !== start);
  if (cases.length === 0) return state;
  return `CASE ${state} ${cases.map(([to, { start }]) => `WHEN '${to}' THEN '${start}'`).join(' ')} ELSE ${state} END`;
}

const updateSql: Sql = (stage, where = 'true') => {
  const pairs = changedFields(stage);
  return `UPDATE ${quoted(stage.shape.table)} t SET ${pairs.map(({ column, value }) => `${column} = ${value}`).join(', ')}
    FROM ${stage.table} s WHERE t.id = s.target AND NOT s.faulty AND ${differsIn(pairs)} AND ${where}`;
};

/** By which keys the next load finds these records. */
async function noteKeys(tx: LoadTransaction, { table, shape }: { table: string; shape: LoadShape }): Promise<void> {
  const own = shape.numbered
    ? `AND NOT EXISTS (SELECT FROM ${quoted(shape.table)} t WHERE t.id = s.target AND t.ref = s.source_key)`
    : '';
  await tx.query(
    `INSERT INTO source_keys (resource_type, source_key, record_id)
     SELECT '${shape.table}', s.source_key, coalesce(s.target, s.id) FROM ${table} s
     WHERE NOT s.faulty AND s.source_key IS NOT NULL AND s.source_key IS DISTINCT FROM s.target::text ${own}
       AND NOT EXISTS (SELECT FROM source_keys k WHERE k.resource_type = '${shape.table}' AND k.source = 'load'
         AND k.archived_at IS NULL AND k.source_key = s.source_key)
     ORDER BY s.line`,
  );
}
