/** What can be done with a record: its next states, editing, archiving; each names the record and asks why where the trail wants it. */
import { ActionIcon, Button } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import type { EntityName } from '@shared/entities/registry';
import type { RecordView } from '@shared/wire/records';
import { type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import { Dialog } from '../../components/Dialog';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { OptionPill, Pill } from '../../components/Pill';
import { needsReason, optionOf } from '../access';
import { ReasonInput } from '../form/ReasonInput';
import { ActionMenu } from '../parts/ActionMenu';
import { editPath, listPath } from '../paths';
import type { GenericRow } from '../rows';
import type { Change } from './useChange';

export interface RecordActionsProps {
  readonly name: EntityName;
  readonly definition: Entity;
  readonly record: RecordView<GenericRow>;
  readonly change: Change;
  /** What the record is called in sentences: `F-031`. */
  readonly called: string;
  /** The actions that the record's domain adds. */
  readonly extras: ReactNode;
}

export function RecordActions({ name, definition, record, change, called, extras }: RecordActionsProps) {
  const navigate = useNavigate();
  const [asking, setAsking] = useState<string | null>(null);
  const [archiving, setArchiving] = useState(false);
  const [reason, setReason] = useState('');
  const { row, may, steps, archived } = record;
  const stateKey = definition.states?.field;
  const stateField = stateKey === undefined ? undefined : definition.fields[stateKey];
  const current = stateKey === undefined ? null : row[stateKey as keyof typeof row];
  const label = (state: string) => (stateField === undefined ? state : (optionOf(stateField, state)?.label ?? state));

  const go = (state: string) => {
    if (stateKey === undefined) return;
    if (needsReason(definition, current, state)) {
      setReason('');
      setAsking(state);
    } else void change.set({ [stateKey]: state }, `${called} is “${label(state)}”`);
  };
  const confirm = async () => {
    if (asking === null || stateKey === undefined) return;
    if (await change.set({ [stateKey]: asking }, `${called} is “${label(asking)}”`, reason)) setAsking(null);
  };
  const archive = async () => {
    if (!(await change.file('archive', `${called} is archived`))) return;
    setArchiving(false);
    void navigate(listPath(name));
  };
  return (
    <>
      {extras}
      {archived && may.archive ? (
        <Button
          leftSection={<Icon name="history" />}
          loading={change.busy}
          onClick={() => void change.file('restore', `${called} is back`)}
        >
          Restore
        </Button>
      ) : null}
      {!archived && stateField !== undefined && steps.length > 0 ? (
        <ActionMenu
          label={`Next state of ${called}`}
          button={(props) => (
            <Button rightSection={<Icon name="selector" size={14} />} loading={change.busy} {...props}>
              State
            </Button>
          )}
          items={steps.map((state) => ({
            key: state,
            label: <OptionPill options={stateField.options ?? []} value={state} />,
            end: needsReason(definition, current, state) ? <Icon name="pencil" size={14} label="asks a reason" /> : null,
            run: () => go(state),
          }))}
        />
      ) : null}
      {!archived && may.update ? (
        <Button
          variant="filled"
          leftSection={<Icon name="pencil" />}
          rightSection={<KeyCap keys="E" on="action" />}
          onClick={() => void navigate(editPath(name, row.id))}
        >
          Edit
        </Button>
      ) : null}
      {!archived && may.archive ? (
        <ActionMenu
          label={`More to do with ${called}`}
          button={(props) => (
            <ActionIcon variant="default" aria-label="More" {...props}>
              <Icon name="dots" />
            </ActionIcon>
          )}
          items={[
            {
              key: 'archive',
              label: (
                <>
                  <Icon name="archive" /> Archive …
                </>
              ),
              run: () => setArchiving(true),
            },
          ]}
        />
      ) : null}
      <Dialog
        opened={asking !== null}
        onClose={() => setAsking(null)}
        title={`${called} becomes “${label(asking ?? '')}”`}
        action={`Set to “${label(asking ?? '')}”`}
        onAction={() => void confirm()}
        busy={change.busy}
        disabled={reason.trim() === ''}
      >
        <ReasonInput value={reason} onChange={setReason} fault={null} autoFocus />
      </Dialog>
      <Dialog
        opened={archiving}
        onClose={() => setArchiving(false)}
        title={`Archive ${called}?`}
        action={`Archive ${called}`}
        onAction={() => void archive()}
        busy={change.busy}
        destructive
        cancel="Keep it"
      >
        <p>It leaves every list and count. Its history stays, and it can be restored from the archived records.</p>
      </Dialog>
    </>
  );
}

export function ArchivedPill() {
  return <Pill word="Archived" tone="neutral" shape="archive" />;
}
