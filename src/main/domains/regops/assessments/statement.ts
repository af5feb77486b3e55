/** The statement of applicability (ISO/IEC 27001:2022, 6.1.3 d): every requirement, whether it applies and why, how far it is met, by what. */
import type { EntityContext } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import { readLabels, readScope, recordIdSchema } from '@main/entities/read';
import { together } from '@main/entities/together';
import { entityOf } from '@shared/entities/registry';
import type { ApplicabilityLine, ApplicabilityStatement } from '@shared/wire/assessments';
import { ASSESSMENT_READS, readAssessment } from './read';

interface Row extends Omit<ApplicabilityLine, 'applicable' | 'implementation'>, Record<string, unknown> {
  readonly result: string;
}

const IMPLEMENTATION: Readonly<Record<string, ApplicabilityLine['implementation']>> = {
  compliant: 'implemented',
  partially_compliant: 'partly',
  non_compliant: 'not_implemented',
  not_applicable: 'excluded',
  not_assessed: 'open',
};

/** NOT_FOUND where there is no such assessment. */
export async function applicability(ctx: EntityContext, assessmentId: string): Promise<ApplicabilityStatement> {
  const id = parseInput(recordIdSchema, assessmentId);
  return ctx.database.withTenant(readScope(ctx, ASSESSMENT_READS), async (tx) => {
    const { row: assessment } = await readAssessment(tx, id);
    const [{ rows }, labels, people] = await together(
      tx.query<Row>(
        `SELECT r.id, r.ref, r.title, coalesce(r.family, '') AS family, r.result, r.justification,
           coalesce((SELECT jsonb_agg(jsonb_build_object('ref', c.ref, 'name', c.name, 'status', c.status) ORDER BY c.ref, c.name)
             FROM assessment_controls l JOIN controls c ON c.id = l.control_id
             WHERE l.requirement_assessment_id = r.id AND l.archived_at IS NULL), '[]') AS controls,
           coalesce((SELECT jsonb_agg(jsonb_build_object('ref', e.ref, 'title', e.title) ORDER BY e.ref)
             FROM assessment_evidence l JOIN audit_evidence e ON e.id = l.evidence_id
             WHERE l.requirement_assessment_id = r.id AND l.archived_at IS NULL), '[]') AS evidence
         FROM requirement_assessments r WHERE r.assessment_id = $1::uuid AND r.archived_at IS NULL
         ORDER BY r.order_index, r.id`,
        [id],
      ),
      readLabels(tx, ctx.session, entityOf('complianceAssessments'), [assessment]),
      tx.query<{ name: string }>('SELECT display_name AS name FROM people WHERE id = $1::uuid', [assessment.leadId]),
    );
    return {
      assessment,
      regulation: assessment.regulationId === null ? null : (labels[assessment.regulationId] ?? null),
      lead: people.rows[0]?.name ?? null,
      lines: rows.map(({ result, ...line }) => ({
        ...line,
        applicable: result === 'not_assessed' ? null : result !== 'not_applicable',
        implementation: IMPLEMENTATION[result] ?? 'open',
      })),
    };
  });
}
