/** Changing one field of many records: the value, the progress, and afterwards what stays as it is and why, with a way back. */
import { Button } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import type { Field, Json } from '@shared/entities/fields';
import type { EntityName } from '@shared/entities/registry';
import type { BulkInput, BulkOutcome } from '@shared/wire/lists';
import { useState } from 'react';
import { Link } from 'react-router';
import { Dialog } from '../../components/Dialog';
import { DialogFrame } from '../../components/DialogFrame';
import { Refusal } from '../../components/Refusal';
import { errorWords } from '../../lib/error-texts';
import { isDropped } from '../../lib/errors';
import { count, formatNumber } from '../../lib/format';
import { notify, notifyError } from '../../lib/notices';
import { recordsChanged, trpcClient } from '../../lib/trpc';
import { uuidv7 } from '../../lib/uuid';
import { needsReason } from '../access';
import { FieldInput } from '../form/FieldInput';
import { ReasonInput } from '../form/ReasonInput';
import { detailPath } from '../paths';
import { bulkWords } from './bulk';
import { JobProgress } from './JobProgress';
import css from './JobProgress.module.css';

export interface BulkDialogProps {
  readonly name: EntityName;
  readonly definition: Entity;
  readonly field: readonly [string, Field];
  readonly target: BulkInput['target'];
  readonly total: number;
  readonly onClose: () => void;
  /** Ids that were not tried; everything else was. */
  readonly onDone: (left: readonly string[]) => void;
}

export function BulkDialog({ name, definition, field: [key, field], target, total, onClose, onDone }: BulkDialogProps) {
  const [value, setValue] = useState<Json>(field.kind === 'boolean' ? true : field.kind === 'tags' ? [] : null);
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const [reason, setReason] = useState('');
  const [job, setJob] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [outcome, setOutcome] = useState<BulkOutcome | null>(null);
  const from = 'items' in target ? target.items.map(({ base }) => base) : Object.keys(definition.states?.steps ?? {});
  const asks = key === definition.states?.field && from.some((state) => needsReason(definition, state, value));
  const noun = count(total, definition.label.one, definition.label.many).toLowerCase();
  const ready = (!field.required || value !== null) && typed === undefined && (!asks || reason.trim() !== '');

  const run = async () => {
    const id = uuidv7();
    setJob(id);
    setFailure(null);
    try {
      const done = await trpcClient.lists.bulk.mutate({
        ...{ entity: name, job: id, target, field: key, value },
        ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
      });
      await recordsChanged([name]);
      const words = bulkWords(done);
      const clean = done.conflicts + done.refused + done.left === 0;
      notify({
        tone: clean ? 'good' : 'attention',
        title: `${formatNumber(done.changed)} of ${formatNumber(total)} changed`,
        text: words || undefined,
        ...(done.undoable ? { action: { label: 'Undo', run: () => void undo(name, id) } } : {}),
        stays: !clean,
      });
      if (done.stays.length > 0) setOutcome(done);
      else onDone(done.leftIds);
    } catch (error) {
      if (!isDropped(error)) setFailure(error);
    } finally {
      setJob(null);
    }
  };
  if (outcome !== null) {
    const close = () => onDone(outcome.leftIds);
    return (
      <DialogFrame opened onClose={close} title={`${formatNumber(outcome.stays.length)} stay as they are`} size={560}>
        <div className={css.form} style={{ padding: 20 }}>
          <ul className={css.stays}>
            {outcome.stays.map((stay) => (
              <li key={stay.id}>
                <Link to={detailPath(name, stay.id)}>{stay.title || definition.label.one}</Link>{' '}
                <span className={css.why}>{stay.message ?? errorWords({ code: stay.code, details: {}, faults: [] }).title}</span>
              </li>
            ))}
          </ul>
          <div>
            <Button variant="filled" onClick={close} data-autofocus>
              Done
            </Button>
          </div>
        </div>
      </DialogFrame>
    );
  }
  return (
    <Dialog
      opened
      onClose={onClose}
      title={`Change ${field.label.toLowerCase()} of ${noun}`}
      action={`Change ${noun}`}
      onAction={() => void run()}
      busy={job !== null}
      disabled={!ready}
    >
      <div className={css.form}>
        <Refusal error={failure} />
        <FieldInput
          definition={definition}
          name={key}
          field={field}
          value={value}
          typed={typed}
          fault={null}
          onChange={(next, text) => {
            setValue(next);
            setTyped(text);
          }}
          autoFocus
          narrow
        />
        {asks ? <ReasonInput value={reason} onChange={setReason} fault={null} /> : null}
        {job === null ? null : <JobProgress job={job} what="done" />}
      </div>
    </Dialog>
  );
}

async function undo(name: EntityName, former: string): Promise<void> {
  try {
    const done = await trpcClient.lists.undoBulk.mutate({ job: uuidv7(), undo: former });
    await recordsChanged([name]);
    const clean = done.conflicts + done.refused + done.left === 0;
    notify({
      tone: clean ? 'good' : 'attention',
      title: `${formatNumber(done.changed)} are as they were`,
      text: bulkWords(done) || undefined,
    });
  } catch (error) {
    notifyError(error, 'It was not taken back');
  }
}
