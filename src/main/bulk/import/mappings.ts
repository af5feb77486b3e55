/** Mappings that are remembered: by tenant, kind of record and header; a person's own, else one that somebody shared. */
import type { EntityContext } from '@main/entities/context';
import { withLedger } from '@main/sync/ledger';
import { CodedError } from '@shared/errors';
import type { TenantFunction } from '@shared/roles';
import { type ImportMap, importMapSchema, type RememberedMapping } from '@shared/wire/imports';
import { z } from 'zod';
import type { LoadShape } from '../shapes';
import { importFunctions } from './rights';

export interface RecalledMapping {
  readonly map: ImportMap;
  readonly mapping: RememberedMapping;
}

function functionOf(ctx: EntityContext, shape: LoadShape): TenantFunction {
  const { create, update } = importFunctions(ctx, shape);
  const chosen = create ?? update;
  if (chosen === null) throw new CodedError('ROLE_FORBIDS', { entity: shape.name, action: 'create' });
  return chosen;
}

/** The mapping for such a header; null where there is none that can still be understood. */
export async function recallMapping(ctx: EntityContext, shape: LoadShape, signature: string): Promise<RecalledMapping | null> {
  const { personId, tenantId } = ctx.session;
  return ctx.database.withTenant(
    { personId, tenantId, function: functionOf(ctx, shape), source: ctx.source, readOnly: true },
    async (tx) => {
      const { rows } = await tx.query<{ id: string; version: number; mine: boolean; shared: boolean; at: Date; map: unknown }>(
        `SELECT m.id, m.row_version AS version, coalesce(m.created_by = $3::uuid, false) AS mine, m.shared, m.updated_at AS at, m.map
         FROM import_mappings m WHERE m.entity = $1::text AND m.signature = $2::text AND m.archived_at IS NULL
         ORDER BY mine DESC, m.updated_at DESC, m.id LIMIT 1`,
        [shape.name, signature, personId],
      );
      const [row] = rows;
      const map = importMapSchema.safeParse(row?.map);
      if (row === undefined || !map.success) return null;
      const { id, version, mine, shared, at } = row;
      return { map: map.data, mapping: { id, rowVersion: version, mine, shared, updatedAt: new Date(at).toISOString() } };
    },
  );
}

const rememberedSchema = z.object({ id: z.string(), rowVersion: z.number() });

/**
 * Keeps how a file was read, as the operation `opId`: the person's own mapping for such a header is made or changed; what another
 * person shared stays theirs. `shared` lets the whole tenant begin with it.
 */
export async function rememberMapping(
  ctx: EntityContext,
  shape: LoadShape,
  opId: string,
  signature: string,
  map: ImportMap,
  shared: boolean,
): Promise<{ readonly id: string; readonly rowVersion: number }> {
  const fn = functionOf(ctx, shape);
  const { result } = await withLedger(
    ctx,
    {
      opId,
      body: { kind: 'import-mapping', entity: shape.name, signature, map, shared },
      entity: 'importMappings',
      entityId: null,
      function: fn,
    },
    (stored) => rememberedSchema.parse(stored),
    async (tx) => {
      // The later of two saves is the later reading of the same file: nothing is lost that anybody would want back.
      const { rows } = await tx.query<{ id: string; rowVersion: number }>(
        `INSERT INTO import_mappings AS m (entity, signature, map, shared) VALUES ($1::text, $2::text, $3::jsonb, $4::boolean)
         ON CONFLICT (entity, signature, created_by) WHERE archived_at IS NULL
         DO UPDATE SET map = excluded.map, shared = excluded.shared
         RETURNING m.id, m.row_version AS "rowVersion"`,
        [shape.name, signature, JSON.stringify(map), shared],
      );
      const [row] = rows;
      if (row === undefined) throw new CodedError('CONFLICT', { entity: 'importMappings' });
      return row;
    },
  );
  return result;
}
