/** Beside the form: what the draft changes so far, and the version it stands on. */
import type { Entity } from '@shared/entities/define';
import { Card } from '../../components/Card';
import { formatInstant } from '../../lib/format';
import { BeforeAfter } from '../values/BeforeAfter';
import { type Labels, useNames } from '../values/names';
import css from './ChangesPanel.module.css';
import type { FormState } from './useFormState';

export interface ChangesPanelProps {
  readonly definition: Entity;
  readonly form: FormState;
  readonly labels: Labels;
}

export function ChangesPanel({ definition, form, labels }: ChangesPanelProps) {
  const names = useNames(labels);
  const { draft, changed } = form;
  const keys = [...new Set([...changed, ...Object.keys(draft.typed)])];
  const by = draft.baseRow?.updatedBy ?? null;
  return (
    <aside className={css.panel} aria-label="This draft">
      <Card title={form.purpose === 'create' ? 'In this draft' : 'Changed in this draft'}>
        {keys.length === 0 ? <p className={css.none}>Nothing yet.</p> : null}
        <dl className={css.list}>
          {keys.map((key) => {
            const field = definition.fields[key];
            if (field === undefined) return null;
            return (
              <div key={key}>
                <dt className={css.label}>{field.label}</dt>
                <dd className={css.change}>
                  <BeforeAfter
                    field={field}
                    before={draft.initial[key]}
                    after={draft.typed[key] ?? draft.values[key]}
                    typed={draft.typed[key] !== undefined}
                    names={names}
                  />
                </dd>
              </div>
            );
          })}
        </dl>
      </Card>
      {form.newerVersion === null ? null : (
        <Card title="Changed meanwhile">
          <p role="status">
            Somebody saved version {form.newerVersion}. You can both edit: fields merge when you save, and what collides comes to
            you.
          </p>
        </Card>
      )}
      {draft.baseRow === null ? null : (
        <Card title={`Version ${draft.baseRow.rowVersion}`}>
          <dl className={css.facts}>
            <dt>Saved</dt>
            <dd>{formatInstant(draft.baseRow.updatedAt)}</dd>
            <dt>By</dt>
            <dd>{by === null ? 'the system' : (names.person(by) ?? 'Unknown person')}</dd>
          </dl>
        </Card>
      )}
    </aside>
  );
}
