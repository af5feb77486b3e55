/** The rules of assessments and answers that go beyond their fields, as hooks of the one pipeline. The database holds the same. */
import { invalid } from '@main/entities/faults';
import type { EntityHooks, HookTable } from '@main/entities/hooks';
import type { Values } from '@main/entities/merge';
import { CodedError } from '@shared/errors';

const ANSWER_FIELDS = ['result', 'extendedResult', 'score', 'observation', 'justification'] as const;

const isSet = (value: unknown) => value !== undefined && value !== null && value !== '' && value !== 'not_assessed';

/** What the first thing that is written down sets of itself: the answer is in progress, unless the person said otherwise. */
export function begun(row: Values | null, write: Values): Values {
  const state = write.status ?? row?.status ?? 'to_do';
  const says = (values: Values | null) => ANSWER_FIELDS.some((field) => isSet(values?.[field]));
  return state === 'to_do' && !Object.hasOwn(write, 'status') && says(write) && !says(row) ? { status: 'in_progress' } : {};
}

/** What is missing before an answer is done; null where nothing is. */
export function missingForDone(answer: Values): { readonly path: string; readonly message: string } | null {
  if (!isSet(answer.result)) return { path: 'result', message: 'is needed before the answer is done' };
  const justified = typeof answer.justification === 'string' && answer.justification.trim() !== '';
  if (answer.result === 'not_applicable' && !justified) {
    return { path: 'justification', message: 'is needed where a requirement does not apply' };
  }
  return null;
}

const answerHooks: EntityHooks = {
  beforeWrite({ row, write }) {
    const next = { ...row, ...write };
    if ((next.status ?? 'to_do') === 'done') {
      const missing = missingForDone(next);
      if (missing !== null) throw invalid([missing]);
    }
    return begun(row, write);
  },
};

const assessmentHooks: EntityHooks = {
  async beforeWrite({ tx, row, write }) {
    if (row === null || write.status !== 'done' || row.status === 'done') return {};
    const { rows } = await tx.query<{ open: number; carried: number }>(
      `SELECT count(*) FILTER (WHERE r.result = 'not_assessed')::integer AS open, count(*) FILTER (WHERE r.carried_over)::integer AS carried
       FROM requirement_assessments r WHERE r.assessment_id = $1::uuid AND r.archived_at IS NULL`,
      [row.id],
    );
    const { open = 0, carried = 0 } = rows[0] ?? {};
    if (open + carried > 0) throw new CodedError('ASSESSMENT_OPEN', { open, carried });
    return {};
  },
};

export const ASSESSMENT_HOOKS: HookTable = {
  complianceAssessments: assessmentHooks,
  requirementAssessments: answerHooks,
};
