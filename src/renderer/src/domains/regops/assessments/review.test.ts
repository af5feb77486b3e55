/** Who may close an assessment, in words: one sentence of reason for each way in which it may not be closed, and none where it may. */
import { NO_FIGURES } from '@shared/assessments/score';
import type { AssessmentReview } from '@shared/wire/assessments';
import { describe, expect, it } from 'vitest';
import { reviewWords } from './review';

const words = (standing: AssessmentReview['standing'], open = 0, carried = 0) =>
  reviewWords({ concludedBy: 'p', standing }, { figures: { ...NO_FIGURES, notAssessed: open, carriedOver: carried } });

describe('who closes an assessment', () => {
  it('is told by the button where nothing is in the way', () => {
    expect(words('ready').why).toBeNull();
    expect(words('alone')).toMatchObject({ why: null, text: expect.stringContaining('alone with a reason') });
  });

  it.each([
    ['own', 'somebody else'],
    ['changed', 'not what was sent'],
    ['reads', 'Your role reads'],
  ] as const)('%s: %s', (standing, sentence) => {
    expect(words(standing).why).toContain(sentence);
  });

  it('waits for what is open, however the person stands', () => {
    expect(words('ready', 1).why).toBe('1 requirement waits for a result or a confirmation.');
    expect(words('alone', 2, 3).why).toBe('5 requirements wait for a result or a confirmation.');
    expect(words('own', 2).why).toContain('somebody else');
  });
});
