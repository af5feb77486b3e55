/** Submitting a version: what changes in it is said, it goes to review, and approval is asked for. */
import { Radio, Textarea } from '@mantine/core';
import { Dialog } from '@renderer/components/Dialog';
import { Refusal } from '@renderer/components/Refusal';
import { applyOperation } from '@renderer/entities/api';
import { recordsChanged, trpcClient } from '@renderer/lib/trpc';
import { useAction } from '@renderer/lib/use-action';
import { uuidv7 } from '@renderer/lib/uuid';
import { CodedError } from '@shared/errors';
import { useState } from 'react';
import type { Policy, Version } from './records';
import css from './SubmitDialog.module.css';

interface SubmitDialogProps {
  readonly row: Version;
  readonly policy: Policy;
  /** Sends what is not saved yet. */
  readonly flush: () => Promise<void>;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function SubmitDialog({ row, policy, flush, onClose, onDone }: SubmitDialogProps) {
  const [changeNote, setChangeNote] = useState(row.changeNote ?? '');
  const [change, setChange] = useState(row.change);
  const [words, setWords] = useState('');
  const { busy, failure, run } = useAction(() => recordsChanged(['policyVersions', 'policies']));
  const first = policy.versionInForce === null;
  const send = async () => {
    await flush();
    const result = await applyOperation({
      opId: uuidv7(),
      entity: 'policyVersions',
      entityId: row.id,
      kind: 'update',
      baseVersion: row.rowVersion,
      base: { status: row.status, changeNote: row.changeNote, change: row.change },
      patch: { status: 'in_review', changeNote: changeNote.trim() === '' ? null : changeNote.trim(), change },
    });
    if (result.status === 'conflict') throw new CodedError('CONFLICT', { entity: 'policyVersions' });
    const opId = uuidv7();
    const asked = { opId, entity: 'policyVersions', recordId: row.id, approvalId: opId, step: 'approved' } as const;
    await trpcClient.collab.askApproval.mutate({ ...asked, baseVersion: result.rowVersion, note: words.trim() });
  };
  const submit = async () => {
    if (await run(send, `Version ${row.label} waits for approval`)) onDone();
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={`Submit ${policy.name}, version ${row.label}`}
      action="Submit for approval"
      onAction={() => void submit()}
      busy={busy}
    >
      <p className={css.words}>
        Two people of compliance, privacy, risk or administration approve it, none of whom wrote it. The approval is of exactly
        this text.
      </p>
      {first ? null : (
        <Radio.Group
          label="How large the change is"
          value={change}
          onChange={(value) => setChange(value === 'major' ? 'major' : 'minor')}
        >
          <div className={css.options}>
            <Radio value="minor" label="Minor" description="Who acknowledged this major version is not asked again" />
            <Radio value="major" label="Major" description="Everybody is asked again" />
          </div>
        </Radio.Group>
      )}
      <Textarea
        label="What changes"
        description="Stands beside the version for ever"
        autosize
        minRows={2}
        maxRows={8}
        maxLength={10_000}
        data-autofocus
        value={changeNote}
        onChange={(event) => setChangeNote(event.currentTarget.value)}
      />
      <Textarea
        label="What they should look at"
        autosize
        minRows={2}
        maxRows={6}
        maxLength={2_000}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <Refusal error={failure} />
    </Dialog>
  );
}
