/** What leaves as OSCAL's assessment layer, and the judgement of such documents. */
import type { EntityContext } from '@main/entities/context';
import type { Json } from '@shared/entities/fields';
import { CodedError } from '@shared/errors';
import { ASSESSMENT_KINDS, type AssessmentKind } from '@shared/wire/oscal';
import { composeAnswerPlan, composeAnswers } from './answers';
import { composePlan, composePoam, composeResults } from './compose';
import { readAudit } from './facts';
import { readAssessmentDocument } from './model';

export { ASSESSMENT_SCHEMAS, readAssessmentDocument } from './model';
export { ASSESSMENT_KINDS, type AssessmentKind };

export interface AssessmentExport {
  readonly fileName: string;
  /** What the trail names. */
  readonly resourceType: string;
  readonly document: Json;
}

/**
 * The document of that kind of the audit plan (or the compliance assessment) `id`, held against the model before it leaves. Throws NOT_FOUND; INPUT_INVALID for a plan
 * of action without findings or gaps.
 */
export async function exportAssessment(ctx: EntityContext, kind: AssessmentKind, id: string): Promise<AssessmentExport> {
  if (kind === 'compliance-results' || kind === 'compliance-poam') {
    const results = kind === 'compliance-results';
    const { ref, document } = await (results ? composeAnswers(ctx, id) : composeAnswerPlan(ctx, id));
    const fileName = `${ref.toLowerCase()}-${results ? 'assessment-results' : 'poam'}.json`;
    readAssessmentDocument(document, fileName);
    return { fileName, resourceType: 'compliance_assessments', document };
  }
  const facts = await readAudit(ctx, id);
  const document =
    kind === 'assessment-plan' ? composePlan(facts) : kind === 'assessment-results' ? composeResults(facts) : composePoam(facts);
  if (document === null) {
    throw new CodedError(
      'INPUT_INVALID',
      {},
      { faults: [{ path: facts.plan.ref, message: 'has no finding, and a plan of action needs one' }] },
    );
  }
  const fileName = `${facts.plan.ref.toLowerCase()}-${kind}.json`;
  readAssessmentDocument(document, fileName);
  return { fileName, resourceType: 'audit_plans', document };
}
