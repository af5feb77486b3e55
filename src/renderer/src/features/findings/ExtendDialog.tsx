/** More time for a finding: the new date and why. One operation; the database counts it and keeps the reason. */
import { Dialog } from '@renderer/components/Dialog';
import { useChange } from '@renderer/entities/detail/useChange';
import { DateField } from '@renderer/entities/form/DateField';
import { ReasonInput } from '@renderer/entities/form/ReasonInput';
import type { GenericRow } from '@renderer/entities/rows';
import { formatDate } from '@renderer/lib/format';
import { recordsChanged } from '@renderer/lib/trpc';
import { type EntityRow, entityOf } from '@shared/entities/registry';
import { useState } from 'react';
import css from './FollowUpCard.module.css';

interface Props {
  readonly finding: EntityRow<'findings'> & GenericRow;
  readonly called: string;
  readonly onClose: () => void;
}

export function ExtendDialog({ finding, called, onClose }: Props) {
  const change = useChange(entityOf('findings'), finding);
  const [date, setDate] = useState('');
  const [typed, setTyped] = useState<string>();
  const [reason, setReason] = useState('');
  const { dueDate } = finding;
  const earlier = date !== '' && dueDate !== null && date <= dueDate;
  const extend = async () => {
    if (!(await change.set({ dueDate: date }, `${called} is due on ${formatDate(date)}`, reason.trim()))) return;
    await recordsChanged(['findingExtensions']);
    onClose();
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={`Extend ${called}`}
      action={date === '' || earlier ? 'Extend' : `Extend to ${formatDate(date)}`}
      onAction={() => void extend()}
      busy={change.busy}
      disabled={date === '' || typed !== undefined || earlier || reason.trim() === ''}
    >
      <div className={css.dialog}>
        <p>
          It is due on {dueDate === null ? 'no date' : formatDate(dueDate)}
          {finding.extensionCount === 0
            ? '.'
            : `, after ${finding.extensionCount === 1 ? 'one extension' : `${finding.extensionCount} extensions`}.`}{' '}
          The old date, the new one and the reason stay on record.
        </p>
        <DateField
          label="New date"
          withAsterisk
          value={date}
          {...(typed === undefined ? {} : { typed })}
          {...(typed !== undefined ? { error: 'is no date' } : earlier ? { error: 'must be later than the date agreed' } : {})}
          onChange={(value, text) => {
            setDate(typeof value === 'string' ? value : '');
            setTyped(text);
          }}
        />
        <ReasonInput value={reason} onChange={setReason} fault={null} />
      </div>
    </Dialog>
  );
}
