/**
 * Catalogues in and out of a tenant: a trial run that writes nothing, an import that is one operation in one transaction (all
 * of it or no trace), and an export that gives an imported document back as it was.
 */
import { randomUUID } from 'node:crypto';
import { functionFor, may, type Need } from '@main/entities/access';
import type { EntityContext } from '@main/entities/context';
import { readScope } from '@main/entities/read';
import { parseStored } from '@main/entities/results';
import { withLedger } from '@main/sync/ledger';
import type { Json } from '@shared/entities/fields';
import { CodedError } from '@shared/errors';
import type { TenantFunction } from '@shared/roles';
import type { CatalogImportResult, CatalogPreview, TableLook } from '@shared/wire/oscal';
import { z } from 'zod';
import { composeCatalog, type HandRequirement } from './compose';
import { loadExisting } from './load';
import { OSCAL_FORMAT, type ParsedCatalog } from './parse';
import { planImport } from './plan';
import { drawPreview } from './preview';
import { writePlan } from './write';

const count = z.int().min(0);
const resultSchema: z.ZodType<CatalogImportResult> = z.object({
  regulation: z.object({ id: z.guid(), name: z.string(), version: z.string().nullable() }),
  controlSetId: z.guid().nullable(),
  counts: z.object({ groups: count, controls: count, enhancements: count, parts: count }),
  changed: z.object({ created: count, updated: count, unchanged: count, removed: count.optional() }),
});

const ENTITIES_READ = ['regulations', 'requirements', 'controlSets', 'controls', 'controlRequirements'] as const;

export interface ImportOptions {
  /** Leaves another version that is here as it is and makes this one a draft that supersedes it. */
  readonly asVersion?: boolean | undefined;
}

/** What an import of `parsed` would change. Reads only. */
export async function previewCatalog(
  ctx: EntityContext,
  parsed: ParsedCatalog,
  options: ImportOptions & { readonly table?: TableLook | null } = {},
): Promise<CatalogPreview> {
  return ctx.database.withTenant(readScope(ctx, [...ENTITIES_READ]), async (tx) => {
    const { existing, earlier } = await loadExisting(tx, parsed, false, options.asVersion);
    return drawPreview(parsed, existing, planImport(parsed, existing, randomUUID), { earlier, table: options.table ?? null });
  });
}

/**
 * Imports `parsed` as the operation `opId`: regulation, requirements, control set, controls and mappings, in one transaction with
 * its ledger row. The same again changes nothing. Throws ROLE_FORBIDS where the person may not write catalogues, or where
 * requirements left the document and the person may not archive; a fault anywhere leaves no trace.
 */
export async function applyImport(
  ctx: EntityContext,
  opId: string,
  parsed: ParsedCatalog,
  options: ImportOptions = {},
): Promise<CatalogImportResult> {
  try {
    return await importOnce(ctx, opId, parsed, options);
  } catch (error) {
    // Somebody else's import of the same catalogue came first; now there is something to compare with.
    if (!(error instanceof CodedError) || error.code !== 'DUPLICATE') throw error;
    return importOnce(ctx, opId, parsed, options);
  }
}

async function importOnce(
  ctx: EntityContext,
  opId: string,
  parsed: ParsedCatalog,
  options: ImportOptions,
): Promise<CatalogImportResult> {
  const fn = importFunction(ctx);
  const { result, repeated } = await withLedger<CatalogImportResult>(
    ctx,
    {
      opId,
      body: { kind: 'oscal.import', sha256: parsed.sha256, ...(options.asVersion ? { asVersion: true } : {}) },
      entity: 'regulations',
      entityId: null,
      function: fn,
    },
    (stored) => parseStored(resultSchema, stored),
    async (tx) => {
      const { existing, earlier } = await loadExisting(tx, parsed, true, options.asVersion);
      const plan = planImport(parsed, existing, randomUUID);
      if (
        (plan.remove.length > 0 || plan.restore.length > 0) &&
        !may({ ...ctx.session, functions: [fn] }, 'requirements', 'archive')
      ) {
        throw new CodedError('ROLE_FORBIDS', { entity: 'requirements', action: 'archive', functions: [fn] });
      }
      await writePlan(tx, parsed, plan, earlier?.id ?? null);
      return {
        regulation: { id: plan.regulation.id, name: parsed.name, version: parsed.version },
        controlSetId: plan.controlSet?.id ?? null,
        counts: parsed.counts,
        changed: plan.changed,
      };
    },
  );
  if (!repeated) ctx.onChanged?.([...ENTITIES_READ]);
  return result;
}

/** Refuses with ROLE_FORBIDS a person who may not import catalogues; the trial run of such a person would promise too much. */
export function requireImporter(ctx: EntityContext): void {
  importFunction(ctx);
}

/** A function that may also archive, where the person has one; else any that may write catalogues. */
function importFunction(ctx: EntityContext): TenantFunction {
  const write = ENTITIES_READ.flatMap((entity): Need[] => [
    [entity, 'create'],
    [entity, 'update'],
  ]);
  const withArchive: Need[] = [...write, ['requirements', 'archive']];
  return functionFor(ctx.session, may(ctx.session, 'requirements', 'archive') ? withArchive : write);
}

export interface CatalogExport {
  /** A name for the file, `nist-sp-800-53-rev.-5.1.1-low.json`. */
  readonly fileName: string;
  readonly regulation: { readonly id: string; readonly name: string; readonly version: string | null };
  readonly document: Json;
}

interface ExportRow extends Record<string, unknown> {
  readonly id: string;
  readonly name: string;
  readonly short_name: string | null;
  readonly version: string | null;
  readonly description: string | null;
  readonly updated_at: string;
  readonly source_format: string | null;
  readonly parsed_content: Json;
}

/**
 * The regulation as an OSCAL catalogue: an imported one as the very document it came from, one entered by hand made from its
 * requirements. Throws NOT_FOUND.
 */
export async function exportCatalog(ctx: EntityContext, regulationId: string): Promise<CatalogExport> {
  return ctx.database.withTenant(readScope(ctx, ['regulations', 'requirements']), async (tx) => {
    const { rows } = await tx.query<ExportRow>(
      `SELECT id, name, short_name, version, description, source_format, parsed_content,
         to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS updated_at
       FROM regulations WHERE id = $1::uuid`,
      [regulationId],
    );
    const [row] = rows;
    if (row === undefined) throw new CodedError('NOT_FOUND', { entity: 'regulations', id: regulationId });
    const { id, name, version, description } = row;
    const regulation = { id, name, version };
    const fileName = `${fileStem(row.short_name ?? name)}.json`;
    if (row.source_format === OSCAL_FORMAT && row.parsed_content !== null) {
      return { fileName, regulation, document: row.parsed_content };
    }
    const requirements = await tx.query<HandRequirement & Record<string, unknown>>(
      `SELECT id, parent_id AS "parentId", ref_id AS "refId", title, text, guidance, kind, order_index AS "orderIndex"
       FROM requirements WHERE regulation_id = $1::uuid AND archived_at IS NULL ORDER BY order_index, id`,
      [regulationId],
    );
    const document = composeCatalog({ id, name, version, description, updatedAt: row.updated_at }, requirements.rows);
    return { fileName, regulation, document };
  });
}

function fileStem(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^\p{L}\p{N}.]+/gu, '-')
      .replace(/^[-.]+|[-.]+$/g, '') || 'catalogue'
  );
}
