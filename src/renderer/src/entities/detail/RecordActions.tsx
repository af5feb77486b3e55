/** What can be done with a record: its next states, editing, archiving; each names the record and asks why where the trail wants it. */
import { ActionIcon, Button } from '@mantine/core';
import { isCopied } from '@shared/entities/copying';
import type { Entity } from '@shared/entities/define';
import { type EntityName, entityOf } from '@shared/entities/registry';
import type { RecordView } from '@shared/wire/records';
import { type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import { Dialog } from '../../components/Dialog';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { OptionPill, Pill } from '../../components/Pill';
import { ReasonButton } from '../../components/ReasonButton';
import { useConnection } from '../../lib/connection';
import { errorWords } from '../../lib/error-texts';
import { notify } from '../../lib/notices';
import { useSession } from '../../lib/session';
import { needsReason, optionOf } from '../access';
import { ReasonInput } from '../form/ReasonInput';
import { ActionMenu } from '../parts/ActionMenu';
import { editPath, listPath } from '../paths';
import type { GenericRow } from '../rows';
import { isGranted, ruleWords } from '../together/approval';
import { CopyDialog, TemplateDialog } from '../together/CopyDialogs';
import { useCircle } from '../together/circle';
import { type Standing, whyNotArchive, whyNotCopy, whyNotEdit, whyNotStep } from './reasons';
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
  const [making, setMaking] = useState<'copy' | 'template' | null>(null);
  const { row, steps, archived } = record;
  const circle = useCircle(name, row.id);
  const standing = useStanding(name, definition, record);
  const stateKey = definition.states?.field;
  const stateField = stateKey === undefined ? undefined : definition.fields[stateKey];
  const current = stateKey === undefined ? null : row[stateKey as keyof typeof row];
  const label = (state: string) => (stateField === undefined ? state : (optionOf(stateField, state)?.label ?? state));

  const unapproved = (state: string) =>
    (definition.approval ?? []).some(({ to }) => to === state) && !isGranted(circle.data?.approvals ?? [], state);
  const item = (key: 'copy' | 'template' | 'archive', icon: string, words: string, why: string | null) => ({
    key,
    label: (
      <>
        <Icon name={icon} /> {words}
      </>
    ),
    why,
    run: () => (key === 'archive' ? setArchiving(true) : setMaking(key)),
  });
  const go = (state: string) => {
    if (stateKey === undefined) return;
    if (unapproved(state)) {
      const rule = definition.approval?.find(({ to }) => to === state);
      notify({
        tone: 'attention',
        title: `“${label(state)}” needs approval first`,
        text: rule === undefined ? undefined : `${ruleWords(rule)}. Ask for it in the card “Approval”.`,
      });
      return;
    }
    const askWhy = () => {
      setReason('');
      setAsking(state);
    };
    if (needsReason(definition, current, state)) askWhy();
    else void change.set({ [stateKey]: state }, `${called} is “${label(state)}”`, undefined, askWhy);
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
      {archived ? (
        <ReasonButton
          why={whyNotArchive(standing)}
          leftSection={<Icon name="history" />}
          loading={change.busy}
          onClick={() => void change.file('restore', `${called} is back`)}
        >
          Restore
        </ReasonButton>
      ) : null}
      {archived || stateField === undefined || stateField.writable === 'never' ? null : whyNotStep(standing) === null ? (
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
            end: unapproved(state) ? (
              <Icon name="hourglass" size={14} label="needs approval first" />
            ) : needsReason(definition, current, state) ? (
              <Icon name="pencil" size={14} label="asks a reason" />
            ) : null,
            run: () => go(state),
          }))}
        />
      ) : (
        <ReasonButton why={whyNotStep(standing)} onClick={() => undefined}>
          State
        </ReasonButton>
      )}
      {archived ? null : (
        <ReasonButton
          why={whyNotEdit(standing)}
          variant="filled"
          leftSection={<Icon name="pencil" />}
          rightSection={<KeyCap keys="E" on="action" />}
          onClick={() => void navigate(editPath(name, row.id))}
        >
          Edit
        </ReasonButton>
      )}
      <ActionMenu
        label={`More to do with ${called}`}
        button={(props) => (
          <ActionIcon variant="default" aria-label="More" {...props}>
            <Icon name="dots" />
          </ActionIcon>
        )}
        items={[
          ...(isCopied(definition)
            ? [
                item('copy', 'copy', 'Duplicate …', whyNotCopy(standing)),
                item('template', 'template', 'Keep as template …', whyNotCopy(standing)),
              ]
            : []),
          ...(archived ? [] : [item('archive', 'archive', 'Archive …', whyNotArchive(standing))]),
        ]}
      />
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
        <Dependents name={name} id={row.id} />
      </Dialog>
      {making === 'copy' ? <CopyDialog {...{ name, definition, record, called }} onClose={() => setMaking(null)} /> : null}
      {making === 'template' ? (
        <TemplateDialog {...{ name, definition, record, called }} onClose={() => setMaking(null)} />
      ) : null}
    </>
  );
}

/** What still refers to the record when it leaves the lists. */
function Dependents({ name, id }: { readonly name: EntityName; readonly id: string }) {
  const circle = useCircle(name, id);
  const back = circle.data?.referredBy ?? [];
  if (back.length === 0) return null;
  return (
    <>
      <p>These stay, and go on referring to it:</p>
      <ul>
        {back.map(({ entity, field, total, examples }) => {
          const { label } = entityOf(entity);
          const names = examples.map((each) => each.label).filter((each) => each !== '');
          return (
            <li key={`${entity}.${field}`}>
              {total} {(total === 1 ? label.one : label.many).toLowerCase()}
              {names.length === 0 ? '' : `: ${names.join(', ')}${total > names.length ? ' …' : ''}`}
            </li>
          );
        })}
      </ul>
    </>
  );
}

export function useStanding(name: EntityName, definition: Entity, record: RecordView<GenericRow>): Standing {
  const connection = useConnection();
  const session = useSession();
  const reason = session?.readOnly ?? null;
  return {
    ...{ name, definition, record },
    functions: session?.workspace?.functions ?? [],
    online: connection === null || connection.state === 'online',
    closed: reason === null ? null : `${errorWords(reason).title}.`,
  };
}

export function ArchivedPill() {
  return <Pill word="Archived" tone="neutral" shape="archive" />;
}
