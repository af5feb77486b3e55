/** The next version of a policy: it begins with the text in force, or empty, and says how large its change is meant to be. */
import { Radio } from '@mantine/core';
import { Dialog } from '@renderer/components/Dialog';
import { Refusal } from '@renderer/components/Refusal';
import { applyOperation, entityApi } from '@renderer/entities/api';
import { recordsChanged } from '@renderer/lib/trpc';
import { useAction } from '@renderer/lib/use-action';
import { uuidv7 } from '@renderer/lib/uuid';
import { useState } from 'react';
import type { Policy, Version } from './records';
import css from './SubmitDialog.module.css';

interface NewVersionDialogProps {
  readonly policy: Policy;
  readonly inForce: Version | null;
  readonly onClose: () => void;
  readonly onMade: (id: string) => void;
}

export function NewVersionDialog({ policy, inForce, onClose, onMade }: NewVersionDialogProps) {
  const [change, setChange] = useState<Version['change']>('minor');
  const [start, setStart] = useState<'present' | 'empty'>('present');
  const { busy, failure, run } = useAction(() => recordsChanged(['policies']));
  const [id] = useState(() => uuidv7());
  const begin = async () => {
    const from = inForce !== null && start === 'present' ? await entityApi('policyVersions').get.query({ id: inForce.id }) : null;
    const content = String(from?.row.content ?? '');
    await applyOperation({
      opId: uuidv7(),
      entity: 'policyVersions',
      entityId: id,
      kind: 'create',
      baseVersion: null,
      base: {},
      patch: { policyId: policy.id, change: inForce === null ? 'major' : change, content },
    });
  };
  const make = async () => {
    if (await run(begin, `A version of ${policy.name} is begun`)) onMade(id);
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={`Begin a version of ${policy.name}`}
      action="Begin the version"
      onAction={() => void make()}
      busy={busy}
    >
      {inForce === null ? (
        <p className={css.words}>
          It is the first one, 1.0. Nothing is in force until two people who did not write it approve it.
        </p>
      ) : (
        <>
          <p className={css.words}>Version {inForce.label} stays in force until the new one is approved and takes its place.</p>
          <Radio.Group
            label="How large the change is"
            value={change}
            onChange={(value) => setChange(value === 'major' ? 'major' : 'minor')}
          >
            <div className={css.options}>
              <Radio
                value="minor"
                label="Minor"
                description={`Becomes ${inForce.major}.${(inForce.minor ?? 0) + 1} or later; nobody is asked again`}
              />
              <Radio
                value="major"
                label="Major"
                description="Counts up before the point; everybody is asked to acknowledge again"
              />
            </div>
          </Radio.Group>
          <Radio.Group
            label="It begins with"
            value={start}
            onChange={(value) => setStart(value === 'empty' ? 'empty' : 'present')}
          >
            <div className={css.options}>
              <Radio value="present" label={`The text of ${inForce.label}`} />
              <Radio value="empty" label="Nothing" description="To write it anew, or to take it from a file" />
            </div>
          </Radio.Group>
        </>
      )}
      <Refusal error={failure} />
    </Dialog>
  );
}
