/** What the person meets who closes an assessment now, in words. It explains; PostgreSQL decides. */
import type { AssessmentReview, AssessmentWork } from '@shared/wire/assessments';

const RULE = 'Somebody other than who sent it to review closes it; that locks the answers.';

/** `text` says the rule as it stands for the person; `why` keeps the button shut, null where it may be pressed. */
export function reviewWords(
  { standing }: AssessmentReview,
  { figures }: Pick<AssessmentWork, 'figures'>,
): { readonly text: string; readonly why: string | null } {
  const open = figures.notAssessed + figures.carriedOver;
  if (standing === 'reads') return { text: RULE, why: 'Your role reads this. Compliance may close it.' };
  if (standing === 'own') {
    const text = 'You sent it to review, so somebody else of compliance closes it.';
    return { text, why: text };
  }
  if (standing === 'changed')
    return {
      text: 'It changed after it was sent to review. Send it back to work and to review again.',
      why: 'It is not what was sent to review.',
    };
  const text =
    standing === 'alone'
      ? 'Nobody else holds the function compliance. You can close it alone with a reason, which stays in the trail.'
      : RULE;
  if (open === 0) return { text, why: null };
  return { text, why: `${open} ${open === 1 ? 'requirement waits' : 'requirements wait'} for a result or a confirmation.` };
}
