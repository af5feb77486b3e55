/**
 * The scoring rule of assessments, in plain words and one place: the window shows by it, the tests recompute by it, and the
 * triggers of `assessment_scores` keep the same sums (docs/compliance.md says why it is so).
 *
 * Score, in per cent: the average of the results weighted by the requirements' weights; compliant 100, partially compliant 50,
 * non-compliant 0. What is not applicable and what is not assessed count nowhere. Maturity and target, 0 to 5: weighted averages of
 * the scores and target scores that were given, not applicable left out.
 */

/** Sums of one family, or of a whole assessment; the columns of `assessment_scores`. */
export interface Figures {
  readonly requirements: number;
  readonly notAssessed: number;
  readonly nonCompliant: number;
  readonly partiallyCompliant: number;
  readonly compliant: number;
  readonly notApplicable: number;
  readonly toDo: number;
  readonly inProgress: number;
  readonly inReview: number;
  readonly done: number;
  readonly carriedOver: number;
  /** Of the results that count in the score. */
  readonly weight: number;
  readonly points: number;
  readonly scoredWeight: number;
  readonly scoredPoints: number;
  readonly targetWeight: number;
  readonly targetPoints: number;
}

export const NO_FIGURES: Figures = {
  requirements: 0,
  notAssessed: 0,
  nonCompliant: 0,
  partiallyCompliant: 0,
  compliant: 0,
  notApplicable: 0,
  toDo: 0,
  inProgress: 0,
  inReview: 0,
  done: 0,
  carriedOver: 0,
  weight: 0,
  points: 0,
  scoredWeight: 0,
  scoredPoints: 0,
  targetWeight: 0,
  targetPoints: 0,
};

/** What of an answer the figures are made of. */
export interface Scored {
  readonly result: string;
  readonly status: string;
  readonly score: number | null;
  readonly targetScore: number | null;
  readonly weight: number;
  readonly carriedOver: boolean;
}

/** Points of a result; null where it counts nowhere. */
export const POINTS: Readonly<Record<string, number | null>> = {
  compliant: 100,
  partially_compliant: 50,
  non_compliant: 0,
  not_applicable: null,
  not_assessed: null,
};

/** The figures of these answers, recomputed from nothing. */
export function figuresOf(answers: readonly Scored[]): Figures {
  const count = (holds: (answer: Scored) => boolean) => answers.filter(holds).length;
  const sum = (of: (answer: Scored) => number) => answers.reduce((total, answer) => total + of(answer), 0);
  const applies = (answer: Scored) => answer.result !== 'not_applicable';
  const given = (answer: Scored, value: number | null, times: number) => (applies(answer) && value !== null ? times : 0);
  return {
    requirements: answers.length,
    notAssessed: count(({ result }) => result === 'not_assessed'),
    nonCompliant: count(({ result }) => result === 'non_compliant'),
    partiallyCompliant: count(({ result }) => result === 'partially_compliant'),
    compliant: count(({ result }) => result === 'compliant'),
    notApplicable: count(({ result }) => result === 'not_applicable'),
    toDo: count(({ status }) => status === 'to_do'),
    inProgress: count(({ status }) => status === 'in_progress'),
    inReview: count(({ status }) => status === 'in_review'),
    done: count(({ status }) => status === 'done'),
    carriedOver: count(({ carriedOver }) => carriedOver),
    weight: sum(({ result, weight }) => (POINTS[result] == null ? 0 : weight)),
    points: sum(({ result, weight }) => weight * (POINTS[result] ?? 0)),
    scoredWeight: sum((answer) => given(answer, answer.score, answer.weight)),
    scoredPoints: sum((answer) => given(answer, answer.score, answer.weight * (answer.score ?? 0))),
    targetWeight: sum((answer) => given(answer, answer.targetScore, answer.weight)),
    targetPoints: sum((answer) => given(answer, answer.targetScore, answer.weight * (answer.targetScore ?? 0))),
  };
}

export function addFigures(all: readonly Figures[]): Figures {
  const keys = Object.keys(NO_FIGURES) as (keyof Figures)[];
  const sums: { -readonly [K in keyof Figures]: number } = { ...NO_FIGURES };
  for (const one of all) for (const key of keys) sums[key] += one[key];
  return sums;
}

/** Per cent, rounded down, so that 100 means all of it; null where nothing counts yet. */
export function scoreOf(figures: Pick<Figures, 'weight' | 'points'>): number | null {
  return figures.weight === 0 ? null : Math.floor(figures.points / figures.weight);
}

/** 0 to 5 in tenths; null where no score was given. */
export function maturityOf(figures: Pick<Figures, 'scoredWeight' | 'scoredPoints'>): number | null {
  return figures.scoredWeight === 0 ? null : Math.round((10 * figures.scoredPoints) / figures.scoredWeight) / 10;
}

export function targetOf(figures: Pick<Figures, 'targetWeight' | 'targetPoints'>): number | null {
  return figures.targetWeight === 0 ? null : Math.round((10 * figures.targetPoints) / figures.targetWeight) / 10;
}

/** How results rank against each other; null where they say nothing of better or worse. */
export function compareResults(before: string, after: string): 'better' | 'worse' | 'same' | 'other' {
  if (before === after) return 'same';
  const [was, is] = [POINTS[before] ?? null, POINTS[after] ?? null];
  if (was === null || is === null) return 'other';
  return is > was ? 'better' : 'worse';
}
