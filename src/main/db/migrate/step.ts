/**
 * One step: one migration at one place, in one transaction together with its history row. Whoever comes second waits, looks
 * again and finds it done, so two migrators at once, or one that was killed, do no harm.
 */
import { CodedError } from '@shared/errors';
import { z } from 'zod';
import { type AdminClient, asOwner, isConnectionLost, queryRows, sqlState } from './client';
import { countRows, countsForHistory, schemaOf } from './counts';
import { fillPlaceholders, type Migration } from './files';
import { dataVersion, isInForce, type Place, recordFailure, recordSql, START_CLOCK } from './history';
import { isCheap } from './sql-text';

export type Direction = 'up' | 'down';

/** A step that failed and was rolled back; its place stands where it stood before. */
export class StepFailed extends Error {
  constructor(
    readonly migration: Migration,
    readonly place: Place,
    readonly direction: Direction,
    readonly sqlstate: string,
    /** The server's own first line; never its detail, which may quote rows. */
    readonly reason: string,
    options: { cause: unknown },
  ) {
    super(`${place.scope}/${migration.version} failed`, options);
    this.name = 'StepFailed';
  }

  toCoded(): CodedError {
    return new CodedError(
      'MIGRATION_FAILED',
      {
        scope: this.place.scope,
        tenantId: this.place.tenantId,
        version: this.migration.version,
        name: this.migration.name,
        direction: this.direction,
        sqlstate: this.sqlstate,
        reason: this.reason,
      },
      { cause: this },
    );
  }
}

/** Unqualified names resolve in the scope's own schema, then in public, where the vector type lives. */
export function searchPathSql(place: Place): string {
  const own = schemaOf(place);
  return `SET LOCAL search_path = ${own === 'public' ? 'public' : `${own}, public`};`;
}

/** The complete text of a step, ready to be sent as one message inside a transaction of the owner. */
export function stepSql(migration: Migration, tenantId: string | null, direction: Direction): string {
  const plain = direction === 'up' ? migration.up : migration.down;
  const sql = tenantId === null ? plain : fillPlaceholders(plain, tenantId);
  // The down step of the history itself takes the table away that would record it.
  const record = direction === 'down' && isHistoryStep(migration) ? '' : recordSql(migration, tenantId, direction);
  const forget = direction === 'down' && migration.data ? forgetDataSql(migration, tenantId) : '';
  return `${START_CLOCK}\n${sql}\n${record}\n${forget}`;
}

/** A step that is taken back takes its data part along: when it comes again, the rows are filled in again. */
function forgetDataSql(migration: Migration, tenantId: string | null): string {
  const version = dataVersion(migration.version);
  const tenant = tenantId === null ? 'NULL' : `'${tenantId}'`;
  const here = `scope = '${migration.scope}' AND tenant_id IS NOT DISTINCT FROM ${tenant}::uuid`;
  return `DELETE FROM private.data_migrations WHERE ${here} AND version = '${migration.version}';
INSERT INTO private.migration_history (version, description, scope, tenant_id, checksum, direction, duration_ms)
SELECT version, description, scope, tenant_id, checksum, 'down', 0 FROM private.migration_history
WHERE ${here} AND version = '${version}' AND status = 'success' ORDER BY id DESC LIMIT 1;`;
}

/** The first step of all makes the history. */
export function isHistoryStep(migration: Migration): boolean {
  return migration.scope === 'private' && migration.version === '0001';
}

/**
 * Applies or reverts one step, and keeps in the history how many rows each table held before and after; a cheap step cannot
 * change that and is not counted.
 * @returns false where it was already so
 * @throws StepFailed (rolled back and recorded); CodedError SERVER_CLOSED where the connection broke
 */
export async function runStep(client: AdminClient, migration: Migration, place: Place, direction: Direction): Promise<boolean> {
  try {
    return await asOwner(client, async () => {
      await lockPlaces(client, [place]);
      if ((await isInForce(client, place, migration.version)) === (direction === 'up')) return false;
      const counted = !isCheap(direction === 'up' ? migration.up : migration.down) && (await keepsCounts(client));
      const before = counted ? await countRows(client, place) : null;
      await client.query(searchPathSql(place));
      await client.query(stepSql(migration, place.tenantId, direction));
      if (before && (await keepsCounts(client))) {
        const counts = countsForHistory(before, await countRows(client, place));
        await client.query(
          `UPDATE private.migration_history SET row_counts = $4::jsonb WHERE id = (
             SELECT max(id) FROM private.migration_history
             WHERE scope = $1 AND tenant_id IS NOT DISTINCT FROM $2::uuid AND version = $3 AND status = 'success')`,
          [place.scope, place.tenantId, migration.version, counts],
        );
      }
      return true;
    });
  } catch (error) {
    throw await failureOf(error, { client, migration, place, direction });
  }
}

export interface Attempt {
  readonly client: AdminClient;
  readonly migration: Migration;
  readonly place: Place;
  readonly direction: Direction;
  /** What the history calls it, where that is not the step itself. */
  readonly version?: string;
}

/** The error to throw for a failed attempt: recorded in the history where the connection still stands. */
export async function failureOf(error: unknown, attempt: Attempt): Promise<Error> {
  const { client, migration, place, direction, version = migration.version } = attempt;
  // A transaction whose end could not be spoken: the place is what one wants to know.
  if (error instanceof CodedError) return error.code === 'SERVER_CLOSED' ? lost(place, version, error) : error;
  const state = sqlState(error);
  if (state === null || isConnectionLost(error)) return lost(place, version, error);
  try {
    await recordFailure(client, migration, place.tenantId, direction, state, version);
  } catch (second) {
    // The failed step itself is rolled back; what stopped the note (a full disk, a lost connection) is what to tell.
    if (sqlState(second) === null || isConnectionLost(second)) return lost(place, version, second);
  }
  const reason = error instanceof Error ? error.message : '';
  return new StepFailed(migration, place, direction, state, reason, { cause: error });
}

export function lost(place: Place, version: string, cause: unknown): CodedError {
  const details = { during: `${place.scope}/${version}`, scope: place.scope, tenantId: place.tenantId, version };
  return new CodedError('SERVER_CLOSED', details, { cause });
}

/** Whoever comes second to a place waits here; in one order, so that two batches never wait for each other. */
export async function lockPlaces(client: AdminClient, places: readonly Place[]): Promise<void> {
  const names = places.map((place) => `kompl.migrate.${place.tenantId ?? place.scope}`).sort();
  await client.query(
    'SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest($1::text[]) WITH ORDINALITY t (name, at) ORDER BY at',
    [names],
  );
}

async function keepsCounts(client: AdminClient): Promise<boolean> {
  const [answer] = await queryRows(
    client,
    z.object({ there: z.boolean() }),
    `SELECT EXISTS (SELECT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'private' AND c.relname = 'migration_history' AND a.attname = 'row_counts' AND NOT a.attisdropped) AS there`,
  );
  return answer?.there === true;
}
