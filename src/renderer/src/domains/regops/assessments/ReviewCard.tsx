/** An assessment in review: who sent it there, what keeps it from being closed, and the step that closes it. PostgreSQL holds the rule. */
import { Button } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { Dialog } from '@renderer/components/Dialog';
import { ErrorState } from '@renderer/components/ErrorState';
import { Icon } from '@renderer/components/Icon';
import { ReasonButton } from '@renderer/components/ReasonButton';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { usePeople } from '@renderer/entities/api';
import { type DetailExtraProps, recordOf } from '@renderer/entities/detail/extras';
import { useChange } from '@renderer/entities/detail/useChange';
import { ReasonInput } from '@renderer/entities/form/ReasonInput';
import cards from '@renderer/entities/together/cards.module.css';
import { formatInstant } from '@renderer/lib/format';
import { trpc } from '@renderer/lib/trpc';
import type { AssessmentReview, AssessmentWork } from '@shared/wire/assessments';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { reviewWords } from './review';

export function ReviewCard(props: DetailExtraProps) {
  const { row } = recordOf('complianceAssessments', props);
  const work = useQuery(trpc.assessments.work.queryOptions({ assessmentId: row.id }));
  if (work.data?.review) return <Review {...props} work={work.data} review={work.data.review} />;
  return (
    <Card title="Review">
      {work.isError ? (
        <ErrorState error={work.error} onRetry={() => void work.refetch()} />
      ) : (
        <SkeletonRows label="Reading the review" rows={3} />
      )}
    </Card>
  );
}

interface ReviewProps extends DetailExtraProps {
  readonly work: AssessmentWork;
  readonly review: AssessmentReview;
}

function Review({ work, review, ...props }: ReviewProps) {
  const { row } = recordOf('complianceAssessments', props);
  const change = useChange(props.definition, row);
  const people = usePeople();
  const [closing, setClosing] = useState(false);
  const [reason, setReason] = useState('');
  const alone = review.standing === 'alone';
  const { text, why } = reviewWords(review, work);
  const close = async () => {
    if (await change.set({ status: 'done' }, `${props.called} is closed`, alone ? reason.trim() : undefined)) setClosing(false);
  };
  return (
    <Card title="Review">
      <div className={cards.approval} data-testid="assessment-review">
        <p>
          Sent to review by {review.concludedBy === null ? 'somebody' : (people.name(review.concludedBy) ?? 'Unknown person')}
          {row.concludedAt === null ? '' : `, ${formatInstant(row.concludedAt)}`}
        </p>
        <p className={review.standing === 'changed' ? cards.changed : cards.why}>{text}</p>
        {why !== null && why !== text && review.standing !== 'changed' ? <p className={cards.why}>{why}</p> : null}
        {review.standing === 'reads' ? null : (
          <div className={cards.acts}>
            <ReasonButton
              why={why}
              variant="filled"
              leftSection={<Icon name="lock" />}
              loading={change.busy}
              onClick={() => {
                setReason('');
                setClosing(true);
              }}
            >
              Close the assessment
            </ReasonButton>
            <Button
              variant="subtle"
              onClick={() => void change.set({ status: 'in_progress' }, `${props.called} is back at work`)}
            >
              Back to work
            </Button>
          </div>
        )}
      </div>
      <Dialog
        opened={closing}
        onClose={() => setClosing(false)}
        title={`Close ${props.called}?`}
        action={`Close ${props.called}`}
        onAction={() => void close()}
        busy={change.busy}
        disabled={alone && reason.trim() === ''}
      >
        <p>Its answers, controls and evidence are locked and hashed. Opening it again needs a reason.</p>
        {alone ? <ReasonInput value={reason} onChange={setReason} fault={null} autoFocus /> : null}
      </Dialog>
    </Card>
  );
}
