/** Reading an assessment: its answers by family with the figures that the database keeps, and the earlier ones of its regulation. */
import { may } from '@main/entities/access';
import type { EntityContext, SqlClient } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import { readLabels, readRow, readScope, recordIdSchema, recordView } from '@main/entities/read';
import { together } from '@main/entities/together';
import { addFigures, type Figures, NO_FIGURES } from '@shared/assessments/score';
import { columnName } from '@shared/entities/define';
import { type EntityName, type EntityRow, entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { AnswerFamily, AnswerLine, AssessmentReview, AssessmentWork, EarlierAssessment } from '@shared/wire/assessments';

export const ASSESSMENT_READS: readonly EntityName[] = [
  'complianceAssessments',
  'requirementAssessments',
  'assessmentControls',
  'assessmentEvidence',
  'regulations',
  'requirements',
  'controls',
  'auditEvidence',
];

/** The assessment's row, or NOT_FOUND. */
export async function readAssessment(tx: SqlClient, id: string) {
  const found = await readRow<EntityRow<'complianceAssessments'>>(tx, 'complianceAssessments', id);
  if (!found) throw new CodedError('NOT_FOUND', { entity: 'complianceAssessments', id });
  return found;
}

interface LineRow extends AnswerLine, Record<string, unknown> {
  readonly family: string;
}

/** All answers of an assessment, by family, in the order of the regulation. NOT_FOUND where there is no such assessment. */
export async function assessmentWork(ctx: EntityContext, assessmentId: string): Promise<AssessmentWork> {
  const id = parseInput(recordIdSchema, assessmentId);
  return ctx.database.withTenant(readScope(ctx, ASSESSMENT_READS), async (tx) => {
    const [found, lines, figures] = await together(readAssessment(tx, id), readLines(tx, id), readFigures(tx, id));
    const [titles, review, labels] = await together(
      readFamilyTitles(tx, found.row.regulationId),
      found.row.status === 'in_review' ? readReview(ctx, tx, id) : Promise.resolve(null),
      readLabels(tx, ctx.session, entityOf('complianceAssessments'), [found.row]),
    );
    const stands = found.archived || found.row.locked || ['done', 'deprecated'].includes(found.row.status);
    return {
      assessment: recordView(ctx.session, 'complianceAssessments', found, labels),
      why: !may(ctx.session, 'requirementAssessments', 'update') ? 'ROLE_FORBIDS' : stands ? 'STATE_FORBIDS' : null,
      review,
      figures: addFigures([...figures.values()]),
      families: byFamily(lines, titles, figures),
    };
  });
}

/** What the database would say to the person who closes it now. */
async function readReview(ctx: EntityContext, tx: SqlClient, assessmentId: string): Promise<AssessmentReview | null> {
  const { rows } = await tx.query<{ concludedBy: string | null; own: boolean; another: boolean; changed: boolean }>(
    `SELECT r.concluded_by AS "concludedBy", r.own, r.another, r.changed FROM assessment_review($1::uuid) r`,
    [assessmentId],
  );
  const [review] = rows;
  if (review === undefined) return null;
  const { concludedBy, own, another, changed } = review;
  if (!may(ctx.session, 'complianceAssessments', 'update')) return { concludedBy, standing: 'reads' };
  if (own) return { concludedBy, standing: another ? 'own' : 'alone' };
  return { concludedBy, standing: changed ? 'changed' : 'ready' };
}

async function readLines(tx: SqlClient, assessmentId: string): Promise<LineRow[]> {
  const { rows } = await tx.query<LineRow>(
    `SELECT r.id, r.requirement_id AS "requirementId", r.ref, r.title, coalesce(r.family, '') AS family, r.status, r.result,
       r.extended_result AS "extendedResult", r.score, r.target_score AS "targetScore", r.assignee_id AS "assigneeId",
       r.due_date AS "dueDate", r.carried_over AS "carriedOver", r.updated_at AS "updatedAt",
       coalesce(c.n, 0) AS controls, coalesce(e.n, 0) AS evidence
     FROM requirement_assessments r
     LEFT JOIN (
       SELECT l.requirement_assessment_id AS id, count(*)::integer AS n FROM assessment_controls l
       JOIN requirement_assessments x ON x.id = l.requirement_assessment_id
       WHERE x.assessment_id = $1::uuid AND l.archived_at IS NULL GROUP BY 1) c ON c.id = r.id
     LEFT JOIN (
       SELECT l.requirement_assessment_id AS id, count(*)::integer AS n FROM assessment_evidence l
       JOIN requirement_assessments x ON x.id = l.requirement_assessment_id
       WHERE x.assessment_id = $1::uuid AND l.archived_at IS NULL GROUP BY 1) e ON e.id = r.id
     WHERE r.assessment_id = $1::uuid AND r.archived_at IS NULL
     ORDER BY r.order_index, r.id`,
    [assessmentId],
  );
  return rows;
}

const FIGURE_KEYS = Object.keys(NO_FIGURES) as readonly (keyof Figures)[];
const FIGURE_COLUMNS = FIGURE_KEYS.map((key) => `s.${columnName(key)}::float8 AS "${key}"`).join(', ');

/** What the database keeps of each family. A family whose answers are all gone is left out. */
export async function readFigures(tx: SqlClient, assessmentId: string): Promise<Map<string, Figures>> {
  const { rows } = await tx.query<Figures & { readonly family: string } & Record<string, unknown>>(
    `SELECT s.family, ${FIGURE_COLUMNS} FROM assessment_scores s WHERE s.assessment_id = $1::uuid AND s.requirements > 0`,
    [assessmentId],
  );
  return new Map(rows.map(({ family, ...figures }) => [family, figures]));
}

function byFamily(
  lines: readonly LineRow[],
  titles: ReadonlyMap<string, string>,
  figures: ReadonlyMap<string, Figures>,
): AnswerFamily[] {
  const families = new Map<string, AnswerLine[]>();
  for (const { family, ...line } of lines) {
    const there = families.get(family);
    if (there) there.push(line);
    else families.set(family, [line]);
  }
  return [...families].map(([family, answers]) => ({
    family,
    title: titles.get(family) ?? null,
    figures: figures.get(family) ?? NO_FIGURES,
    answers,
  }));
}

/** Titles of families, from the groups of the regulation. */
export async function readFamilyTitles(tx: SqlClient, regulationId: string | null): Promise<Map<string, string>> {
  const { rows } = await tx.query<{ family: string; title: string }>(
    `SELECT DISTINCT ON (q.family) q.family, q.title FROM requirements q
     WHERE q.kind = 'group' AND q.archived_at IS NULL AND q.family IS NOT NULL AND q.title IS NOT NULL
       AND q.regulation_id = $1::uuid
     ORDER BY q.family, q.depth, q.order_index, q.id`,
    [regulationId],
  );
  return new Map(rows.map(({ family, title }) => [family, title]));
}

/**
 * Assessments of the same regulation or of another version of it (the same name or short name), newest first; `notId` is left out.
 */
export async function earlierAssessments(
  tx: SqlClient,
  regulationId: string | null,
  notId: string | null,
): Promise<EarlierAssessment[]> {
  const { rows } = await tx.query<EarlierAssessment & Record<string, unknown>>(
    `SELECT a.id, a.ref, a.name, a.assessment_date AS "assessmentDate", a.status, a.score,
       CASE WHEN g.id <> w.id THEN coalesce(g.version, g.name) END AS "otherVersion"
     FROM compliance_assessments a JOIN regulations g ON g.id = a.regulation_id JOIN regulations w ON w.id = $1::uuid
     WHERE a.archived_at IS NULL AND a.id IS DISTINCT FROM $2::uuid
       AND (g.id = w.id OR lower(g.name) = lower(w.name) OR lower(g.short_name) = lower(w.short_name))
     ORDER BY a.assessment_date DESC, a.ref DESC LIMIT 50`,
    [regulationId, notId],
  );
  return rows;
}
