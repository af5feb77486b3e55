/**
 * The form of any entity in a dialog, for small records that are written beside what they belong to. The same fields, checks and draft
 * as on the form's page; what the place gives already (`hidden`) is not asked again. What is left unfinished is there again next time.
 */
import type { Entity } from '@shared/entities/define';
import type { EntityName } from '@shared/entities/registry';
import { useNavigate } from 'react-router';
import { Dialog } from '../../components/Dialog';
import { Icon } from '../../components/Icon';
import { formatTime } from '../../lib/format';
import { notify } from '../../lib/notices';
import { useShortcuts } from '../../lib/use-shortcuts';
import { editPath } from '../paths';
import type { GenericRow } from '../rows';
import { FaultBanner } from './FaultBanner';
import { OneField } from './FormSections';
import { ReasonInput } from './ReasonInput';
import css from './RecordDialog.module.css';
import { useFormState } from './useFormState';
import { useFormTitles } from './useFormTitles';
import { useSave } from './useSave';
import { REASON_FIELD } from './validate';

export interface RecordDialogProps {
  readonly name: EntityName;
  readonly definition: Entity;
  /** Null for a new record. */
  readonly row: GenericRow | null;
  readonly prefill?: Readonly<Record<string, string>>;
  /** Fields that the place has decided. */
  readonly hidden?: readonly string[];
  readonly title: string;
  readonly onClose: () => void;
}

const NOTHING = {};

export function RecordDialog({ name, definition, row, prefill = NOTHING, hidden = [], title, onClose }: RecordDialogProps) {
  const navigate = useNavigate();
  const form = useFormState({ name, definition, row, prefill });
  const titles = useFormTitles(definition, form.draft.values, form.draft.initial);
  const saving = useSave({
    definition,
    form,
    onSaved: onClose,
    // the page shows both versions side by side; the draft goes along
    onConflict: (sent) => {
      onClose();
      notify({
        tone: 'attention',
        title: 'Somebody changed the same',
        text: 'Nothing was written. Your draft is kept.',
        action: { label: 'Choose what stays', run: () => navigate(editPath(name, sent.entityId)) },
        stays: true,
      });
    },
  });
  const lines = definition.form
    .flatMap(({ fields }) => fields)
    .map((line) => (typeof line === 'string' ? [line] : line).filter((key) => !hidden.includes(key)))
    .filter((line) => line.length > 0);
  // the first that is still to be filled in, as it was when the dialog opened
  const start = lines.flat().find((key) => form.draft.initial[key] === null);
  const fault = form.faults.find(({ path }) => path === REASON_FIELD)?.message ?? null;
  const one = definition.label.one.toLowerCase();
  return (
    <Dialog
      opened
      onClose={onClose}
      title={title}
      action={row === null ? `Save the ${one}` : 'Save the change'}
      onAction={() => {
        if (!saving.save()) onClose();
      }}
      busy={saving.busy}
      size={680}
    >
      <FaultKeys onNext={saving.goToFault} />
      <div className={css.form}>
        {form.restored ? (
          <p className={css.restored} role="status">
            <Icon name="pencil" /> Your draft of {formatTime(form.draft.changedAt)} is here again.
          </p>
        ) : null}
        {form.faults.length > 0 ? <FaultBanner definition={definition} faults={form.faults} onNext={saving.goToFault} /> : null}
        {lines.map((line) => (
          <div key={line.join()} className={css.line} data-pair={line.length > 1 || undefined}>
            {line.map((key) => (
              <OneField key={key} {...{ definition, form, titles }} steps={null} name={key} narrow autoFocus={key === start} />
            ))}
          </div>
        ))}
        {form.asksReason ? <ReasonInput value={form.draft.reason} onChange={form.setReason} fault={fault} /> : null}
      </div>
    </Dialog>
  );
}

function FaultKeys({ onNext }: { readonly onNext: () => void }) {
  useShortcuts('This dialog', [{ keys: 'F8', label: 'Next fault', run: onNext }]);
  return null;
}
