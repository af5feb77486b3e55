/**
 * Starts an assessment: one answer for each assessable requirement in scope, by one command under the ledger. All of them or none;
 * the same again makes nothing new. What was answered before may be carried over, to be confirmed.
 */
import { functionFor } from '@main/entities/access';
import { naturalOrder } from '@main/entities/columns';
import type { EntityContext, SqlClient } from '@main/entities/context';
import { invalid, parseInput } from '@main/entities/faults';
import type { HookTable } from '@main/entities/hooks';
import { readRow, readScope, recordIdSchema } from '@main/entities/read';
import { parseStored } from '@main/entities/results';
import { together } from '@main/entities/together';
import { createWithin } from '@main/entities/write';
import { withLedger } from '@main/sync/ledger';
import type { EntityRow } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import { type AssessmentScope, type StartAssessmentResult, startAssessmentInputSchema } from '@shared/wire/assessments';
import { z } from 'zod';
import { earlierAssessments, readFamilyTitles } from './read';

type Input = z.output<typeof startAssessmentInputSchema>;

const resultSchema: z.ZodType<StartAssessmentResult> = z.object({
  assessmentId: z.guid(),
  ref: z.string(),
  created: z.int(),
  present: z.int(),
  carried: z.int(),
});

/** Throws INPUT_INVALID (no regulation, nothing in scope), NOT_FOUND, STATE_FORBIDS (locked), ROLE_FORBIDS. */
export async function startAssessment(
  ctx: EntityContext,
  hooks: HookTable,
  input: z.input<typeof startAssessmentInputSchema>,
): Promise<StartAssessmentResult> {
  const wanted = parseInput(startAssessmentInputSchema, input);
  const { result, repeated } = await withLedger<StartAssessmentResult>(
    ctx,
    {
      opId: wanted.opId,
      body: { command: 'startAssessment', ...wanted },
      entity: 'complianceAssessments',
      entityId: wanted.assessmentId,
      function: functionFor(ctx.session, [
        ['complianceAssessments', 'create'],
        ['requirementAssessments', 'create'],
      ]),
    },
    (stored) => parseStored(resultSchema, stored),
    (tx) => start(tx, ctx, hooks, wanted),
  );
  if (!repeated) ctx.onChanged?.(['complianceAssessments', 'requirementAssessments', 'assessmentControls', 'assessmentEvidence']);
  return result;
}

async function start(tx: SqlClient, ctx: EntityContext, hooks: HookTable, wanted: Input): Promise<StartAssessmentResult> {
  const request = { entity: 'complianceAssessments', id: wanted.assessmentId, hooks: hooks.complianceAssessments } as const;
  if (wanted.fields !== null) {
    // What the answers were narrowed to and what they came from stands in the record as well.
    const given = { ...wanted.fields, controlSetId: wanted.controlSetId };
    await createWithin(tx, ctx, request, wanted.carryFromId === null ? given : { previousId: wanted.carryFromId, ...given });
  }
  const found = await readRow<EntityRow<'complianceAssessments'>>(tx, 'complianceAssessments', wanted.assessmentId, true);
  if (!found) throw new CodedError('NOT_FOUND', { entity: 'complianceAssessments', id: wanted.assessmentId });
  const { row } = found;
  if (row.regulationId === null) throw invalid([{ path: 'regulationId', message: 'needs a value' }]);
  const { created, present } = await addAnswers(tx, wanted, row.regulationId, row.targetScore);
  if (created + present === 0) throw invalid([{ path: 'families', message: 'hold no requirement that can be assessed' }]);
  const carried = wanted.carryFromId === null ? 0 : await countCarried(tx, wanted.assessmentId);
  if (carried > 0) await carryLinks(tx, wanted.assessmentId);
  return { assessmentId: row.id, ref: row.ref ?? '', created, present, carried };
}

/**
 * One statement, so that triggers count it once. An earlier answer belongs to a requirement by its id; in another version of the
 * regulation by the source's own id, or by its reference.
 */
