/** The posture of an assessment: score and progress, families on the heat strip, and each family's maturity against its target. */
import { Card } from '@renderer/components/Card';
import { ErrorState } from '@renderer/components/ErrorState';
import { ProgressBar } from '@renderer/components/ProgressBar';
import { SkeletonRows } from '@renderer/components/Skeleton';
import type { DetailExtraProps } from '@renderer/entities/detail/extras';
import { trpc } from '@renderer/lib/trpc';
import { maturityOf, scoreOf, targetOf } from '@shared/assessments/score';
import type { AssessmentWork } from '@shared/wire/assessments';
import { useQuery } from '@tanstack/react-query';
import { assessed, barParts, progressWords } from './figures';
import css from './PostureTab.module.css';
import { ResultLegend, ScoreStrip } from './ScoreStrip';

export function PostureTab({ record }: DetailExtraProps) {
  const work = useQuery(trpc.assessments.work.queryOptions({ assessmentId: record.row.id }));
  if (!work.data) {
    if (work.isError) return <ErrorState error={work.error} onRetry={() => void work.refetch()} />;
    return <SkeletonRows label="Reading the figures" rows={8} />;
  }
  if (work.data.figures.requirements === 0)
    return <p className={css.none}>This assessment has no requirements yet. Open it to choose them.</p>;
  return <Posture work={work.data} />;
}

function Posture({ work }: { readonly work: AssessmentWork }) {
  const { figures, families } = work;
  const score = scoreOf(figures);
  const states = [
    ['To do', figures.toDo],
    ['In progress', figures.inProgress],
    ['In review', figures.inReview],
    ['Done', figures.done],
  ] as const;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: figures without a control are scrolled by keys
    <section className={css.posture} tabIndex={0} aria-label="Posture">
      <div className={css.figures}>
        <Figure label="Score" value={score === null ? '–' : `${score} %`} note="of what is assessed" />
        <Figure label="Assessed" value={`${assessed(figures)}`} note={`of ${figures.requirements}`} />
        <Figure
          label="Maturity"
          value={maturityOf(figures)?.toFixed(1) ?? '–'}
          note={`target ${targetOf(figures)?.toFixed(1) ?? '–'}`}
        />
        <Figure
          label="Gaps"
          value={String(figures.nonCompliant + figures.partiallyCompliant)}
          note={`${figures.nonCompliant} non-compliant`}
        />
        <Figure
          label="Not applicable"
          value={String(figures.notApplicable)}
          note={figures.carriedOver > 0 ? `${figures.carriedOver} to confirm` : 'left out of the score'}
        />
      </div>
      <Card title="Score by family" note="per cent, weighted" actions={<ResultLegend />}>
        <ScoreStrip families={families} />
      </Card>
      <div className={css.two}>
        <Card title="Maturity against target" note="0 to 5" flush>
          <table className={css.bars}>
            <thead>
              <tr>
                <th scope="col">Family</th>
                <th scope="col">Maturity</th>
                <th scope="col">Target</th>
                <th scope="col">
                  <span className="k-visually-hidden">As a bar</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {families.map(({ family, title, figures: own }) => {
                const [is, target] = [maturityOf(own), targetOf(own)];
                return (
                  <tr key={family}>
                    <th scope="row" title={title ?? undefined}>
                      {family === '' ? 'Without family' : family}
                    </th>
                    <td>{is?.toFixed(1) ?? '–'}</td>
                    <td>{target?.toFixed(1) ?? '–'}</td>
                    <td className={css.barCell}>
                      <span className={css.bar} aria-hidden="true">
                        <span
                          className={css.is}
                          data-below={(is !== null && target !== null && is < target) || undefined}
                          style={{ width: `${20 * (is ?? 0)}%` }}
                        />
                        {target === null ? null : <span className={css.target} style={{ left: `${20 * target}%` }} />}
                      </span>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </Card>
        <Card title="Progress" note={progressWords(figures)}>
          <ProgressBar label={progressWords(figures)} parts={barParts(figures)} height={8} />
          <dl className={css.states}>
            {states.map(([label, n]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{n}</dd>
              </div>
            ))}
          </dl>
        </Card>
      </div>
    </section>
  );
}

function Figure({ label, value, note }: { readonly label: string; readonly value: string; readonly note: string }) {
  return (
    <div className={css.figure}>
      <span>{label}</span>
      <strong>{value}</strong>
      <span>{note}</span>
    </div>
  );
}
