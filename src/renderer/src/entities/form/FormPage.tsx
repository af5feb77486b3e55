/**
 * The form of any entity, for a new record or a change: sections with their reason, faults on top and at the field, what the
 * draft changes so far. A conflict opens the choice in its place; nothing that was typed is lost on the way.
 */
import { Button } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import type { EntityName } from '@shared/entities/registry';
import type { Operation } from '@shared/operations';
import type { RecordView } from '@shared/wire/records';
import { useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { Page } from '../../components/Page';
import { useConnection } from '../../lib/connection';
import { errorClass, isDropped, toErrorData } from '../../lib/errors';
import { formatTime } from '../../lib/format';
import { notify, notifyError } from '../../lib/notices';
import { useShortcuts } from '../../lib/use-shortcuts';
import { uuidv7 } from '../../lib/uuid';
import { applyOperation } from '../api';
import { ConflictView } from '../conflict/ConflictView';
import type { ConflictResult } from '../conflict/resolve';
import { DOMAIN_LABELS, detailPath, listPath } from '../paths';
import type { GenericRow } from '../rows';
import { useTitles } from '../values/names';
import { ChangesPanel } from './ChangesPanel';
import { FaultBanner, focusField } from './FaultBanner';
import css from './FormPage.module.css';
import { FormSections } from './FormSections';
import { OperationIds, operationBody } from './operation';
import { TemplatePicker } from './TemplatePicker';
import { useFormState } from './useFormState';
import { formFields } from './validate';

export interface EntityFormProps {
  readonly name: EntityName;
  readonly definition: Entity;
  /** Null for a new record. */
  readonly record: RecordView<GenericRow> | null;
  readonly prefill: Readonly<Record<string, string>>;
}

export function EntityForm({ name, definition, record, prefill }: EntityFormProps) {
  const navigate = useNavigate();
  const connection = useConnection();
  const form = useFormState({ name, definition, row: record?.row ?? null, prefill });
  const [ids] = useState(() => new OperationIds(uuidv7));
  const [busy, setBusy] = useState(false);
  const [conflict, setConflict] = useState<{ readonly sent: Operation; readonly result: ConflictResult } | null>(null);
  const nextFault = useRef(0);
  const titles = useFormTitles(definition, form.draft.values, form.draft.initial);

  const home = record === null ? listPath(name) : detailPath(name, record.row.id);
  const { one, many } = definition.label;
  const back = () => void navigate(home);

  const done = (entityId: string, words: string) => {
    ids.settle();
    form.drop();
    notify({ tone: 'good', title: words });
    void navigate(detailPath(name, entityId), { replace: true });
  };
  const send = async (operation: Operation) => {
    setBusy(true);
    try {
      const result = await applyOperation(operation);
      if (result.status === 'conflict') {
        ids.settle();
        setConflict({ sent: operation, result });
      } else done(result.entityId, savedWords(definition, result.status, record === null));
    } catch (error) {
      if (isDropped(error)) return;
      // the reply may be lost and the change made: the same content keeps its id, so that sending it again is safe
      if (errorClass(error) !== 'network') ids.settle();
      const { faults } = toErrorData(error);
      form.setServerFaults(faults.filter((fault) => formFields(definition).includes(fault.path) || fault.path === 'reason'));
      form.showAll();
      notifyError(error, record === null ? `The ${one.toLowerCase()} is not saved yet` : 'The change is not saved yet');
    } finally {
      setBusy(false);
    }
  };
  const goToFault = () => {
    const faults = form.allFaults;
    form.showAll();
    if (faults.length === 0) return;
    const fault = faults[nextFault.current % faults.length];
    nextFault.current += 1;
    if (fault !== undefined) requestAnimationFrame(() => focusField(fault.path));
  };
  const save = () => {
    if (busy) return;
    if (form.allFaults.length > 0) {
      nextFault.current = 0;
      goToFault();
      return;
    }
    if (record !== null && form.changed.length === 0) {
      form.drop();
      back();
      return;
    }
    const body = operationBody({
      definition,
      purpose: form.purpose,
      entityId: form.draft.entityId,
      baseVersion: form.draft.baseVersion,
      initial: form.draft.initial,
      values: form.draft.values,
      reason: form.asksReason ? form.draft.reason : '',
    });
    void send(ids.seal(body));
  };

  useShortcuts('This form', [
    { keys: 'Ctrl+S', label: 'Save', hint: 'save', enabled: conflict === null, run: save },
    { keys: 'F8', label: 'Next fault', hint: 'next fault', enabled: conflict === null, run: goToFault },
    {
      keys: 'Escape',
      label: 'Leave, keep the draft',
      hint: form.dirty ? 'leave, keep the draft' : 'leave',
      enabled: conflict === null,
      run: back,
    },
  ]);

  const isNew = record === null;
  useEffect(() => {
    // a new record begins with its first field; a change begins with reading
    if (isNew) focusField(formFields(definition)[0] ?? '');
  }, [isNew, definition]);

  const row = form.draft.baseRow;
  const ref = row === null || definition.refField === null ? null : row[definition.refField];
  const title = row === null ? `New ${one.toLowerCase()}` : String(row[definition.titleField] ?? one);
  if (conflict !== null) {
    return (
      <ConflictView
        name={name}
        definition={definition}
        sent={conflict.sent}
        result={conflict.result}
        title={title}
        busy={busy}
        onSend={(body) => void send(ids.seal(body))}
        onTheirs={() => done(conflict.result.entityId, 'Their version stands')}
        onLater={() => setConflict(null)}
      />
    );
  }
  return (
    <Page
      title={title}
      refText={typeof ref === 'string' ? ref : null}
      crumbs={[
        { label: DOMAIN_LABELS[definition.domain] },
        { label: many, to: listPath(name) },
        ...(row === null ? [] : [{ label: typeof ref === 'string' && ref !== '' ? ref : title, to: home }]),
        { label: row === null ? 'New' : 'Edit' },
      ]}
      note={
        form.dirty ? (
          <span data-testid="draft-note">
            Draft of {formatTime(form.draft.changedAt)}, kept until you sign out or switch tenant
          </span>
        ) : undefined
      }
      actions={
        <>
          {form.dirty ? (
            <Button
              variant="subtle"
              onClick={() => {
                form.drop();
                back();
              }}
            >
              Discard
            </Button>
          ) : null}
          <Button onClick={back}>{form.dirty ? 'Leave, keep the draft' : 'Leave'}</Button>
          <Button variant="filled" onClick={save} loading={busy} rightSection={<KeyCap keys="Ctrl+S" on="action" joined />}>
            Save
          </Button>
        </>
      }
    >
      <div className={css.layout}>
        <div className={css.form}>
          {form.restored ? (
            <p className={css.restored} role="status">
              <Icon name="pencil" />
              Your draft of {formatTime(form.draft.changedAt)} is here again.
            </p>
          ) : null}
          {form.faults.length > 0 ? <FaultBanner definition={definition} faults={form.faults} onNext={goToFault} /> : null}
          {connection !== null && connection.state !== 'online' ? (
            <p className={css.offline} role="status">
              <Icon name="laptop" />
              The server does not answer just now. Your draft stays here; save it when the server is back.
            </p>
          ) : null}
          {record === null ? (
            <TemplatePicker name={name} definition={definition} onChoose={(template) => form.fill(template.values)} />
          ) : null}
          <FormSections
            definition={definition}
            form={form}
            steps={record?.steps ?? null}
            titles={{ ...titles, ...record?.labels }}
          />
        </div>
        <ChangesPanel definition={definition} form={form} labels={{ ...titles, ...record?.labels }} />
      </div>
    </Page>
  );
}

function savedWords(definition: Entity, status: 'applied' | 'merged' | 'unchanged', created: boolean): string {
  const { one } = definition.label;
  if (created) return `${one} saved`;
  if (status === 'merged') return `${one} saved, together with a change of somebody else`;
  return status === 'unchanged' ? `${one} said so already` : `${one} saved`;
}

/** Titles of the records that the form refers to, before and after. */
function useFormTitles(
  definition: Entity,
  ...values: readonly Readonly<Record<string, unknown>>[]
): Readonly<Record<string, string>> {
  const wanted: Record<string, string[]> = {};
  for (const [key, field] of Object.entries(definition.fields)) {
    if (field.kind !== 'reference' || field.target === undefined) continue;
    for (const each of values) {
      const id = each[key];
      if (typeof id === 'string') wanted[field.target] = [...(wanted[field.target] ?? []), id];
    }
  }
  return useTitles(wanted);
}
