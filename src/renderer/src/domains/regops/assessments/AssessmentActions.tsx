/** From an assessment to where it is answered, its lock, and the next one after it. */
import { Button, Textarea } from '@mantine/core';
import { Dialog } from '@renderer/components/Dialog';
import { Icon } from '@renderer/components/Icon';
import { applyOperation } from '@renderer/entities/api';
import { type DetailExtraProps, recordOf } from '@renderer/entities/detail/extras';
import { notifyError } from '@renderer/lib/notices';
import { uuidv7 } from '@renderer/lib/uuid';
import { useState } from 'react';
import { useNavigate } from 'react-router';

/** To the sheet where the requirements are gone through; its tab of the same record lists the answers as any other records. */
export function AnswerAction(props: DetailExtraProps) {
  const navigate = useNavigate();
  const { row, may } = recordOf('complianceAssessments', props);
  return (
    <Button leftSection={<Icon name="checklist" />} onClick={() => void navigate(`/assessments/${row.id}`)}>
      {may.update && !row.locked ? 'Assess' : 'Go through'}
    </Button>
  );
}

/** While an assessment is worked on or reviewed, its answers can be held as they are; taking the lock away says why. */
export function LockAction(props: DetailExtraProps) {
  const { row, may } = recordOf('complianceAssessments', props);
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  if (!may.update) return null;
  const write = async (locked: boolean) => {
    setBusy(true);
    try {
      await applyOperation({
        opId: uuidv7(),
        entity: 'complianceAssessments',
        entityId: row.id,
        kind: 'update',
        baseVersion: row.rowVersion,
        base: { locked: row.locked },
        patch: { locked },
        ...(locked ? {} : { reason: reason.trim() }),
      });
      setAsking(false);
      setReason('');
    } catch (error) {
      notifyError(error, 'The lock did not change');
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button
        leftSection={<Icon name={row.locked ? 'lock-open' : 'lock'} />}
        loading={busy}
        onClick={() => (row.locked ? setAsking(true) : void write(true))}
      >
        {row.locked ? 'Unlock' : 'Lock'}
      </Button>
      <Dialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={`Unlock the answers of ${props.called}`}
        action="Unlock the answers"
        onAction={() => void write(false)}
        busy={busy}
        disabled={reason.trim() === ''}
      >
        <Textarea
          label="Reason"
          withAsterisk
          description="It stands in the trail"
          autosize
          minRows={2}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      </Dialog>
    </>
  );
}

export function NextAction(props: DetailExtraProps) {
  const navigate = useNavigate();
  const { row } = recordOf('complianceAssessments', props);
  if (row.regulationId === null) return null;
  return (
    <Button
      leftSection={<Icon name="plus" />}
      onClick={() => void navigate(`/assessments/new?regulation=${row.regulationId}&from=${row.id}`)}
    >
      Assess again
    </Button>
  );
}
