/**
 * A file of mappings brought in: a trial run that writes nothing, then one operation in one transaction. Lines that cannot be taken
 * stay out with their reason; the rest goes in. The same file again changes nothing, and a mapping that people archived stays so.
 */
import { functionFor, type Need } from '@main/entities/access';
import type { EntityContext, SqlClient } from '@main/entities/context';
import { readScope } from '@main/entities/read';
import { parseStored } from '@main/entities/results';
import { together } from '@main/entities/together';
import { withLedger } from '@main/sync/ledger';
import { inverseOf } from '@shared/entities/regops/requirement-mapping';
import type {
  CrosswalkCounts,
  CrosswalkFileRow,
  CrosswalkImportResult,
  CrosswalkMapping,
  CrosswalkPreview,
} from '@shared/wire/crosswalk';
import { z } from 'zod';
import type { MappingFile, MappingLine } from './file';
import { mappingColumns, readMappings, requireTwo } from './read';

/** As many lines as a trial run shows; faults come first. */
const SHOWN = 2_000;

interface Pair {
  readonly from: string;
  readonly to: string;
}

interface PlannedLine {
  readonly row: CrosswalkFileRow;
  readonly write: {
    readonly id: string | null;
    readonly fromId: string;
    readonly toId: string;
    readonly line: MappingLine;
    readonly turned: boolean;
  } | null;
}

export async function previewMappings(ctx: EntityContext, pair: Pair, file: MappingFile): Promise<CrosswalkPreview> {
  requireTwo(pair);
  return ctx.database.withTenant(readScope(ctx, ['requirements', 'requirementMappings']), async (tx) => {
    const planned = await planLines(tx, pair, file.lines);
    const rows = planned.map((line) => line.row);
    const faulty = rows.filter((row) => row.fault !== null);
    const shown = [...faulty, ...rows.filter((row) => row.fault === null)].slice(0, SHOWN);
    return { fileName: file.fileName, sha256: file.sha256, counts: countsOf(rows), rows: shown };
  });
}

const count = z.int().min(0);
const resultSchema: z.ZodType<CrosswalkImportResult> = z.object({
  counts: z.object({ created: count, updated: count, unchanged: count, refused: count }),
});
const NEEDS: readonly Need[] = [
  ['requirementMappings', 'create'],
  ['requirementMappings', 'update'],
];

/** Refuses with ROLE_FORBIDS a person who may not write mappings. */
export function requireMapper(ctx: EntityContext): void {
  functionFor(ctx.session, NEEDS);
}

/** Writes the lines that can be taken, as the operation `opId`. */
export async function importMappings(
  ctx: EntityContext,
  opId: string,
  pair: Pair,
  file: MappingFile,
): Promise<CrosswalkImportResult> {
  requireTwo(pair);
  const { result, repeated } = await withLedger<CrosswalkImportResult>(
    ctx,
    {
      opId,
      body: { kind: 'crosswalk.import', ...pair, sha256: file.sha256 },
      entity: 'requirementMappings',
      entityId: null,
      function: functionFor(ctx.session, NEEDS),
    },
    (stored) => parseStored(resultSchema, stored),
    async (tx) => {
      const planned = await planLines(tx, pair, file.lines);
      await write(tx, planned);
      return { counts: countsOf(planned.map((line) => line.row)) };
    },
  );
  if (!repeated) ctx.onChanged?.(['requirementMappings']);
  return result;
}

function countsOf(rows: readonly CrosswalkFileRow[]): CrosswalkCounts {
  const counts = { created: 0, updated: 0, unchanged: 0, refused: 0 };
  for (const { change } of rows) counts[change ?? 'refused'] += 1;
  return counts;
}

type RefTable = ReadonlyMap<string, readonly string[]>;

const plainRef = (ref: string) => ref.toLowerCase().replace(/\s+/g, '');

/** Live requirements by what a file may call them: reference, or id in their source. */
async function readRefs(tx: SqlClient, regulationId: string): Promise<RefTable> {
  const { rows } = await tx.query<{ id: string; refId: string; sourceId: string | null; part: boolean }>(
    `SELECT id, ref_id AS "refId", source_id AS "sourceId", kind = 'part' AS part FROM requirements
     WHERE regulation_id = $1::uuid AND archived_at IS NULL ORDER BY order_index, id`,
    [regulationId],
  );
  const bySource = new Map<string, string[]>();
  const byRef = new Map<string, string[]>();
  const add = (table: Map<string, string[]>, key: string, id: string) => {
    const known = table.get(key);
    if (known === undefined) table.set(key, [id]);
    else if (!known.includes(id)) known.push(id);
  };
  for (const row of rows) {
    add(byRef, plainRef(row.refId), row.id);
    if (row.sourceId !== null) add(bySource, plainRef(row.sourceId), row.id);
  }
  // A reference is what people write; the source's id decides where it says nothing.
  for (const [key, ids] of bySource) if (!byRef.has(key)) byRef.set(key, ids);
  return byRef;
}

