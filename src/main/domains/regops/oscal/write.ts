/** Writes an import plan: a handful of statements over whole sets of rows, inside the transaction it is given. */
import type { SqlClient } from '@main/entities/context';
import { cutAtWord } from './labels';
import type { ParsedCatalog } from './parse';
import type { ImportPlan } from './plan';

const REQUIREMENT_COLUMNS = `id uuid, "sourceId" text, "parentId" uuid, "refId" text, title text, text text, guidance text, kind text,
  family text, assessable boolean, "orderIndex" integer, depth integer, params jsonb, "sourcePlace" text`;

/** `supersedesId`: the version that a new one follows; it comes in as a draft then. */
export async function writePlan(
  tx: SqlClient,
  parsed: ParsedCatalog,
  plan: ImportPlan,
  supersedesId: string | null,
): Promise<void> {
  await writeRegulation(tx, parsed, plan, supersedesId);
  await writeRequirements(tx, plan);
  await writeControls(tx, parsed, plan);
}

async function writeRegulation(
  tx: SqlClient,
  parsed: ParsedCatalog,
  plan: ImportPlan,
  supersedesId: string | null,
): Promise<void> {
  const { id, write } = plan.regulation;
  if (write === 'keep') return;
  if (write === 'create') {
    await tx.query(
      `INSERT INTO regulations (id, name, short_name, version, type, status, parsed_content, source_format, source_uuid, source_sha256,
         jurisdiction, supersedes_id)
       VALUES ($1::uuid, $2::text, $3::text, $4::text, $9::text, $11::text, $5::jsonb, $6::text, $7::text, $8::text, $10::text, $12::uuid)`,
      [
        ...[id, parsed.name, parsed.shortName, parsed.version, parsed.text, parsed.format, parsed.uuid, parsed.sha256],
        ...[parsed.type, parsed.jurisdiction, supersedesId === null ? 'active' : 'draft', supersedesId],
      ],
    );
    return;
  }
  // The short name is the people's once it is there.
  await tx.query(
    `UPDATE regulations SET name = $2::text, version = $3::text, short_name = coalesce(short_name, $4::text)
     WHERE id = $1::uuid
       AND (name, version, short_name) IS DISTINCT FROM ($2::varchar, $3::varchar, coalesce(short_name, $4::varchar))`,
    [id, parsed.name, parsed.version, parsed.shortName],
  );
  await tx.query('SELECT note_regulation_source($1::uuid, $2::jsonb, $3::text, $4::text, $5::text)', [
    id,
    parsed.text,
    parsed.format,
    parsed.uuid,
    parsed.sha256,
  ]);
}

async function writeRequirements(tx: SqlClient, plan: ImportPlan): Promise<void> {
  if (plan.remove.length > 0) {
    await tx.query('UPDATE requirements SET archived_at = now() WHERE id = ANY ($1::uuid[])', [plan.remove.map((row) => row.id)]);
  }
  if (plan.restore.length > 0) {
    await tx.query('UPDATE requirements SET archived_at = NULL WHERE id = ANY ($1::uuid[])', [plan.restore]);
  }
  if (plan.create.length > 0) {
    await tx.query(
      `INSERT INTO requirements (id, regulation_id, source_id, parent_id, ref_id, title, text, guidance, kind, family, assessable,
         order_index, depth, params, source_place)
       SELECT r.id, $2::uuid, r."sourceId", r."parentId", r."refId", r.title, r.text, r.guidance, r.kind, r.family, r.assessable,
         r."orderIndex", r.depth, nullif(r.params, 'null'::jsonb), r."sourcePlace"
       FROM jsonb_to_recordset($1::jsonb) AS r (${REQUIREMENT_COLUMNS})`,
      [JSON.stringify(plan.create), plan.regulation.id],
    );
  }
  if (plan.update.length > 0) {
    const rows = JSON.stringify(plan.update);
    await tx.query(
      `UPDATE requirements q SET parent_id = r."parentId", ref_id = r."refId", title = r.title, text = r.text, guidance = r.guidance,
         kind = r.kind, family = r.family, assessable = r.assessable, order_index = r."orderIndex", depth = r.depth
       FROM jsonb_to_recordset($1::jsonb) AS r (${REQUIREMENT_COLUMNS}) WHERE q.id = r.id`,
      [rows],
    );
    await tx.query('SELECT note_requirement_sources($1::jsonb)', [rows]);
  }
}

async function writeControls(tx: SqlClient, parsed: ParsedCatalog, plan: ImportPlan): Promise<void> {
  if (plan.controlSet === null) return;
  const { id, create } = plan.controlSet;
  if (create) {
    await tx.query(
      `INSERT INTO control_sets (id, name, version, description, regulation_id, status)
       VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::uuid, 'active')`,
      [
        id,
        await freeSetName(tx, `${parsed.shortName} controls`, parsed.version),
        parsed.version,
        `Controls made from the catalogue ${parsed.name}, one for each requirement that can be assessed.`,
        plan.regulation.id,
      ],
    );
  }
  if (plan.controls.length > 0) {
    await tx.query(
      `INSERT INTO controls (id, control_set_id, ref, name, family, description, status)
       SELECT c.id, $2::uuid, c.ref, c.name, c.family, c.description, 'to_do'
       FROM jsonb_to_recordset($1::jsonb) AS c (id uuid, ref text, name text, family text, description text)`,
      [JSON.stringify(plan.controls), id],
    );
  }
  if (plan.mappings.length > 0) {
    await tx.query(
      `INSERT INTO control_requirements (control_id, requirement_id, relation, strength, rationale)
       SELECT m."controlId", m."requirementId", 'equal', 10, 'Made from the catalogue'
       FROM jsonb_to_recordset($1::jsonb) AS m ("controlId" uuid, "requirementId" uuid)`,
      [JSON.stringify(plan.mappings)],
    );
  }
}

/** The wished name, or the first of `name (2)`, `name (3)` … that no live set of that version has. */
async function freeSetName(tx: SqlClient, wished: string, version: string): Promise<string> {
  const { rows } = await tx.query<{ name: string }>(
    `SELECT name FROM control_sets WHERE archived_at IS NULL AND coalesce(version, '') = $1::text`,
    [version],
  );
  const taken = new Set(rows.map((row) => row.name));
  let name = wished;
  for (let number = 2; taken.has(name); number += 1) name = `${cutAtWord(wished, 240)} (${number})`;
  return name;
}
