/**
 * Takes a version of the library into one tenant, inside the transaction it is given and with that transaction's rights. Everything
 * comes in as an argument and goes into the tenant's own tables; nothing is given back but keys and field names of the library.
 */
import { randomUUID } from 'node:crypto';
import { parseCatalog } from '@main/domains/regops/oscal';
import { loadExisting } from '@main/domains/regops/oscal/load';
import { planImport } from '@main/domains/regops/oscal/plan';
import { writePlan } from '@main/domains/regops/oscal/write';
import { quoted } from '@main/entities/columns';
import type { SqlClient } from '@main/entities/context';
import { CodedError } from '@shared/errors';
import type { LibraryDifference, LibraryRecord } from '@shared/wire/library';
import { type ContentRecord, type LibraryContent, recordsOf } from './content';
import { changeOf, difference, mergeRecord, type Values } from './merge';

export interface LibraryVersion {
  readonly itemId: string;
  readonly versionId: string;
  readonly slug: string;
  readonly version: string;
  readonly sha256: string;
  readonly content: LibraryContent;
}

/** What the tenant took in last of the item. */
export interface Receipt {
  readonly versionId: string;
  readonly version: string;
}

export async function lastReceipt(tx: SqlClient, itemId: string): Promise<Receipt | null> {
  const { rows } = await tx.query<{ versionId: string; version: string }>(
    `SELECT version_id AS "versionId", version FROM library_receipts WHERE item_id = $1::uuid ORDER BY created_at DESC, id DESC LIMIT 1`,
    [itemId],
  );
  return rows[0] ?? null;
}

/** Writes the version over what the tenant has. `base` is the content of its last receipt; null where it has none. */
export async function applyVersion(
  tx: SqlClient,
  version: LibraryVersion,
  base: LibraryContent | null,
): Promise<LibraryDifference> {
  const result =
    version.content.kind === 'catalogue' ? await applyCatalogue(tx, version.content.text) : await applyRecords(tx, version, base);
  const receipt = await lastReceipt(tx, version.itemId);
  if (receipt?.versionId !== version.versionId) {
    await tx.query(
      `INSERT INTO library_receipts (item_id, version_id, slug, version, sha256, counts)
       VALUES ($1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::jsonb)`,
      [version.itemId, version.versionId, version.slug, version.version, version.sha256, JSON.stringify(result.counts)],
    );
  }
  await tx.query('SELECT log_access($1::text, $2::text, $3::uuid, $4::jsonb)', [
    'import',
    'library_receipts',
    version.versionId,
    JSON.stringify({ item: version.slug, version: version.version, ...result.counts }),
  ]);
  return result;
}

const FIELDS = ['refId', 'title', 'text', 'guidance', 'kind', 'family', 'assessable'] as const;

/** A catalogue by the import that people use; it compares three ways by the document that the regulation keeps. */
async function applyCatalogue(tx: SqlClient, text: string): Promise<LibraryDifference> {
  const parsed = parseCatalog(text, { fileName: 'library' });
  const { existing } = await loadExisting(tx, parsed, true);
  const plan = planImport(parsed, existing, randomUUID);
  await writePlan(tx, parsed, plan, null);
  const present = new Map(existing?.requirements.map((row) => [row.sourceId, row]) ?? []);
  const written = new Map(plan.update.map((row) => [row.sourceId, row]));
  const records = parsed.nodes.map((node, at): LibraryRecord => {
    const row = written.get(node.sourceId) ?? present.get(node.sourceId);
    const kept = row === undefined ? [] : FIELDS.filter((field) => row[field] !== node[field]);
    const before = present.get(node.sourceId);
    const updated = before === undefined || row === undefined ? [] : FIELDS.filter((field) => row[field] !== before[field]);
    const planned = plan.changes[at] ?? 'unchanged';
    return { key: node.refId, change: planned === 'unchanged' && kept.length > 0 ? 'kept' : planned, updated, kept };
  });
  return difference(records);
}

interface Target {
  readonly table: string;
  /** Where the records of a first time may be the tenant's own: the columns that name one. */
  readonly named: readonly string[];
  readonly initial: Values;
  /** Columns of every new record. */
  readonly common: Values;
}

interface PresentRow extends Record<string, unknown> {
  readonly __id: string;
  readonly __key: string | null;
  readonly __archived: boolean;
}

async function applyRecords(tx: SqlClient, version: LibraryVersion, base: LibraryContent | null): Promise<LibraryDifference> {
  const target = await targetOf(tx, version);
  const before = new Map((base === null ? [] : recordsOf(base)).map(({ key, values }) => [key, values]));
  const present = await presentRows(tx, version, target);
  const records: LibraryRecord[] = [];
  for (const record of recordsOf(version.content)) {
    records.push(await applyRecord(tx, version, target, record, before.get(record.key) ?? null, present));
  }
  return difference(records);
}

