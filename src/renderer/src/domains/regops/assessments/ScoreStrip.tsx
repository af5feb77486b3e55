/** Families on a heat strip: the score on the ramp, the results behind it as a stack, the figures below. */
import { Legend } from '@renderer/components/ProgressBar';
import css from '@renderer/features/home/FamilyStrip.module.css';
import { shareLevel } from '@renderer/features/home/share';
import { type Figures, scoreOf } from '@shared/assessments/score';
import { assessed, RESULT_PARTS } from './figures';

const PARTS = [...RESULT_PARTS].reverse();
const PART_NAMES: Readonly<Record<string, string>> = {
  compliant: 'effective',
  partially_compliant: 'partial',
  non_compliant: 'ineffective',
  not_assessed: 'notTested',
};

export interface StripFamily {
  readonly family: string;
  readonly title: string | null;
  readonly figures: Figures;
  /** The score of another assessment, to be told beside this one. */
  readonly before?: number | null;
}

export function ResultLegend() {
  return <Legend items={RESULT_PARTS} />;
}

function sentence({ family, title, figures, before }: StripFamily): string {
  const score = scoreOf(figures);
  const parts = RESULT_PARTS.filter(({ key }) => figures[key] > 0).map(
    ({ key, label }) => `${figures[key]} ${label.toLowerCase()}`,
  );
  const was = before === undefined || before === null ? '' : `, before ${before} %`;
  return `${[family, title].filter(Boolean).join(' ')}: ${score === null ? 'nothing assessed yet' : `${score} %`}${was}; ${parts.join(', ')}`;
}

export function ScoreStrip({ families }: { readonly families: readonly StripFamily[] }) {
  return (
    <ol className={css.strip} style={{ gridTemplateColumns: `repeat(${families.length}, minmax(30px, 1fr))` }}>
      {families.map((one) => {
        const { family, figures, before } = one;
        const score = scoreOf(figures);
        const all = Math.max(1, figures.requirements - figures.notApplicable);
        const moved = before === undefined || before === null || score === null ? null : score - before;
        return (
          <li key={family} className={css.family} title={sentence(one)}>
            <span className="k-visually-hidden">{sentence(one)}</span>
            <span className={css.share} data-level={shareLevel(score)} aria-hidden="true">
              {score ?? '–'}
            </span>
            <span className={css.stack} aria-hidden="true">
              {PARTS.map(({ key, result }) =>
                figures[key] === 0 ? null : (
                  <span key={key} data-part={PART_NAMES[result]} style={{ flexGrow: figures[key] / all }} />
                ),
              )}
            </span>
            <span className={css.name} aria-hidden="true">
              {family === '' ? '–' : family}
            </span>
            <span className={css.count} aria-hidden="true">
              {moved === null
                ? `${assessed(figures)}/${figures.requirements}`
                : moved > 0
                  ? `+${moved}`
                  : moved === 0
                    ? '='
                    : `−${-moved}`}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
