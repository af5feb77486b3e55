/** A draft that met somebody else's change: base, mine and theirs as for every record, with what was typed until now as mine. */
import { ConflictView } from '@renderer/entities/conflict/ConflictView';
import { jsonValue } from '@renderer/entities/rows';
import type { SaveState, Values } from '@renderer/features/drafts/autosave';
import type { RecordDraft } from '@renderer/features/drafts/useRecordDraft';
import { type EntityName, entityOf } from '@shared/entities/registry';
import { useState } from 'react';

interface DraftConflictProps<V extends { readonly [K in keyof V]: string | number | null }> {
  readonly name: EntityName;
  readonly title: string;
  readonly draft: RecordDraft<V>;
  readonly conflict: Extract<SaveState, { kind: 'conflict' }>;
}

export function DraftConflict<V extends { readonly [K in keyof V]: string | number | null }>(props: DraftConflictProps<V>) {
  const { name, title, draft, conflict } = props;
  const [busy, setBusy] = useState(false);
  const typed: Readonly<Record<string, string | number | null>> = draft.values;
  const conflicts = conflict.result.conflicts.map((one) => ({ ...one, mine: typed[one.field] ?? one.mine }));
  const settle = async (choice: Values | 'theirs') => {
    setBusy(true);
    await draft.settle(choice);
    setBusy(false);
  };
  return (
    <ConflictView
      name={name}
      definition={entityOf(name)}
      sent={{
        ...conflict.sent,
        patch: { ...conflict.sent.patch, ...Object.fromEntries(conflicts.map(({ field, mine }) => [field, jsonValue(mine)])) },
      }}
      result={{ ...conflict.result, conflicts }}
      title={title}
      busy={busy}
      onSend={({ patch }) =>
        void settle(
          Object.fromEntries(
            conflicts.map(({ field, theirs }) => [field, Object.hasOwn(patch, field) ? patch[field] : theirs]),
          ) as Values,
        )
      }
      onTheirs={() => void settle('theirs')}
      onLater={null}
    />
  );
}
