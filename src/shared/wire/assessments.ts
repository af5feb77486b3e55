/** Assessments: made over a regulation by one command, worked on requirement by requirement, compared, and stated as applicability. */
import { z } from 'zod';
import type { Figures } from '../assessments/score';
import type { EntityRow } from '../entities/registry';
import { operationIdSchema } from '../operations';
import type { RecordView } from './records';

const fields = z.record(z.string().max(64), z.json());

export const startAssessmentInputSchema = z.strictObject({
  opId: operationIdSchema,
  assessmentId: z.uuid(),
  /** The new assessment; null: one that is there already gets the requirements that it lacks. */
  fields: fields.nullable().default(null),
  /** Families in scope; empty means all. */
  families: z.array(z.string().min(1).max(60)).max(500).default([]),
  /** Only what the controls of this set are mapped to; null: every assessable requirement. */
  controlSetId: z.uuid().nullable().default(null),
  /** Answers of this assessment are carried over, to be confirmed. */
  carryFromId: z.uuid().nullable().default(null),
  /** Everything is assigned to this person at first. */
  assigneeId: z.uuid().nullable().default(null),
});
export type StartAssessmentInput = z.output<typeof startAssessmentInputSchema>;

export interface StartAssessmentResult {
  readonly assessmentId: string;
  readonly ref: string;
  readonly created: number;
  /** Requirements in scope that were answered there already. */
  readonly present: number;
  readonly carried: number;
}

export const assessmentScopeInputSchema = z.strictObject({ regulationId: z.uuid() });

/** What an assessment of a regulation could take in. */
export interface AssessmentScope {
  readonly families: readonly { readonly family: string; readonly title: string | null; readonly requirements: number }[];
  /** Control sets that are mapped to its requirements, with how many they cover. */
  readonly sets: readonly { readonly id: string; readonly name: string; readonly requirements: number }[];
  /** Assessments whose answers could be carried over: of the same regulation or of another version of it, newest first. */
  readonly earlier: readonly EarlierAssessment[];
}

export interface EarlierAssessment {
  readonly id: string;
  readonly ref: string;
  readonly name: string;
  readonly assessmentDate: string;
  readonly status: string;
  readonly score: number | null;
  /** Version of the regulation, where it is another one. */
  readonly otherVersion: string | null;
}

export const assessmentInputSchema = z.strictObject({ assessmentId: z.uuid() });

/** One requirement in the list of an assessment. */
export interface AnswerLine {
  readonly id: string;
  readonly requirementId: string;
  readonly ref: string;
  readonly title: string | null;
  readonly status: string;
  readonly result: string;
  readonly extendedResult: string | null;
  readonly score: number | null;
  readonly targetScore: number | null;
  readonly assigneeId: string | null;
  readonly dueDate: string | null;
  readonly carriedOver: boolean;
  readonly controls: number;
  readonly evidence: number;
  readonly updatedAt: string;
}

export interface AnswerFamily {
  /** Empty for requirements without one. */
  readonly family: string;
  readonly title: string | null;
  readonly figures: Figures;
  readonly answers: readonly AnswerLine[];
}

/** Who may close an assessment that is in review. */
export interface AssessmentReview {
  /** Who sent it to review; null where nobody is known. */
  readonly concludedBy: string | null;
  /**
   * What the person asking would meet: `ready` to be closed; `changed` since it was sent to review; `own`, for they sent it and somebody
   * else closes it; `alone`, for they sent it and nobody else holds the function, so that a reason is asked; `reads` without the right.
   */
  readonly standing: 'ready' | 'changed' | 'own' | 'alone' | 'reads';
}

/** An assessment with its answers by family, in the order of the regulation. */
export interface AssessmentWork {
  readonly assessment: RecordView<EntityRow<'complianceAssessments'>>;
  /** Why the answers cannot change, for this person now; null where they can. */
  readonly why: 'ROLE_FORBIDS' | 'STATE_FORBIDS' | null;
  /** While it is in review. */
  readonly review: AssessmentReview | null;
  readonly figures: Figures;
  readonly families: readonly AnswerFamily[];
}

export const answerSheetInputSchema = z.strictObject({ answerId: z.uuid() });

export interface LinkedControl {
  readonly linkId: string;
  readonly linkVersion: number;
  readonly control: EntityRow<'controls'>;
}

