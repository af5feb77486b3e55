/** An assessment beside an earlier one of the same regulation, or of another version of it: what got better, worse, came and went. */
import type { EntityContext, SqlClient } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import { readScope } from '@main/entities/read';
import { together } from '@main/entities/together';
import { compareResults } from '@shared/assessments/score';
import { CodedError } from '@shared/errors';
import {
  type AssessmentComparison,
  type ComparedAnswer,
  compareInputSchema,
  type EarlierAssessment,
} from '@shared/wire/assessments';
import type { z } from 'zod';
import { ASSESSMENT_READS, earlierAssessments, readAssessment, readFamilyTitles, readFigures } from './read';

/**
 * Compares with the assessment named; else with the one that the record names; else with the newest before it. Throws NOT_FOUND where
 * one that is named is not there or is not of the same regulation.
 */
export async function compareAssessments(
  ctx: EntityContext,
  input: z.input<typeof compareInputSchema>,
): Promise<AssessmentComparison> {
  const { assessmentId, withId } = parseInput(compareInputSchema, input);
  return ctx.database.withTenant(readScope(ctx, ASSESSMENT_READS), async (tx) => {
    const { row } = await readAssessment(tx, assessmentId);
    const choices = await earlierAssessments(tx, row.regulationId, assessmentId);
    const other = chosen(choices, withId, row);
    if (other === null) return { with: null, choices, families: [], answers: [] };
    const [answers, after, before, titles] = await together(
      readPairs(tx, assessmentId, other.id),
      readFigures(tx, assessmentId),
      readFigures(tx, other.id),
      readFamilyTitles(tx, row.regulationId),
    );
    const families = [...new Set(answers.map(({ family }) => family))];
    return {
      with: other,
      choices,
      families: families.map((family) => ({
        family,
        title: titles.get(family) ?? null,
        before: before.get(family) ?? null,
        after: after.get(family) ?? null,
      })),
      answers,
    };
  });
}

function chosen(
  choices: readonly EarlierAssessment[],
  withId: string | null,
  row: { readonly previousId: string | null; readonly assessmentDate: string },
): EarlierAssessment | null {
  if (withId !== null) {
    const named = choices.find(({ id }) => id === withId);
    if (!named) throw new CodedError('NOT_FOUND', { entity: 'complianceAssessments', id: withId });
    return named;
  }
  const previous = choices.find(({ id }) => id === row.previousId);
  return previous ?? choices.find(({ assessmentDate }) => assessmentDate < row.assessmentDate) ?? null;
}

interface PairRow extends Record<string, unknown> {
  readonly id: string;
  readonly ref: string;
  readonly title: string | null;
  readonly family: string;
  readonly before: ComparedAnswer['before'];
  readonly after: ComparedAnswer['after'];
}

/**
 * Pairs by the requirement itself; across versions by the source's own id, and where there is none by the reference. Sources may
 * hold an id twice, so each answer is used once.
 */
async function readPairs(tx: SqlClient, newerId: string, olderId: string): Promise<ComparedAnswer[]> {
  const side = (
    parameter: string,
  ) => `SELECT r.id, r.requirement_id, r.ref, r.title, coalesce(r.family, '') AS family, r.order_index,
      coalesce(q.source_id, r.ref) AS key, jsonb_build_object('result', r.result, 'score', r.score) AS answer
    FROM requirement_assessments r JOIN requirements q ON q.id = r.requirement_id
    WHERE r.assessment_id = ${parameter}::uuid AND r.archived_at IS NULL`;
  const { rows } = await tx.query<PairRow>(
    `WITH newer AS MATERIALIZED (${side('$1')}), older AS MATERIALIZED (${side('$2')}),
     same AS (SELECT n.id AS newer_id, o.id AS older_id FROM newer n JOIN older o ON o.requirement_id = n.requirement_id),
     alike AS (
       SELECT DISTINCT ON (n.id) n.id AS newer_id, o.id AS older_id FROM newer n JOIN older o ON o.key = n.key
       WHERE NOT EXISTS (SELECT 1 FROM same s WHERE s.newer_id = n.id) AND NOT EXISTS (SELECT 1 FROM same s WHERE s.older_id = o.id)
       ORDER BY n.id, o.order_index, o.id
     ),
     named AS (
       SELECT DISTINCT ON (n.id) n.id AS newer_id, o.id AS older_id FROM newer n JOIN older o ON o.ref = n.ref
       WHERE NOT EXISTS (SELECT 1 FROM same s WHERE s.newer_id = n.id OR s.older_id = o.id)
         AND NOT EXISTS (SELECT 1 FROM alike s WHERE s.newer_id = n.id OR s.older_id = o.id)
       ORDER BY n.id, o.order_index, o.id
     ),
     pairs AS (SELECT * FROM same UNION ALL SELECT * FROM alike UNION ALL SELECT * FROM named)
     SELECT coalesce(n.id, o.id) AS id, coalesce(n.ref, o.ref) AS ref, coalesce(n.title, o.title) AS title,
       coalesce(n.family, o.family) AS family, o.answer AS before, n.answer AS after
     FROM newer n LEFT JOIN pairs p ON p.newer_id = n.id FULL JOIN older o ON o.id = p.older_id
     ORDER BY coalesce(n.order_index, o.order_index), n.id IS NULL, coalesce(n.id, o.id)`,
    [newerId, olderId],
  );
  return rows.map((row) => ({ ...row, kind: kindOf(row) }));
}

function kindOf({ before, after }: PairRow): ComparedAnswer['kind'] {
  if (before === null) return 'new';
  if (after === null) return 'gone';
  const byResult = compareResults(before.result, after.result);
  if (byResult !== 'same' || before.score === null || after.score === null || before.score === after.score) return byResult;
  return after.score > before.score ? 'better' : 'worse';
}
