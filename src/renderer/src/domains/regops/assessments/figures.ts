/** The figures of an assessment in the words and looks of the screen. */
import type { BarPart, PartLook } from '@renderer/components/ProgressBar';
import type { Figures } from '@shared/assessments/score';

/** Parts of the whole, worst first as charts stack them; what does not apply is no part of it. */
export const RESULT_PARTS: readonly {
  readonly key: keyof Figures;
  readonly result: string;
  readonly look: PartLook;
  readonly label: string;
}[] = [
  { key: 'compliant', result: 'compliant', look: 'effective', label: 'Compliant' },
  { key: 'partiallyCompliant', result: 'partially_compliant', look: 'partial', label: 'Partially' },
  { key: 'nonCompliant', result: 'non_compliant', look: 'ineffective', label: 'Non-compliant' },
  { key: 'notAssessed', result: 'not_assessed', look: 'untested', label: 'Not assessed' },
];

export function barParts(figures: Figures): BarPart[] {
  return RESULT_PARTS.map(({ key, look }) => ({ key, look, value: figures[key] }));
}

export const assessed = (figures: Figures) => figures.requirements - figures.notAssessed;

/** `38 of 62 assessed` */
export function progressWords(figures: Figures): string {
  return `${assessed(figures)} of ${figures.requirements} assessed`;
}