export interface SuggestedControl {
  readonly control: EntityRow<'controls'>;
  readonly relation: string;
  readonly strength: number;
  readonly rationale: string | null;
}

export interface LinkedEvidence {
  readonly linkId: string;
  readonly linkVersion: number;
  readonly evidence: EntityRow<'auditEvidence'>;
}

/** What the latest tests of the controls say about the result; never written by itself. */
export interface ResultSuggestion {
  readonly result: 'compliant' | 'partially_compliant' | 'non_compliant';
  /** One sentence. */
  readonly reason: string;
}

export interface PreviousAnswer {
  readonly id: string;
  readonly assessmentId: string;
  readonly assessmentRef: string;
  readonly assessmentName: string;
  readonly assessmentDate: string;
  readonly result: string;
  readonly extendedResult: string | null;
  readonly score: number | null;
  readonly observation: string | null;
}

/** Everything beside the answer to one requirement. */
export interface AnswerSheet {
  readonly answer: RecordView<EntityRow<'requirementAssessments'>>;
  readonly requirement: EntityRow<'requirements'>;
  readonly parts: readonly EntityRow<'requirements'>[];
  readonly controls: readonly LinkedControl[];
  readonly suggested: readonly SuggestedControl[];
  readonly evidence: readonly LinkedEvidence[];
  /** Evidence of the controls' tests that is not linked yet. */
  readonly suggestedEvidence: readonly EntityRow<'auditEvidence'>[];
  readonly suggestion: ResultSuggestion | null;
  readonly previous: readonly PreviousAnswer[];
}

/** Answers to many requirements at once. */
export const answerManyInputSchema = z.strictObject({
  opId: operationIdSchema,
  assessmentId: z.uuid(),
  /** Each with the values that the person saw in the changed fields. */
  answers: z
    .array(z.strictObject({ id: z.uuid(), base: fields }))
    .min(1)
    .max(5000),
  patch: fields,
  reason: z.string().trim().min(1).max(2000),
});
export type AnswerManyInput = z.output<typeof answerManyInputSchema>;

export interface AnswerManyResult {
  readonly changed: number;
  readonly unchanged: number;
  /** Somebody changed the same field meanwhile; these stand as they were. */
  readonly conflicts: readonly string[];
  /** The state of these forbids it, or something that it needs is missing. */
  readonly refused: readonly string[];
}

export const compareInputSchema = z.strictObject({ assessmentId: z.uuid(), withId: z.uuid().nullable().default(null) });

export type ComparedKind = 'better' | 'worse' | 'same' | 'other' | 'new' | 'gone';

export interface ComparedAnswer {
  /** The newer answer; the older one where it is gone. */
  readonly id: string;
  readonly ref: string;
  readonly title: string | null;
  readonly family: string;
  readonly before: { readonly result: string; readonly score: number | null } | null;
  readonly after: { readonly result: string; readonly score: number | null } | null;
  readonly kind: ComparedKind;
}

export interface ComparedFamily {
  readonly family: string;
  readonly title: string | null;
  readonly before: Figures | null;
  readonly after: Figures | null;
}

export interface AssessmentComparison {
  /** Null where there is nothing to compare with. */
  readonly with: EarlierAssessment | null;
  readonly choices: readonly EarlierAssessment[];
  readonly families: readonly ComparedFamily[];
  readonly answers: readonly ComparedAnswer[];
}

/** One line of a statement of applicability (ISO/IEC 27001:2022, 6.1.3 d). */
export interface ApplicabilityLine {
  readonly id: string;
  readonly ref: string;
  readonly title: string | null;
  readonly family: string;
  /** Null where it is not assessed yet. */
  readonly applicable: boolean | null;
  readonly justification: string | null;
  readonly implementation: 'implemented' | 'partly' | 'not_implemented' | 'excluded' | 'open';
  readonly controls: readonly { readonly ref: string | null; readonly name: string; readonly status: string }[];
  readonly evidence: readonly { readonly ref: string; readonly title: string }[];
}

export interface ApplicabilityStatement {
  readonly assessment: EntityRow<'complianceAssessments'>;
  readonly regulation: string | null;
  readonly lead: string | null;
  readonly lines: readonly ApplicabilityLine[];
}

export const statementExportInputSchema = z.strictObject({
  assessmentId: z.uuid(),
  format: z.enum(['csv', 'xlsx', 'pdf', 'docx']),
});
export type StatementExportInput = z.output<typeof statementExportInputSchema>;
