/**
 * The form of any entity, for a new record or a change: sections with their reason, faults on top and at the field, what the
 * draft changes so far. A conflict opens the choice in its place; nothing that was typed is lost on the way.
 */
import { Button } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import type { EntityName } from '@shared/entities/registry';
import type { Operation } from '@shared/operations';
import type { RecordView } from '@shared/wire/records';
import { useEffect, useState } from 'react';
import { useNavigate } from 'react-router';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { Page } from '../../components/Page';
import { useConnection } from '../../lib/connection';
import { formatTime } from '../../lib/format';
import { useShortcuts } from '../../lib/use-shortcuts';
import { ConflictView } from '../conflict/ConflictView';
import type { ConflictResult } from '../conflict/resolve';
import { DOMAIN_LABELS, detailPath, listPath } from '../paths';
import type { GenericRow } from '../rows';
import { ChangesPanel } from './ChangesPanel';
import { FaultBanner, focusField } from './FaultBanner';
import css from './FormPage.module.css';
import { FormSections } from './FormSections';
import { TemplatePicker } from './TemplatePicker';
import { useFormState } from './useFormState';
import { useFormTitles } from './useFormTitles';
import { useSave } from './useSave';
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
  const [conflict, setConflict] = useState<{ readonly sent: Operation; readonly result: ConflictResult } | null>(null);
  const titles = useFormTitles(definition, form.draft.values, form.draft.initial);

  const home = record === null ? listPath(name) : detailPath(name, record.row.id);
  const { one, many } = definition.label;
  const back = () => void navigate(home);

  const saving = useSave({
    definition,
    form,
    onSaved: (entityId) => void navigate(detailPath(name, entityId), { replace: true }),
    onConflict: (sent, result) => setConflict({ sent, result }),
  });
  const { busy, done, goToFault } = saving;
  const save = () => {
    if (!saving.save()) back();
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
  const [start] = useState(() => formFields(definition).find((key) => form.draft.values[key] === null) ?? '');
  useEffect(() => {
    // a new record begins with the first field that the place has not given; a change begins with reading
    if (isNew) focusField(start);
  }, [isNew, start]);

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
        onSend={(body) => void saving.send(body)}
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
