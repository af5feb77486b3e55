/** The draft of one answer: the axes and texts of the sheet, saved as one works. */
import { type RecordDraft, useRecordDraft } from '@renderer/features/drafts/useRecordDraft';
import type { EntityRow } from '@shared/entities/registry';
import { useMemo } from 'react';

export interface AnswerValues {
  readonly result: string;
  readonly extendedResult: string | null;
  readonly score: number | null;
  readonly targetScore: number | null;
  readonly observation: string | null;
  readonly justification: string | null;
  readonly assigneeId: string | null;
  readonly dueDate: string | null;
}

export type AnswerDraft = RecordDraft<AnswerValues>;

/** One draft for one answer; the page gives each its own by key. */
export function useAnswerDraft(row: EntityRow<'requirementAssessments'>): AnswerDraft {
  const { result, extendedResult, score, targetScore, observation, justification, assigneeId, dueDate } = row;
  const stored = useMemo(
    () => ({ result, extendedResult, score, targetScore, observation, justification, assigneeId, dueDate }),
    [result, extendedResult, score, targetScore, observation, justification, assigneeId, dueDate],
  );
  // the score of the assessment follows from its answers
  return useRecordDraft<AnswerValues>({ entity: 'requirementAssessments', row, stored, alsoChanged: ['complianceAssessments'] });
}
