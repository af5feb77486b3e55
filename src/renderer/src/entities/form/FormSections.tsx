/** The sections of a form as the definition lays them out; what the person may not write is shown with the reason. */
import type { Entity, FormSection } from '@shared/entities/define';
import { isWritable, legalStates, optionOf, readOnlyReason } from '../access';
import { FieldValue } from '../values/FieldValue';
import { type Labels, useNames } from '../values/names';
import { FieldInput } from './FieldInput';
import css from './FormSections.module.css';
import { ReasonInput } from './ReasonInput';
import type { FormState } from './useFormState';
import { REASON_FIELD } from './validate';

export interface FormSectionsProps {
  readonly definition: Entity;
  readonly form: FormState;
  /** Next states as the service allows them; null for a new record. */
  readonly steps: readonly string[] | null;
  readonly titles: Labels;
}

export function FormSections(props: FormSectionsProps) {
  return props.definition.form.map((section) => <Section key={section.title} {...props} section={section} />);
}

function Section({ section, ...props }: FormSectionsProps & { readonly section: FormSection }) {
  const { definition, form } = props;
  const holdsState = section.fields.flat().includes(definition.states?.field ?? '');
  const fault = form.faults.find((each) => each.path === REASON_FIELD)?.message ?? null;
  return (
    <section className={css.section} aria-label={section.title}>
      <div className={css.side}>
        <h2 className={css.title}>{section.title}</h2>
        {section.reason === undefined ? null : <p className={css.reason}>{section.reason}</p>}
      </div>
      <div className={css.fields}>
        {section.fields.map((line) => (
          <div key={String(line)} className={css.line} data-pair={typeof line !== 'string' || undefined}>
            {(typeof line === 'string' ? [line] : line).map((key) => (
              <OneField key={key} {...props} name={key} narrow={typeof line !== 'string'} />
            ))}
          </div>
        ))}
        {holdsState && form.asksReason ? <ReasonInput value={form.draft.reason} onChange={form.setReason} fault={fault} /> : null}
      </div>
    </section>
  );
}

/** One field of a form: its input, or its value with the reason why it stands. */
export function OneField({
  definition,
  form,
  steps,
  titles,
  name,
  narrow,
  autoFocus,
}: FormSectionsProps & { readonly name: string; readonly narrow: boolean; readonly autoFocus?: boolean }) {
  const names = useNames(titles);
  const field = definition.fields[name];
  if (field === undefined) return null;
  const { draft, purpose } = form;
  const isState = definition.states?.field === name;
  const initial = draft.initial[name];
  const why = readOnlyReason(field, purpose) ?? (isState && purpose === 'create' ? 'where every new one begins' : null);
  if (why !== null || !isWritable(field, purpose)) {
    return (
      <div className={css.fixed}>
        <div className={css.label}>
          {field.label} <span className={css.why}>{why}</span>
        </div>
        <div className={css.value}>
          <FieldValue definition={definition} name={name} row={{ ...draft.baseRow, ...draft.values }} names={names} look="full" />
        </div>
      </div>
    );
  }
  const current = typeof initial === 'string' ? initial : null;
  const states = isState && current !== null ? [current, ...(steps ?? legalStates(definition.states, current))] : undefined;
  const was = isState && draft.values[name] !== initial ? optionOf(field, initial)?.label : undefined;
  return (
    <FieldInput
      definition={definition}
      name={name}
      field={field}
      value={draft.values[name] ?? null}
      typed={draft.typed[name]}
      fault={form.faults.find((fault) => fault.path === name)?.message ?? null}
      states={states}
      values={draft.values}
      autoFocus={autoFocus}
      narrow={narrow}
      note={was === undefined ? undefined : `was ${was}`}
      onChange={(value, typed) => form.set(name, value, typed)}
    />
  );
}
