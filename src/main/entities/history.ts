/**
 * A record's history from the tenant's trail: who changed which field from what to what, newest first. Only the entity's own
 * fields are shown; what the system keeps for itself (versions, stamps, machine-made JSON) is not.
 */
import { columnName, type Entity, SYSTEM_FIELDS } from '@shared/entities/define';
import type { Field } from '@shared/entities/fields';
import { type EntityName, entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { HistoryEntry } from '@shared/listing';
import { tableOf } from './columns';
import type { EntityContext } from './context';
import { parseInput } from './faults';
import { readScope, recordIdSchema } from './read';
import { normalValue, sameValue } from './values';

/** Older steps than these are left to the trail's own screen. */
const MAX_ENTRIES = 500;

type Stored = Readonly<Record<string, unknown>>;

interface TrailRow extends Record<string, unknown> {
  readonly at: string;
  readonly actor: string | null;
  readonly login: string;
  readonly action: string;
  readonly source: string | null;
  readonly reason: string | null;
  readonly oldValues: Stored | null;
  readonly newValues: Stored | null;
}

/** The last 500 steps of one record. NOT_FOUND where the person cannot see such a record. */
export async function readHistory(ctx: EntityContext, name: EntityName, id: string): Promise<HistoryEntry[]> {
  const entity = entityOf(name);
  const checkedId = parseInput(recordIdSchema, id);
  const hidden = Object.entries(entity.allFields).flatMap(([key, field]) => (isShown(key, field) ? [] : [columnName(key)]));
  return ctx.database.withTenant(readScope(ctx, [name]), async (tx) => {
    const { rows: seen } = await tx.query(`SELECT 1 AS seen FROM ${tableOf(entity)} t WHERE t.id = $1::uuid`, [checkedId]);
    if (seen.length === 0) throw new CodedError('NOT_FOUND', { entity: name, id: checkedId });
    const { rows } = await tx.query<TrailRow>(
      `SELECT at, actor, login::text AS login, action, source, reason,
              old_values - $3::text[] AS "oldValues", new_values - $3::text[] AS "newValues"
       FROM trail
       WHERE origin = 'tenant' AND resource_type = $1::text AND resource_id = $2::uuid AND action IN ('insert', 'update', 'delete')
       ORDER BY entry DESC LIMIT ${MAX_ENTRIES}`,
      [entity.table, checkedId, hidden],
    );
    return rows.map((row) => historyEntry(entity, row));
  });
}

/** The system's own columns and machine-made JSON say nothing to a person. */
function isShown(key: string, field: Field): boolean {
  return !Object.hasOwn(SYSTEM_FIELDS, key) && !(field.kind === 'json' && field.writable === 'never');
}

/** One step of the trail as people read it. Exported for its test. */
export function historyEntry(entity: Pick<Entity, 'allFields'>, row: TrailRow): HistoryEntry {
  const changes: { field: string; before: unknown; after: unknown }[] = [];
  for (const [key, field] of Object.entries(entity.allFields)) {
    if (!isShown(key, field)) continue;
    const before = storedValue(field, row.oldValues, columnName(key));
    const after = storedValue(field, row.newValues, columnName(key));
    if (!sameValue(field, before, after)) changes.push({ field: key, before, after });
  }
  const archivedBefore = storedInstant(row.oldValues?.archived_at);
  const archivedAfter = storedInstant(row.newValues?.archived_at);
  if (archivedBefore !== archivedAfter) changes.push({ field: 'archivedAt', before: archivedBefore, after: archivedAfter });
  return {
    at: row.at,
    actorId: row.actor,
    onBehalfBy: onBehalf(row.login, row.source),
    action: row.action === 'insert' || row.action === 'delete' ? row.action : 'update',
    source: row.source ?? '',
    reason: row.reason,
    changes,
  };
}

function storedValue(field: Field, stored: Stored | null, column: string): unknown {
  const value = stored?.[column] ?? null;
  if (field.kind === 'instant') return storedInstant(value);
  return normalValue(field, value);
}

/** jsonb keeps instants with an offset and microseconds. */
function storedInstant(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? value : at.toISOString();
}

/**
 * The login that acted where it was not the person's own: an administrator's connection with `--as`. The embedded server has one
 * login for everybody, and neither the workstation nor its demonstration acts on behalf, so there the login says nothing.
 */
function onBehalf(login: string, source: string | null): string | null {
  return /^u_[0-9a-f]{32}$/.test(login) || /^(workstation\/|demonstration$)/.test(source ?? '') ? null : login;
}
