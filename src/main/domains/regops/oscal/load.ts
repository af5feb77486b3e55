/** Reads what a tenant has of a catalogue, for the comparison with a document. */
import { jsonEqual } from '@main/entities/canonical';
import type { SqlClient } from '@main/entities/context';
import { outlineCatalog, storedOutline } from '../catalog/outline';
import { type ParsedCatalog, parseCatalog } from './parse';
import type { ExistingCatalog, ExistingRequirement } from './plan';

interface RegulationRow extends Record<string, unknown> {
  readonly id: string;
  readonly name: string;
  readonly version: string | null;
  readonly source_sha256: string | null;
  /** Null where the stored document has the very bytes of the new one. */
  readonly document: unknown;
}

export interface FoundVersion {
  readonly id: string;
  readonly name: string;
  readonly version: string | null;
}

/**
 * The live regulation that `parsed` brings up to date: the one from the same document (uuid) or of the same name, the same version
 * before others; null where there is none. With `asVersion` only the same version is brought up to date, and the one that would
 * have been otherwise is the `earlier`. `lock` keeps other imports of it out until the transaction ends.
 */
export async function loadExisting(
  tx: SqlClient,
  parsed: ParsedCatalog,
  lock: boolean,
  asVersion = false,
): Promise<{ readonly existing: ExistingCatalog | null; readonly earlier: FoundVersion | null }> {
  const { rows } = await tx.query<RegulationRow>(
    `SELECT id, name, version, source_sha256,
       CASE WHEN source_sha256 = $3::text THEN NULL ELSE parsed_content END AS document
     FROM regulations
     WHERE archived_at IS NULL AND (source_uuid = $1::text OR name = $2::text)
     ORDER BY coalesce(version, '') = $4::text DESC, coalesce(source_uuid = $1::text, false) DESC, status = 'active' DESC, created_at, id
     LIMIT 1 ${lock ? 'FOR NO KEY UPDATE' : ''}`,
    [parsed.uuid, parsed.name, parsed.sha256, parsed.version],
  );
  const [regulation] = rows;
  if (regulation === undefined) return { existing: null, earlier: null };
  const { id, name, version, document } = regulation;
  if (asVersion && (version ?? '') !== parsed.version) return { existing: null, earlier: { id, name, version } };
  const sameDocument = regulation.source_sha256 === parsed.sha256 || jsonEqual(document, parsed.document);
  const stored = document === null ? null : parseStoredDocument(document, name);
  const controlSet = await tx.query<{ id: string }>(
    `SELECT id FROM control_sets WHERE regulation_id = $1::uuid
     ORDER BY archived_at IS NULL DESC, created_at, id LIMIT 1`,
    [id],
  );
  const controlSetId = controlSet.rows[0]?.id ?? null;
  const existing: ExistingCatalog = {
    regulation: { id, name, version },
    base: sameDocument ? parsed : stored,
    sameDocument,
    requirements: await loadRequirements(tx, id),
    controlSetId,
    controls: controlSetId === null ? [] : await loadControls(tx, controlSetId),
    mappings: await loadMappings(tx, id),
  };
  return { existing, earlier: null };
}

/** The document of the last import, whatever kind of file it came from. */
function parseStoredDocument(document: unknown, name: string): ParsedCatalog {
  const outline = storedOutline(document);
  if (outline !== null) return outlineCatalog(outline, { fileName: name, sha256: '', makesControls: false });
  return parseCatalog(JSON.stringify(document), { fileName: name });
}

async function loadRequirements(tx: SqlClient, regulationId: string): Promise<ExistingRequirement[]> {
  // A source id may have archived namesakes; the live one comes last and wins in the plan's table.
  const { rows } = await tx.query<ExistingRequirement & Record<string, unknown>>(
    `SELECT id, parent_id AS "parentId", ref_id AS "refId", title, text, guidance, kind, family, assessable,
       order_index AS "orderIndex", depth, source_id AS "sourceId", archived_at IS NOT NULL AS archived
     FROM requirements WHERE regulation_id = $1::uuid
     ORDER BY archived_at IS NULL, order_index, id`,
    [regulationId],
  );
  return rows;
}

async function loadControls(tx: SqlClient, controlSetId: string): Promise<{ id: string; ref: string | null }[]> {
  const { rows } = await tx.query<{ id: string; ref: string | null }>(
    'SELECT id, ref FROM controls WHERE control_set_id = $1::uuid ORDER BY archived_at IS NULL, id',
    [controlSetId],
  );
  return rows;
}

async function loadMappings(tx: SqlClient, regulationId: string): Promise<{ controlId: string; requirementId: string }[]> {
  const { rows } = await tx.query<{ controlId: string; requirementId: string }>(
    `SELECT m.control_id AS "controlId", m.requirement_id AS "requirementId"
     FROM control_requirements m JOIN requirements r ON r.id = m.requirement_id
     WHERE r.regulation_id = $1::uuid`,
    [regulationId],
  );
  return rows;
}
