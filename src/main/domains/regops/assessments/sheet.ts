/** The sheet of one answer: the requirement, what the answer rests on, what could be added, and what was said before. */
import type { EntityContext, SqlClient } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import { readLabels, readRow, readScope, recordIdSchema, recordView, selectRows } from '@main/entities/read';
import { partsBelow } from '@main/entities/requirement-parts';
import { together } from '@main/entities/together';
import { type EntityRow, entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { AnswerSheet, LinkedControl, LinkedEvidence, PreviousAnswer, SuggestedControl } from '@shared/wire/assessments';
import { ASSESSMENT_READS } from './read';
import { suggestResult } from './suggest';

const MAX_SUGGESTED = 20;
const MAX_PREVIOUS = 10;

/** Everything beside an answer, in one transaction. NOT_FOUND where there is no such answer. */
export async function answerSheet(ctx: EntityContext, answerId: string): Promise<AnswerSheet> {
  const id = parseInput(recordIdSchema, answerId);
  const scope = readScope(ctx, [...ASSESSMENT_READS, 'controlRequirements', 'controlTests']);
  return ctx.database.withTenant(scope, async (tx) => {
    const found = await readRow<EntityRow<'requirementAssessments'>>(tx, 'requirementAssessments', id);
    if (!found) throw new CodedError('NOT_FOUND', { entity: 'requirementAssessments', id });
    const { requirementId } = found.row;
    const [requirements, parts, controls, mapped, evidence, tested, previous, labels] = await together(
      selectRows<EntityRow<'requirements'>>(tx, 'requirements', 'WHERE t.id = $1::uuid', [requirementId]),
      partsBelow(tx, [requirementId]),
      readControls(tx, id),
      readMapped(tx, requirementId),
      readEvidence(tx, id),
      readTested(tx, id, requirementId),
      readPrevious(tx, found.row),
      readLabels(tx, ctx.session, entityOf('requirementAssessments'), [found.row]),
    );
    const [requirement] = requirements;
    if (!requirement) throw new CodedError('NOT_FOUND', { entity: 'requirements', id: requirementId });
    const linked = new Set(controls.map(({ control }) => control.id));
    const relations = new Map(mapped.map(({ control, relation }) => [control.id, relation]));
    // What the answer rests on speaks first; where nothing is linked yet, what is mapped.
    const behind = controls.length > 0 ? controls : mapped;
    return {
      answer: recordView(ctx.session, 'requirementAssessments', found, labels),
      requirement,
      parts: parts.get(requirementId) ?? [],
      controls,
      suggested: mapped.filter(({ control }) => !linked.has(control.id)),
      evidence,
      suggestedEvidence: tested,
      suggestion: suggestResult(
        behind.map(({ control }) => ({
          ref: control.ref,
          name: control.name,
          status: control.status,
          lastResult: control.lastResult,
          relation: relations.get(control.id) ?? null,
        })),
      ),
      previous,
    };
  });
}

interface LinkRow extends Record<string, unknown> {
  readonly linkId: string;
  readonly linkVersion: number;
  readonly otherId: string;
}

async function readControls(tx: SqlClient, answerId: string): Promise<LinkedControl[]> {
  const [links, controls] = await together(
    tx.query<LinkRow>(
      `SELECT l.id AS "linkId", l.row_version AS "linkVersion", l.control_id AS "otherId" FROM assessment_controls l
       WHERE l.requirement_assessment_id = $1::uuid AND l.archived_at IS NULL ORDER BY l.created_at, l.id`,
      [answerId],
    ),
    selectRows<EntityRow<'controls'>>(
      tx,
      'controls',
      `WHERE t.id IN (SELECT l.control_id FROM assessment_controls l
         WHERE l.requirement_assessment_id = $1::uuid AND l.archived_at IS NULL)`,
      [answerId],
    ),
  );
  return joined(links.rows, controls).map(([link, control]) => ({ ...link, control }));
}

async function readEvidence(tx: SqlClient, answerId: string): Promise<LinkedEvidence[]> {
  const [links, evidence] = await together(
    tx.query<LinkRow>(
      `SELECT l.id AS "linkId", l.row_version AS "linkVersion", l.evidence_id AS "otherId" FROM assessment_evidence l
       WHERE l.requirement_assessment_id = $1::uuid AND l.archived_at IS NULL ORDER BY l.created_at, l.id`,
      [answerId],
    ),
    selectRows<EntityRow<'auditEvidence'>>(
      tx,
      'auditEvidence',
      `WHERE t.id IN (SELECT l.evidence_id FROM assessment_evidence l
         WHERE l.requirement_assessment_id = $1::uuid AND l.archived_at IS NULL)`,
      [answerId],
    ),
  );
  return joined(links.rows, evidence).map(([link, row]) => ({ ...link, evidence: row }));
}

/** In the order of the links; what the person may not see any more is left out. */
function joined<Row extends { readonly id: string }>(links: readonly LinkRow[], rows: readonly Row[]) {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return links.flatMap(({ linkId, linkVersion, otherId }) => {
    const row = byId.get(otherId);
    return row ? [[{ linkId, linkVersion }, row] as const] : [];
  });
}

/** Live controls mapped to the requirement, the closest first. */
async function readMapped(tx: SqlClient, requirementId: string): Promise<SuggestedControl[]> {
  const [mappings, controls] = await together(
    tx.query<{ controlId: string; relation: string; strength: number; rationale: string | null }>(
      `SELECT m.control_id AS "controlId", m.relation, m.strength, m.rationale
       FROM control_requirements m JOIN controls c ON c.id = m.control_id
       WHERE m.requirement_id = $1::uuid AND m.archived_at IS NULL AND m.relation <> 'not_related'
         AND c.archived_at IS NULL AND c.status <> 'deprecated'
       ORDER BY m.strength DESC, c.ref, c.id LIMIT ${MAX_SUGGESTED}`,
      [requirementId],
    ),
    selectRows<EntityRow<'controls'>>(
      tx,
      'controls',
      `WHERE t.archived_at IS NULL AND t.id IN (SELECT m.control_id FROM control_requirements m
         WHERE m.requirement_id = $1::uuid AND m.archived_at IS NULL AND m.relation <> 'not_related')`,
      [requirementId],
    ),
  );
  const byId = new Map(controls.map((row) => [row.id, row]));
  return mappings.rows.flatMap(({ controlId, ...mapping }) => {
    const control = byId.get(controlId);
    return control ? [{ control, ...mapping }] : [];
  });
}

/** Evidence of tests of the controls that are linked or mapped, newest first, that is neither rejected nor linked already. */
function readTested(tx: SqlClient, answerId: string, requirementId: string): Promise<EntityRow<'auditEvidence'>[]> {
  return selectRows<EntityRow<'auditEvidence'>>(
    tx,
    'auditEvidence',
    `JOIN control_tests k ON k.id = t.control_test_id
     WHERE t.archived_at IS NULL AND t.status NOT IN ('rejected', 'requested') AND k.control_id IN (
       SELECT l.control_id FROM assessment_controls l WHERE l.requirement_assessment_id = $1::uuid AND l.archived_at IS NULL
       UNION SELECT m.control_id FROM control_requirements m
       WHERE m.requirement_id = $2::uuid AND m.archived_at IS NULL AND m.relation <> 'not_related')
       AND NOT EXISTS (SELECT 1 FROM assessment_evidence x
         WHERE x.requirement_assessment_id = $1::uuid AND x.evidence_id = t.id AND x.archived_at IS NULL)
     ORDER BY t.uploaded_at DESC, t.id LIMIT ${MAX_SUGGESTED}`,
    [answerId, requirementId],
  );
}

/** What other assessments said of this requirement, or of the one with its reference in another version, newest first. */
async function readPrevious(tx: SqlClient, answer: EntityRow<'requirementAssessments'>): Promise<PreviousAnswer[]> {
  const { rows } = await tx.query<PreviousAnswer & Record<string, unknown>>(
    `SELECT r.id, a.id AS "assessmentId", a.ref AS "assessmentRef", a.name AS "assessmentName", a.assessment_date AS "assessmentDate",
       r.result, r.extended_result AS "extendedResult", r.score, r.observation
     FROM requirement_assessments r JOIN compliance_assessments a ON a.id = r.assessment_id
     WHERE r.id IN (
       SELECT x.id FROM requirement_assessments x WHERE x.requirement_id = $1::uuid
       UNION ALL SELECT x.id FROM requirement_assessments x WHERE x.id = $3::uuid)
       AND a.id <> $2::uuid AND r.archived_at IS NULL AND a.archived_at IS NULL AND r.result <> 'not_assessed'
     ORDER BY a.assessment_date DESC, a.ref DESC LIMIT ${MAX_PREVIOUS}`,
    [answer.requirementId, answer.assessmentId, answer.carriedFromId],
  );
  return rows;
}