async function applyRecord(
  tx: SqlClient,
  version: LibraryVersion,
  target: Target,
  { key, values }: ContentRecord,
  base: Values | null,
  present: Present,
): Promise<LibraryRecord> {
  const row = present.byKey.get(key) ?? present.byName.get(nameOf(target, { ...target.common, ...values }));
  if (row === undefined) {
    const id = randomUUID();
    await insert(tx, target.table, { id, ...target.initial, ...target.common, ...values });
    await noteKey(tx, version, target.table, key, id);
    return { key, change: 'created', updated: [], kept: [] };
  }
  if (row.__key === null) await noteKey(tx, version, target.table, key, row.__id);
  // What the tenant put away stays away.
  if (row.__archived) return { key, change: 'kept', updated: [], kept: ['archived'] };
  const merged = mergeRecord(base, values, row);
  const fields = Object.keys(merged.write);
  if (fields.length > 0 && !(await update(tx, target.table, row.__id, merged.write))) {
    // Signed or locked at the tenant: it stands as it is.
    return { key, change: 'kept', updated: [], kept: [...fields, ...merged.kept] };
  }
  return { key, change: changeOf(merged), updated: fields, kept: merged.kept };
}

interface Present {
  readonly byKey: ReadonlyMap<string, PresentRow>;
  /** Live records that no key of this item names, by the columns that name them. */
  readonly byName: ReadonlyMap<string, PresentRow>;
}

const sourceOf = (version: LibraryVersion) => `library/${version.slug}`;

async function presentRows(tx: SqlClient, version: LibraryVersion, target: Target): Promise<Present> {
  const { rows } = await tx.query<PresentRow>(
    `SELECT t.*, t.id AS "__id", k.source_key AS "__key", t.archived_at IS NOT NULL AS "__archived"
     FROM ${quoted(target.table)} t LEFT JOIN source_keys k ON k.record_id = t.id AND k.resource_type = $1::text
       AND k.source = $2::text AND k.archived_at IS NULL
     WHERE k.id IS NOT NULL OR t.archived_at IS NULL`,
    [target.table, sourceOf(version)],
  );
  return {
    byKey: new Map(rows.flatMap((row) => (row.__key === null ? [] : [[row.__key, row] as const]))),
    byName: new Map(rows.flatMap((row) => (row.__key === null ? [[nameOf(target, row), row] as const] : []))),
  };
}

function nameOf(target: Target, values: Values): string {
  return JSON.stringify(target.named.map((column) => values[column] ?? null));
}

/** The table of the content's records; for a control set the set itself, found or made. */
async function targetOf(tx: SqlClient, version: LibraryVersion): Promise<Target> {
  const { content } = version;
  if (content.kind === 'policies') {
    return { table: 'policies', named: ['name', 'version'], initial: {}, common: {} }; // it begins as a draft of itself
  }
  if (content.kind !== 'control_set') throw new CodedError('INTERNAL', { reference: 'library-content' });
  const { name, version: label, description } = content.document.controlSet;
  const { rows } = await tx.query<{ id: string; known: boolean }>(
    `SELECT s.id, k.id IS NOT NULL AS known FROM control_sets s LEFT JOIN source_keys k ON k.record_id = s.id AND k.resource_type = 'control_sets'
       AND k.source = $3::text AND k.archived_at IS NULL
     WHERE k.id IS NOT NULL OR (s.archived_at IS NULL AND s.name = $1::text AND coalesce(s.version, '') = $2::text)
     ORDER BY k.id IS NULL, s.id LIMIT 1`,
    [name, label, sourceOf(version)],
  );
  const id = rows[0]?.id ?? randomUUID();
  if (rows[0] === undefined) await insert(tx, 'control_sets', { id, name, version: label, description, status: 'active' });
  if (rows[0]?.known !== true) await noteKey(tx, version, 'control_sets', 'set', id);
  return { table: 'controls', named: ['control_set_id', 'ref'], initial: { status: 'to_do' }, common: { control_set_id: id } };
}

/** Of two that take the same item in at once, the unique key lets one through; the other is refused as a whole. */
async function noteKey(tx: SqlClient, version: LibraryVersion, table: string, key: string, id: string): Promise<void> {
  await tx.query(
    `INSERT INTO source_keys (resource_type, source, source_key, record_id) VALUES ($1::text, $2::text, $3::text, $4::uuid)`,
    [table, sourceOf(version), key, id],
  );
}

const parameter = (value: unknown) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value);

async function insert(tx: SqlClient, table: string, values: Values): Promise<void> {
  const columns = Object.keys(values);
  await tx.query(
    `INSERT INTO ${quoted(table)} (${columns.map(quoted).join(', ')}) VALUES (${columns.map((_, at) => `$${at + 1}`).join(', ')})`,
    columns.map((column) => parameter(values[column])),
  );
}

/** False where the record is locked or signed. */
async function update(tx: SqlClient, table: string, id: string, values: Values): Promise<boolean> {
  const columns = Object.keys(values);
  await tx.query('SAVEPOINT one_record');
  try {
    await tx.query(
      `UPDATE ${quoted(table)} SET ${columns.map((column, at) => `${quoted(column)} = $${at + 2}`).join(', ')} WHERE id = $1::uuid`,
      [id, ...columns.map((column) => parameter(values[column]))],
    );
    await tx.query('RELEASE SAVEPOINT one_record');
    return true;
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'STATE_FORBIDS') throw error;
    await tx.query('ROLLBACK TO SAVEPOINT one_record');
    return false;
  }
}
