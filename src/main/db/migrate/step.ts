/**
 * One step: one migration at one place, in one transaction together with its history row. Whoever comes second waits, looks
 * again and finds it done, so two migrators at once, or one that was killed, do no harm.
 */
import { CodedError } from '@shared/errors';
import { tenantSchema } from '@shared/roles';
import { type AdminClient, asOwner, isConnectionLost, sqlState } from './client';
import { fillPlaceholders, type Migration } from './files';
import { isInForce, type Place, recordFailure, recordSql, START_CLOCK } from './history';

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
  const own = place.tenantId === null ? place.scope : tenantSchema(place.tenantId);
  return `SET LOCAL search_path = ${own === 'public' ? 'public' : `${own}, public`};`;
}

/** The complete text of a step, ready to be sent as one message inside a transaction of the owner. */
export function stepSql(migration: Migration, tenantId: string | null, direction: Direction): string {
  const plain = direction === 'up' ? migration.up : migration.down;
  const sql = tenantId === null ? plain : fillPlaceholders(plain, tenantId);
  // The down step of the history itself takes the table away that would record it.
  const record = direction === 'down' && isHistoryStep(migration) ? '' : recordSql(migration, tenantId, direction);
  return `${START_CLOCK}\n${sql}\n${record}`;
}

/** The first step of all makes the history. */
export function isHistoryStep(migration: Migration): boolean {
  return migration.scope === 'private' && migration.version === '0001';
}

/**
 * Applies or reverts one step.
 * @returns false where it was already so
 * @throws StepFailed (rolled back and recorded); CodedError SERVER_CLOSED where the connection broke
 */
export async function runStep(client: AdminClient, migration: Migration, place: Place, direction: Direction): Promise<boolean> {
  try {
    return await asOwner(client, async () => {
      await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [lockName(place)]);
      if ((await isInForce(client, place, migration.version)) === (direction === 'up')) return false;
      await client.query(searchPathSql(place));
      await client.query(stepSql(migration, place.tenantId, direction));
      return true;
    });
  } catch (error) {
    if (error instanceof CodedError) throw error;
    const state = sqlState(error);
    if (state === null || isConnectionLost(error)) {
      throw new CodedError('SERVER_CLOSED', { during: `${place.scope}/${migration.version}` }, { cause: error });
    }
    await recordFailure(client, migration, place.tenantId, direction, state);
    const reason = error instanceof Error ? error.message : '';
    throw new StepFailed(migration, place, direction, state, reason, { cause: error });
  }
}

function lockName(place: Place): string {
  return `kompl.migrate.${place.tenantId ?? place.scope}`;
}
