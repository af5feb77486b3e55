/** This assessment beside an earlier one: families on the strip with what they moved by, and each requirement that changed. */
import { Select } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { ErrorState } from '@renderer/components/ErrorState';
import { OptionPill, Pill } from '@renderer/components/Pill';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { type DetailExtraProps, recordOf } from '@renderer/entities/detail/extras';
import { formatDate } from '@renderer/lib/format';
import { trpc } from '@renderer/lib/trpc';
import { scoreOf } from '@shared/assessments/score';
import type { Tone } from '@shared/entities/fields';
import { ANSWER_RESULT } from '@shared/entities/regops/options';
import type { AssessmentComparison, ComparedAnswer, ComparedKind } from '@shared/wire/assessments';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import css from './CompareTab.module.css';
import { ScoreStrip } from './ScoreStrip';

const KINDS: readonly { readonly kind: ComparedKind; readonly label: string; readonly tone: Tone; readonly shape: string }[] = [
  { kind: 'worse', label: 'Worse', tone: 'bad', shape: 'trend-down' },
  { kind: 'better', label: 'Better', tone: 'good', shape: 'check' },
  { kind: 'new', label: 'New', tone: 'underway', shape: 'plus' },
  { kind: 'gone', label: 'Gone', tone: 'neutral', shape: 'x' },
  { kind: 'other', label: 'Changed', tone: 'attention', shape: 'arrow-swap' },
  { kind: 'same', label: 'Same', tone: 'neutral', shape: 'equal' },
];

export function CompareTab(props: DetailExtraProps) {
  const { id } = recordOf('complianceAssessments', props).row;
  const [withId, setWithId] = useState<string | null>(null);
  const compared = useQuery(trpc.assessments.compare.queryOptions({ assessmentId: id, withId }));
  if (!compared.data) {
    if (compared.isError) return <ErrorState error={compared.error} onRetry={() => void compared.refetch()} />;
    return <SkeletonRows label="Comparing" rows={8} />;
  }
  return <Comparison id={id} comparison={compared.data} onWith={setWithId} />;
}

interface ComparisonProps {
  readonly id: string;
  readonly comparison: AssessmentComparison;
  readonly onWith: (id: string | null) => void;
}

function Comparison({ id, comparison, onWith }: ComparisonProps) {
  const [kind, setKind] = useState<ComparedKind | null>(null);
  const other = comparison.with;
  const choice = (
    <Select
      aria-label="Compare with"
      w={380}
      placeholder="Compare with"
      data={comparison.choices.map(({ id: value, ref, name, assessmentDate, otherVersion }) => ({
        value,
        label: `${ref} ${name}, ${formatDate(assessmentDate)}${otherVersion === null ? '' : ` (version ${otherVersion})`}`,
      }))}
      value={other?.id ?? null}
      onChange={onWith}
    />
  );
  if (other === null) {
    return (
      <div className={css.page}>
        <p className={css.none}>
          {comparison.choices.length === 0
            ? 'There is no other assessment of this regulation to compare with.'
            : 'No earlier assessment of this regulation. Choose one to compare with.'}
        </p>
        {comparison.choices.length === 0 ? null : choice}
      </div>
    );
  }
  const count = (of: ComparedKind) => comparison.answers.filter((answer) => answer.kind === of).length;
  const shown = comparison.answers.filter((answer) => (kind === null ? answer.kind !== 'same' : answer.kind === kind));
  const families = comparison.families.flatMap(({ family, title, before, after }) =>
    after === null ? [] : [{ family, title, figures: after, before: before === null ? null : scoreOf(before) }],
  );
  return (
    <div className={css.page}>
      <div className={css.head}>
        {choice}
        <fieldset className={css.kinds}>
          <legend className="k-visually-hidden">Show</legend>
          {KINDS.map(({ kind: one, label }) => (
            <button
              key={one}
              type="button"
              className={css.kind}
              aria-pressed={kind === one}
              onClick={() => setKind(kind === one ? null : one)}
            >
              {label} <strong>{count(one)}</strong>
            </button>
          ))}
        </fieldset>
      </div>
      {families.length > 0 ? (
        <Card title="Score by family" note={`points since ${other.ref}`}>
          <ScoreStrip families={families} />
        </Card>
      ) : null}
      <Card title="Requirements" note={kind === null ? 'what changed' : undefined} flush>
        {shown.length === 0 ? <p className={css.none}>Nothing here.</p> : null}
        {shown.length > 0 ? (
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">Ref</th>
                <th scope="col">Requirement</th>
                <th scope="col">Before</th>
                <th scope="col">Now</th>
                <th scope="col">Difference</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((answer) => (
                <Row key={answer.id} answer={answer} assessmentId={answer.after === null ? other.id : id} />
              ))}
            </tbody>
          </table>
        ) : null}
      </Card>
    </div>
  );
}

function Row({ answer, assessmentId }: { readonly answer: ComparedAnswer; readonly assessmentId: string }) {
  const look = KINDS.find(({ kind }) => kind === answer.kind);
  return (
    <tr>
      <td>
        <Link to={`/assessments/${assessmentId}/${answer.id}`}>{answer.ref}</Link>
      </td>
      <td className={css.title} title={answer.title ?? undefined}>
        {answer.title}
      </td>
      <td>
        <Side side={answer.before} />
      </td>
      <td>
        <Side side={answer.after} />
      </td>
      <td>{look ? <Pill word={look.label} tone={look.tone} shape={look.shape} bare /> : null}</td>
    </tr>
  );
}

function Side({ side }: { readonly side: ComparedAnswer['before'] }) {
  if (side === null) return <span className={css.gone}>–</span>;
  return (
    <span className={css.side}>
      <OptionPill options={ANSWER_RESULT} value={side.result} bare />
      {side.score === null ? null : <span className={css.gone}>{side.score}</span>}
    </span>
  );
}
