/** What a person must know when a change could not be saved: what is kept, and the ways on. Nothing typed is thrown away unasked. */
import { Button } from '@mantine/core';
import { Icon } from '@renderer/components/Icon';
import { usePeople } from '@renderer/entities/api';
import { errorWords } from '@renderer/lib/error-texts';
import { toErrorData } from '@renderer/lib/errors';
import { type EntityName, entityOf } from '@shared/entities/registry';
import css from './SaveTrouble.module.css';
import type { AnyDraft } from './useRecordDraft';

export interface SaveTroubleProps {
  readonly draft: AnyDraft;
  /** Whose fields they are, for their names and words. */
  readonly entity: EntityName;
}

export function SaveTrouble({ draft, entity }: SaveTroubleProps) {
  const { state } = draft;
  if (state.kind === 'conflict') return <SaveConflict draft={draft} state={state} entity={entity} />;
  if (state.kind !== 'failed') return null;
  const words = errorWords(toErrorData(state.error));
  return (
    <div className={css.trouble} role="alert">
      <Icon name="alert-filled" size={16} />
      <span>
        <strong>{words.title}.</strong> {words.text} What you wrote stays here until it is saved.
      </span>
      <Button size="compact-sm" variant="default" onClick={() => void draft.flush()}>
        Save again
      </Button>
      <Button size="compact-sm" variant="subtle" onClick={draft.discard}>
        Show the saved version
      </Button>
    </div>
  );
}

/** Somebody else changed the same fields: both values by field, and the choice; nothing is written before it. */
function SaveConflict({
  draft,
  state,
  entity,
}: SaveTroubleProps & { readonly state: Extract<AnyDraft['state'], { kind: 'conflict' }> }) {
  const people = usePeople();
  const { changedBy, conflicts } = state.result;
  const who = (changedBy === null ? null : people.name(changedBy)) ?? 'Somebody else';
  const definition = entityOf(entity);
  const word = (field: string, value: unknown) => {
    const text = value === null || value === undefined || value === '' ? 'nothing' : String(value);
    const known = definition.allFields[field];
    if (known?.kind === 'person') return people.name(text) ?? text;
    return known?.options?.find((option) => option.value === value)?.label ?? text;
  };
  return (
    <div className={css.trouble} role="alert" data-kind="conflict">
      <Icon name="split" size={16} />
      <div className={css.words}>
        <strong>{who} changed this meanwhile.</strong> Choose what stays.
        <ul>
          {conflicts.map((one) => (
            <li key={one.field}>
              {definition.allFields[one.field]?.label ?? one.field}: before “{word(one.field, one.base)}”, theirs “
              {word(one.field, one.theirs)}”, yours “{word(one.field, one.mine)}”
            </li>
          ))}
        </ul>
      </div>
      <Button size="compact-sm" variant="default" onClick={() => void draft.settle('theirs')}>
        Keep theirs
      </Button>
      <Button size="compact-sm" variant="default" onClick={() => void draft.settle('mine')}>
        Write mine
      </Button>
    </div>
  );
}