async function addAnswers(
  tx: SqlClient,
  wanted: Input,
  regulationId: string,
  targetScore: number | null,
): Promise<{ created: number; present: number }> {
  const values = [
    wanted.assessmentId,
    regulationId,
    wanted.families,
    wanted.controlSetId,
    wanted.carryFromId,
    wanted.assigneeId,
    targetScore,
  ];
  const inScope = `q.regulation_id = $2::uuid AND q.assessable AND q.archived_at IS NULL
       AND (cardinality($3::text[]) = 0 OR q.family = ANY($3::text[]))
       AND ($4::uuid IS NULL OR EXISTS (
         SELECT 1 FROM control_requirements m JOIN controls c ON c.id = m.control_id
         WHERE m.requirement_id = q.id AND m.archived_at IS NULL AND m.relation <> 'not_related'
           AND c.control_set_id = $4::uuid AND c.archived_at IS NULL))`;
  const { rows: before } = await tx.query<{ present: number }>(
    `SELECT count(*)::integer AS present FROM requirements q
     WHERE ${inScope} AND EXISTS (SELECT 1 FROM requirement_assessments r
       WHERE r.assessment_id = $1::uuid AND r.requirement_id = q.id AND r.archived_at IS NULL)`,
    values.slice(0, 4),
  );
  const { rowCount } = await tx.query(
    `INSERT INTO requirement_assessments (assessment_id, requirement_id, assignee_id, target_score, result, extended_result, score,
       observation, justification, carried_from_id, status)
     SELECT $1::uuid, q.id, coalesce($6::uuid, p.assignee_id), coalesce(p.target_score, $7::integer), coalesce(p.result, 'not_assessed'),
       p.extended_result, p.score, p.observation, p.justification, p.id,
       CASE WHEN p.result <> 'not_assessed' THEN 'in_progress' ELSE 'to_do' END
     FROM requirements q
     LEFT JOIN LATERAL (
       SELECT r.id, r.result, r.extended_result, r.score, r.target_score, r.observation, r.justification,
         (SELECT x.id FROM people x WHERE x.id = r.assignee_id AND x.active) AS assignee_id
       FROM requirement_assessments r JOIN requirements o ON o.id = r.requirement_id
       WHERE r.assessment_id = $5::uuid AND r.archived_at IS NULL
         AND (r.requirement_id = q.id OR (o.regulation_id <> q.regulation_id AND (o.source_id = q.source_id OR r.ref = q.ref_id)))
       ORDER BY r.requirement_id = q.id DESC, coalesce(o.source_id = q.source_id, false) DESC, r.id LIMIT 1
     ) p ON $5::uuid IS NOT NULL
     WHERE ${inScope} AND NOT EXISTS (SELECT 1 FROM requirement_assessments r
       WHERE r.assessment_id = $1::uuid AND r.requirement_id = q.id AND r.archived_at IS NULL)
     ORDER BY q.order_index, q.id`,
    values,
  );
  return { created: rowCount ?? 0, present: before[0]?.present ?? 0 };
}

async function countCarried(tx: SqlClient, assessmentId: string): Promise<number> {
  const { rows } = await tx.query<{ carried: number }>(
    `SELECT count(*)::integer AS carried FROM requirement_assessments r
     WHERE r.assessment_id = $1::uuid AND r.archived_at IS NULL AND r.carried_over`,
    [assessmentId],
  );
  return rows[0]?.carried ?? 0;
}

/** Controls and evidence that still are there come along with the answers that rest on them. */
async function carryLinks(tx: SqlClient, assessmentId: string): Promise<void> {
  const links = [
    ['assessment_controls', 'control_id', 'controls'],
    ['assessment_evidence', 'evidence_id', 'audit_evidence'],
  ] as const;
  for (const [table, column, target] of links) {
    await tx.query(
      `INSERT INTO ${table} (requirement_assessment_id, ${column}, note)
       SELECT r.id, l.${column}, l.note
       FROM requirement_assessments r JOIN ${table} l ON l.requirement_assessment_id = r.carried_from_id
       JOIN ${target} t ON t.id = l.${column}
       WHERE r.assessment_id = $1::uuid AND r.archived_at IS NULL AND l.archived_at IS NULL AND t.archived_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM ${table} x
           WHERE x.requirement_assessment_id = r.id AND x.${column} = l.${column} AND x.archived_at IS NULL)`,
      [assessmentId],
    );
  }
}

/** Families, control sets and earlier assessments to choose from before an assessment of a regulation is started. */
export async function assessmentScope(ctx: EntityContext, regulationId: string): Promise<AssessmentScope> {
  const id = parseInput(recordIdSchema, regulationId);
  const scope = readScope(ctx, ['regulations', 'requirements', 'controlSets', 'controls', 'complianceAssessments']);
  return ctx.database.withTenant(scope, async (tx) => {
    const [families, titles, sets, earlier] = await together(
      tx.query<{ family: string; requirements: number }>(
        `SELECT coalesce(q.family, '') AS family, count(*)::integer AS requirements FROM requirements q
         WHERE q.regulation_id = $1::uuid AND q.assessable AND q.archived_at IS NULL
         GROUP BY 1 ORDER BY min(q.order_index), 1`,
        [id],
      ),
      readFamilyTitles(tx, id),
      tx.query<{ id: string; name: string; requirements: number }>(
        `SELECT s.id, s.name, count(DISTINCT q.id)::integer AS requirements
         FROM control_sets s JOIN controls c ON c.control_set_id = s.id JOIN control_requirements m ON m.control_id = c.id
         JOIN requirements q ON q.id = m.requirement_id
         WHERE q.regulation_id = $1::uuid AND q.assessable AND q.archived_at IS NULL AND m.archived_at IS NULL
           AND m.relation <> 'not_related' AND c.archived_at IS NULL AND s.archived_at IS NULL
         GROUP BY s.id, s.name ORDER BY ${naturalOrder('s.name')}`,
        [id],
      ),
      earlierAssessments(tx, id, null),
    );
    return {
      families: families.rows.map((row) => ({ ...row, title: titles.get(row.family) ?? null })),
      sets: sets.rows,
      earlier,
    };
  });
}
