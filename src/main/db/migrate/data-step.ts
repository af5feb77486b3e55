/**
 * Data migrations: `NNNN_name.data.sql` fills rows in after its step, a batch a transaction, so that no table is locked for long.
 * The file is one statement. `{{after}}` is the last key that was done (NULL at first), `{{limit}}` the rows of a batch; it
 * gives one row `(last text, rows bigint)`, where `last` is NULL once nothing is left. The cursor moves in the transaction of the
 * batch: killed at any moment, the next run goes on behind the last row that was kept.
 */
import { setTimeout as rest } from 'node:timers/promises';
import { CodedError } from '@shared/errors';
import pg from 'pg';
import { z } from 'zod';
import { type AdminClient, asOwner, queryRows } from './client';
import { type DataPart, fillPlaceholders, type Migration } from './files';
import { dataVersion, isInForce, type Place } from './history';
import { failureOf, lockPlaces, searchPathSql } from './step';

export interface DataProgress {
  readonly rows: number;
  readonly batches: number;
  readonly finished: boolean;
}

const progressRow = z.object({
  cursor: z.string().nullable(),
  rows: z.coerce.number(),
  batches: z.coerce.number(),
  checksum: z.string(),
});
const batchRow = z.object({ last: z.string().nullable(), rows: z.coerce.number().int().min(0) });

/** The statement for the next rows; the cursor is quoted as a literal, whatever it holds. */
export function batchSql(data: DataPart, tenantId: string | null, after: string | null): string {
  const filled = tenantId === null ? data.sql : fillPlaceholders(data.sql, tenantId);
  const key = after === null ? 'NULL::text' : pg.escapeLiteral(after);
  // In one pass: what the cursor holds is never looked at again.
  return filled.replace(/\{\{(after|limit)\}\}/g, (_, name: string) => (name === 'after' ? key : String(data.batch)));
}

/**
 * Runs a data part to its end.
 * @returns rows and batches of this run; null where it was already done, or its step is no longer in force
 * @throws StepFailed (the batch is rolled back and the failure recorded), CodedError SERVER_CLOSED or MIGRATION_FAILED
 */
export async function runDataPart(
  client: AdminClient,
  migration: Migration,
  place: Place,
  onBatch: (progress: DataProgress) => void = () => undefined,
): Promise<DataProgress | null> {
  const { data } = migration;
  if (!data) return null;
  let rows = 0;
  for (let batches = 1; ; batches += 1) {
    let done: DataProgress | null;
    try {
      done = await asOwner(client, () => oneBatch(client, migration, data, place));
    } catch (error) {
      throw await failureOf(error, { client, migration, place, direction: 'up', version: dataVersion(migration.version) });
    }
    if (done === null) return null;
    rows += done.rows;
    onBatch(done);
    if (done.finished) return { rows, batches, finished: true };
    if (data.pauseMs > 0) await rest(data.pauseMs);
  }
}

async function oneBatch(client: AdminClient, migration: Migration, data: DataPart, place: Place): Promise<DataProgress | null> {
  const at = [place.scope, place.tenantId, migration.version];
  await lockPlaces(client, [place]);
  if (!(await isInForce(client, place, migration.version))) return null;
  if (await isInForce(client, place, dataVersion(migration.version))) return null;
  await client.query(
    'INSERT INTO private.data_migrations (scope, tenant_id, version, checksum) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
    [...at, data.checksum],
  );
  const [before] = await queryRows(
    client,
    progressRow,
    `SELECT cursor_key AS cursor, rows_done AS rows, batches, checksum FROM private.data_migrations
     WHERE scope = $1 AND tenant_id IS NOT DISTINCT FROM $2::uuid AND version = $3 FOR UPDATE`,
    at,
  );
  if (!before) throw new CodedError('INTERNAL', { reference: 'data_migrations' });
  if (before.checksum !== data.checksum) throw refused(migration, 'its data file was changed while it was half done');
  await client.query(
    `${searchPathSql(place)} SET LOCAL app.source = 'kompl/migrate ${migration.scope}/${migration.version}_${migration.name}'`,
  );
  const [batch] = await queryRows(client, batchRow, batchSql(data, place.tenantId, before.cursor));
  if (!batch) throw refused(migration, 'its data statement gives no row');
  if (batch.last !== null && batch.last === before.cursor) throw refused(migration, 'its data statement does not move on');
  await client.query(
    `UPDATE private.data_migrations SET cursor_key = coalesce($4, cursor_key), rows_done = rows_done + $5, batches = batches + 1,
       updated_at = now(), finished_at = CASE WHEN $4::text IS NULL THEN now() END
     WHERE scope = $1 AND tenant_id IS NOT DISTINCT FROM $2::uuid AND version = $3`,
    [...at, batch.last, batch.rows],
  );
  const total = before.rows + batch.rows;
  if (batch.last === null) await recordEnd(client, migration, data, place, total);
  return { rows: batch.rows, batches: before.batches + 1, finished: batch.last === null };
}

/** The duration is from the first batch of all to the last, rests and interruptions included. */
async function recordEnd(client: AdminClient, migration: Migration, data: DataPart, place: Place, rows: number): Promise<void> {
  await client.query(
    `INSERT INTO private.migration_history (version, description, scope, tenant_id, checksum, direction, duration_ms, row_counts)
     SELECT $3::varchar || '.data', $4::text, $1::varchar, $2::uuid, $5::varchar, 'up',
       least(2147483647, greatest(0, extract(epoch FROM clock_timestamp() - started_at) * 1000))::integer,
       jsonb_build_object('filled', $6::bigint)
     FROM private.data_migrations WHERE scope = $1::varchar AND tenant_id IS NOT DISTINCT FROM $2::uuid AND version = $3::varchar`,
    [place.scope, place.tenantId, migration.version, migration.name, data.checksum, rows],
  );
}

function refused({ scope, version, name }: Migration, reason: string): CodedError {
  return new CodedError('MIGRATION_FAILED', { scope, version, name, reason });
}