async function readArchived(tx: SqlClient, { from, to }: Pair): Promise<Set<string>> {
  const { rows } = await tx.query<{ fromId: string; toId: string }>(
    `SELECT ${mappingColumns(false)} FROM requirement_mappings m
     WHERE m.source_regulation_id = $1::uuid AND m.target_regulation_id = $2::uuid AND m.archived_at IS NOT NULL
     UNION ALL
     SELECT ${mappingColumns(true)} FROM requirement_mappings m
     WHERE m.source_regulation_id = $2::uuid AND m.target_regulation_id = $1::uuid AND m.archived_at IS NOT NULL`,
    [from, to],
  );
  return new Set(rows.map((row) => `${row.fromId} ${row.toId}`));
}

async function planLines(tx: SqlClient, pair: Pair, lines: readonly MappingLine[]): Promise<PlannedLine[]> {
  const [fromRefs, toRefs, live, archived] = await together(
    readRefs(tx, pair.from),
    readRefs(tx, pair.to),
    readMappings(tx, pair.from, pair.to),
    readArchived(tx, pair),
  );
  const known = new Map(live.map((mapping) => [`${mapping.fromId} ${mapping.toId}`, mapping]));
  const seen = new Map<string, number>();
  return lines.map((line): PlannedLine => {
    const refuse = (fault: string): PlannedLine => ({ row: rowOf(line, null, fault), write: null });
    if (line.fault !== null) return refuse(line.fault);
    const from = lookUp(fromRefs, line.from, 'left');
    if ('fault' in from) return refuse(from.fault);
    const to = lookUp(toRefs, line.to, 'right');
    if ('fault' in to) return refuse(to.fault);
    const key = `${from.id} ${to.id}`;
    const first = seen.get(key);
    if (first !== undefined) return refuse(`says the same pair as line ${first}`);
    seen.set(key, line.line);
    const present = known.get(key);
    if (present === undefined && archived.has(key)) return { row: rowOf(line, 'unchanged', null), write: null };
    if (present === undefined) {
      return { row: rowOf(line, 'created', null), write: { id: null, fromId: from.id, toId: to.id, line, turned: false } };
    }
    if (sameAs(present, line)) return { row: rowOf(line, 'unchanged', null), write: null };
    const write = { id: present.id, fromId: from.id, toId: to.id, line, turned: present.turned };
    return { row: rowOf(line, 'updated', null), write };
  });
}

function rowOf(line: MappingLine, change: CrosswalkFileRow['change'], fault: string | null): CrosswalkFileRow {
  return { line: line.line, from: line.from, to: line.to, relation: line.said, strength: line.strength, change, fault };
}

function lookUp(refs: RefTable, ref: string, side: 'left' | 'right'): { readonly id: string } | { readonly fault: string } {
  const ids = refs.get(plainRef(ref)) ?? [];
  const [id] = ids;
  if (id === undefined) return { fault: `no requirement “${ref.slice(0, 100)}” in the regulation at the ${side}` };
  return ids.length === 1
    ? { id }
    : { fault: `“${ref.slice(0, 100)}” names ${ids.length} requirements of the regulation at the ${side}` };
}

/** A line that says nothing of rationale or author leaves those that are there. */
function sameAs(present: CrosswalkMapping, line: MappingLine): boolean {
  return (
    present.relation === line.relation &&
    present.strength === line.strength &&
    (line.rationale === null || present.rationale === line.rationale) &&
    (line.source === null || present.source === line.source)
  );
}

const COLUMNS = `id uuid, "fromId" uuid, "toId" uuid, relation text, strength integer, rationale text, source text`;

async function write(tx: SqlClient, planned: readonly PlannedLine[]): Promise<void> {
  const rows = planned.flatMap(({ write: one }) => {
    if (one === null || one.line.relation === null) return [];
    const { id, fromId, toId, line, turned } = one;
    const relation = turned ? inverseOf(one.line.relation) : one.line.relation;
    return [{ id, fromId, toId, relation, strength: line.strength, rationale: line.rationale, source: line.source }];
  });
  const made = rows.filter((row) => row.id === null);
  const changed = rows.filter((row) => row.id !== null);
  if (made.length > 0) {
    await tx.query(
      `INSERT INTO requirement_mappings (source_requirement_id, target_requirement_id, relation, strength, rationale, source)
       SELECT r."fromId", r."toId", r.relation, r.strength, r.rationale, r.source
       FROM jsonb_to_recordset($1::jsonb) AS r (${COLUMNS})`,
      [JSON.stringify(made)],
    );
  }
  if (changed.length > 0) {
    await tx.query(
      `UPDATE requirement_mappings m SET relation = r.relation, strength = r.strength,
         rationale = coalesce(r.rationale, m.rationale), source = coalesce(r.source, m.source)
       FROM jsonb_to_recordset($1::jsonb) AS r (${COLUMNS}) WHERE m.id = r.id`,
      [JSON.stringify(changed)],
    );
  }
}
