/** What is done with an open round: reminding who has not answered, and closing it. */
import { Textarea } from '@mantine/core';
import { Dialog } from '@renderer/components/Dialog';
import { Refusal } from '@renderer/components/Refusal';
import { applyOperation } from '@renderer/entities/api';
import { count, formatDate } from '@renderer/lib/format';
import { recordsChanged, trpcClient } from '@renderer/lib/trpc';
import { useAction } from '@renderer/lib/use-action';
import { uuidv7 } from '@renderer/lib/uuid';
import type { RoundProgress } from '@shared/wire/policies';
import { useState } from 'react';
import css from './RoundsTab.module.css';
import type { Policy } from './records';

interface RoundActDialogProps {
  readonly progress: RoundProgress;
  readonly policy: Policy;
  readonly onClose: () => void;
}

const CHANGED = ['policyRounds', 'policyAcknowledgements'];

export function RemindDialog({ progress, policy, onClose }: RoundActDialogProps) {
  const { round, open, overdue } = progress;
  const whom = overdue > 0 ? 'overdue' : 'open';
  const day = formatDate(round.dueDate);
  const [words, setWords] = useState(
    `Please read and acknowledge ${policy.name} ${progress.versionLabel}; ${whom === 'overdue' ? 'it was' : 'it is'} to be acknowledged by ${day}.`,
  );
  const [opId] = useState(() => uuidv7());
  const { busy, failure, run } = useAction(() => recordsChanged(CHANGED));
  const number = whom === 'overdue' ? overdue : open;
  const send = async () => {
    const remind = () => trpcClient.policies.remind.mutate({ opId, roundId: round.id, whom, words });
    if (await run(remind, `${count(number, 'person is', 'people are')} reminded`)) onClose();
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={whom === 'overdue' ? 'Remind who is overdue' : 'Remind who has not answered'}
      action={`Remind ${count(number, 'person', 'people')}`}
      onAction={() => void send()}
      busy={busy}
      disabled={words.trim() === ''}
    >
      <p className={css.second}>
        It stands in their bell and in their work until they answer, and in the discussion of their acknowledgement.
      </p>
      <Textarea
        label="Words"
        withAsterisk
        autosize
        minRows={3}
        maxLength={2_000}
        data-autofocus
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <Refusal error={failure} />
    </Dialog>
  );
}

export function CloseDialog({ progress, policy, onClose }: RoundActDialogProps) {
  const { round, open } = progress;
  const [opId] = useState(() => uuidv7());
  const { busy, failure, run } = useAction(() => recordsChanged(CHANGED));
  const close = () =>
    applyOperation({
      opId,
      entity: 'policyRounds',
      entityId: round.id,
      kind: 'update',
      baseVersion: round.rowVersion,
      base: { status: round.status },
      patch: { status: 'closed' },
    });
  const act = async () => {
    if (await run(close, `The round of ${policy.name} ${progress.versionLabel} is closed`)) onClose();
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title="Close this round?"
      action="Close the round"
      onAction={() => void act()}
      busy={busy}
      destructive
    >
      <p>
        {open === 0
          ? 'Everybody answered. A closed round stays as it is.'
          : `${count(open, 'person is', 'people are')} asked no longer; what they have not acknowledged lapses. It cannot be opened again.`}
      </p>
      <Refusal error={failure} />
    </Dialog>
  );
}
