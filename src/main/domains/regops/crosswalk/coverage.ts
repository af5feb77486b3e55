/**
 * How a regulation is covered: by what was done for its own requirements, and by what was done for requirements of other regulations
 * that the crosswalk ties to them. Every source stays a source of its own, with its relation, its strength and each piece of proof;
 * nothing is added up, for a strength of six from one regulation and one of seven from another make no thirteen.
 */
import type { EntityContext, SqlClient } from '@main/entities/context';
import { readScope } from '@main/entities/read';
import { together } from '@main/entities/together';
import { CodedError } from '@shared/errors';
import type {
  Coverage,
  CoverageProof,
  CoverageSource,
  CoveredRequirement,
  CrosswalkMapping,
  Reach,
} from '@shared/wire/crosswalk';
import { readProofs } from './proofs';
import { mappingColumns, seenFrom } from './read';
import { branchesOf, type TreeNode } from './tree';

interface Node extends TreeNode, Record<string, unknown> {
  readonly refId: string;
  readonly title: string | null;
  readonly family: string | null;
}

/** A requirement of another regulation, with the way up to where its proof is found. */
interface Other extends Record<string, unknown> {
  readonly id: string;
  readonly refId: string;
  readonly title: string | null;
  readonly regulationId: string;
  readonly regulation: string;
  readonly way: readonly string[];
}

const READS = [
  'regulations',
  'requirements',
  'requirementMappings',
  'controls',
  'controlRequirements',
  'controlTests',
  'auditEvidence',
  'complianceAssessments',
  'requirementAssessments',
] as const;

/** The coverage of one regulation. Throws NOT_FOUND. */
export async function readCoverage(ctx: EntityContext, regulationId: string): Promise<Coverage> {
  return ctx.database.withTenant(readScope(ctx, [...READS]), async (tx) => {
    const [regulation, nodes, mappings] = await together(
      readRegulation(tx, regulationId),
      readNodes(tx, regulationId),
      readIncoming(tx, regulationId),
    );
    if (regulation === null) throw new CodedError('NOT_FOUND', { entity: 'regulations', id: regulationId });
    const others = await readOthers(tx, [...new Set(mappings.map((mapping) => mapping.toId))]);
    const branches = branchesOf(nodes);
    const assessed = nodes.filter((node) => node.assessable);
    const asked = new Set([...assessed.map((node) => node.id), ...[...others.values()].flatMap((other) => other.way)]);
    const proofs = await readProofs(tx, [...asked]);

    const carried = new Map<string, CoverageSource[]>();
    for (const mapping of mappings) {
      const other = others.get(mapping.toId);
      const reach = reachOf(mapping);
      if (other === undefined || reach === null) continue;
      for (const { id, partly } of branches.spokenOf(mapping.fromId)) {
        const source = sourceOf(mapping, other, partly ? 'part' : reach, proofs);
        const known = carried.get(id);
        if (known === undefined) carried.set(id, [source]);
        else known.push(source);
      }
    }
    const requirements = assessed.map((node): CoveredRequirement => {
      const { id, refId, title, family } = node;
      const own = proofs.get(id) ?? [];
      const direct: CoverageSource[] =
        own.length === 0
          ? []
          : [
              {
                mapping: null,
                requirementId: id,
                refId,
                title,
                regulationId,
                regulation: regulation.name,
                reach: 'whole',
                proofs: own,
              },
            ];
      const rest = (carried.get(id) ?? []).sort((a, b) => (b.mapping?.strength ?? 0) - (a.mapping?.strength ?? 0));
      return { id, refId, title, family, sources: [...direct, ...rest] };
    });
    return { regulation, requirements };
  });
}

/**
 * How far the other requirement reaches over ours. A mapping is read from ours: what ours is a subset of or equal to covers it
 * wholly; what ours is larger than, or only meets, covers a part.
 */
export function reachOf({ relation }: Pick<CrosswalkMapping, 'relation'>): Reach | null {
  if (relation === 'equal' || relation === 'subset') return 'whole';
  return relation === 'not_related' ? null : 'part';
}

function sourceOf(
  mapping: CrosswalkMapping,
  other: Other,
  reach: Reach,
  proofs: ReadonlyMap<string, readonly CoverageProof[]>,
): CoverageSource {
  const { id: requirementId, refId, title, regulationId, regulation, way } = other;
  return {
    mapping,
    requirementId,
    refId,
    title,
    regulationId,
    regulation,
    reach,
    proofs: way.flatMap((id) => proofs.get(id) ?? []),
  };
}

async function readRegulation(tx: SqlClient, id: string): Promise<Coverage['regulation'] | null> {
  const { rows } = await tx.query<{ id: string; name: string; version: string | null }>(
    'SELECT id, coalesce(short_name, name) AS name, version FROM regulations WHERE id = $1::uuid',
    [id],
  );
  return rows[0] ?? null;
}

async function readNodes(tx: SqlClient, regulationId: string): Promise<Node[]> {
  const { rows } = await tx.query<Node>(
    `SELECT id, parent_id AS "parentId", assessable, ref_id AS "refId", title, family FROM requirements
     WHERE regulation_id = $1::uuid AND archived_at IS NULL ORDER BY order_index, id`,
    [regulationId],
  );
  return rows;
}

/** Live mappings of the regulation's requirements, seen from them. */
async function readIncoming(tx: SqlClient, regulationId: string): Promise<CrosswalkMapping[]> {
  const { rows } = await tx.query<Parameters<typeof seenFrom>[0]>(
    `SELECT ${mappingColumns(false)} FROM requirement_mappings m WHERE m.source_regulation_id = $1::uuid AND m.archived_at IS NULL
     UNION ALL
     SELECT ${mappingColumns(true)} FROM requirement_mappings m WHERE m.target_regulation_id = $1::uuid AND m.archived_at IS NULL
     ORDER BY 3, 4`,
    [regulationId],
  );
  return rows.map(seenFrom);
}

/** Live requirements of regulations in use, by id. */
async function readOthers(tx: SqlClient, ids: readonly string[]): Promise<Map<string, Other>> {
  if (ids.length === 0) return new Map();
  const { rows } = await tx.query<Other>(
    `WITH RECURSIVE up AS (
       SELECT q.id AS start, q.id, q.parent_id, q.assessable, 0 AS step FROM requirements q
       WHERE q.id = ANY ($1::uuid[]) AND q.archived_at IS NULL
       UNION ALL
       SELECT up.start, p.id, p.parent_id, p.assessable, up.step + 1 FROM up JOIN requirements p ON p.id = up.parent_id
       WHERE NOT up.assessable AND up.step < 20 AND p.archived_at IS NULL
     )
     SELECT q.id, q.ref_id AS "refId", q.title, g.id AS "regulationId", coalesce(g.short_name, g.name) AS regulation,
       (SELECT array_agg(up.id ORDER BY up.step) FROM up WHERE up.start = q.id) AS way
     FROM requirements q JOIN regulations g ON g.id = q.regulation_id AND g.archived_at IS NULL AND g.status <> 'retired'
     WHERE q.id = ANY ($1::uuid[]) AND q.archived_at IS NULL`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
