/** Reads two versions of a regulation and compares them, with the answers given to the older one. */
import type { EntityContext, SqlClient } from '@main/entities/context';
import { readScope } from '@main/entities/read';
import { together } from '@main/entities/together';
import { CodedError } from '@shared/errors';
import type { VersionAnswer, VersionComparison, VersionSide } from '@shared/wire/versions';
import { type CompareNode, compareVersions } from './compare';

/** The comparison, requirements only: parts that a requirement's own text already holds are left out. Throws NOT_FOUND, INPUT_INVALID. */
export async function readComparison(
  ctx: EntityContext,
  pair: { readonly from: string; readonly to: string },
): Promise<VersionComparison> {
  if (pair.from === pair.to)
    throw new CodedError('INPUT_INVALID', {}, { faults: [{ path: 'to', message: 'must be another version' }] });
  const [from, to, older, newer, answers] = await ctx.database.withTenant(
    readScope(ctx, ['regulations', 'requirements', 'complianceAssessments', 'requirementAssessments']),
    (tx) =>
      together(
        readSide(tx, pair.from),
        readSide(tx, pair.to),
        readNodes(tx, pair.from),
        readNodes(tx, pair.to),
        readAnswers(tx, pair.from),
      ),
  );
  const changes = compareVersions(older, newer).map((change) => ({
    ...change,
    answers: answers.get(change.from?.id ?? '') ?? [],
  }));
  return { from, to, changes };
}

async function readSide(tx: SqlClient, id: string): Promise<VersionSide> {
  const { rows } = await tx.query<VersionSide & Record<string, unknown>>(
    'SELECT id, coalesce(short_name, name) AS name, version, status FROM regulations WHERE id = $1::uuid',
    [id],
  );
  const [side] = rows;
  if (side === undefined) throw new CodedError('NOT_FOUND', { entity: 'regulations', id });
  return side;
}

async function readNodes(tx: SqlClient, regulationId: string): Promise<CompareNode[]> {
  const { rows } = await tx.query<CompareNode & Record<string, unknown>>(
    `SELECT q.id, q.parent_id AS "parentId", q.source_id AS "sourceId", q.ref_id AS "refId", q.title, q.text, q.assessable
     FROM requirements q LEFT JOIN requirements p ON p.id = q.parent_id
     WHERE q.regulation_id = $1::uuid AND q.archived_at IS NULL AND (q.kind <> 'part' OR q.assessable OR (
       p.kind <> 'part' AND position(coalesce(q.text, q.title, '') IN coalesce(p.text, '')) = 0 AND coalesce(p.text, '') = ''))
     ORDER BY q.order_index, q.id`,
    [regulationId],
  );
  return rows;
}

/** Answers that say something, of assessments that are in use, by requirement. */
async function readAnswers(tx: SqlClient, regulationId: string): Promise<Map<string, VersionAnswer[]>> {
  const { rows } = await tx.query<VersionAnswer & { readonly requirementId: string } & Record<string, unknown>>(
    `SELECT a.id, a.requirement_id AS "requirementId", c.id AS "assessmentId", concat_ws(' ', c.ref, c.name) AS assessment, a.result
     FROM requirement_assessments a
     JOIN compliance_assessments c ON c.id = a.assessment_id AND c.archived_at IS NULL AND c.status <> 'deprecated'
     JOIN requirements q ON q.id = a.requirement_id
     WHERE q.regulation_id = $1::uuid AND a.archived_at IS NULL AND a.result <> 'not_assessed'
     ORDER BY c.assessment_date DESC, c.id`,
    [regulationId],
  );
  const answers = new Map<string, VersionAnswer[]>();
  for (const { requirementId, ...answer } of rows) {
    const known = answers.get(requirementId);
    if (known === undefined) answers.set(requirementId, [answer]);
    else known.push(answer);
  }
  return answers;
}
