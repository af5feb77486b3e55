/** What stands in a record's fields while somebody works on it: the record's values with what was typed on top, saved as it goes. */
import { applyOperation } from '@renderer/entities/api';
import { recordsChanged } from '@renderer/lib/trpc';
import { uuidv7 } from '@renderer/lib/uuid';
import type { EntityName } from '@shared/entities/registry';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Autosave, type SaveState, type Settling } from './autosave';

/** What a draft holds of each field. */
export type DraftValue = string | number | null;

/** Typing is sent when it rests this long; a rating goes at once. */
const REST_MS = 900;

export interface RecordDraft<V extends { readonly [K in keyof V]: DraftValue }> {
  readonly values: Readonly<V>;
  readonly state: SaveState;
  /** Takes a change; `now` sends it at once instead of when typing rests. */
  change(values: Partial<V>, when?: 'now' | 'rest'): void;
  /** Sends what waits; resolves when it is committed or needs the person. */
  flush(): Promise<void>;
  /** The person's choice where somebody else changed the same fields. */
  settle(choice: Settling): Promise<void>;
  /** Gives up what could not be saved and shows the record as the server has it. */
  discard(): void;
  readonly unsaved: () => boolean;
}

/** The draft without its fields, for what only tells how saving goes. */
export type AnyDraft = Pick<RecordDraft<Record<string, DraftValue>>, 'state' | 'flush' | 'settle' | 'discard' | 'unsaved'>;

export interface DraftOptions<V> {
  readonly entity: EntityName;
  readonly row: Readonly<Record<string, unknown>> & { readonly id: string; readonly rowVersion: number };
  /** What the record says in the fields of the draft. */
  readonly stored: V;
  /** Entities whose records follow from this one. */
  readonly alsoChanged?: readonly EntityName[];
  /** Typing is sent when it rests this long, in milliseconds; long texts rest longer, for each save keeps what was before. */
  readonly restMs?: number;
}

/** One draft for one record; the page gives each record its own by key. */
export function useRecordDraft<V extends { readonly [K in keyof V]: DraftValue }>(options: DraftOptions<V>): RecordDraft<V> {
  const { entity, row, stored, restMs = REST_MS } = options;
  const [typed, setTyped] = useState<Partial<V>>({});
  const [state, setState] = useState<SaveState>({ kind: 'clean' });
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const also = useRef(options.alsoChanged ?? []);
  const [autosave] = useState(
    () =>
      new Autosave({
        entity,
        row,
        newId: () => uuidv7(),
        now: () => new Date(),
        send: applyOperation,
        onState: setState,
        onSaved: () => void recordsChanged(also.current),
      }),
  );

  useEffect(() => {
    if (autosave.unsaved) return;
    autosave.refresh(row);
    setTyped({});
  }, [autosave, row]);

  const flush = useCallback(() => {
    clearTimeout(timer.current);
    return autosave.flush();
  }, [autosave]);

  // what was typed last must not die with the screen
  useEffect(() => () => void flush(), [flush]);

  const change = useCallback<RecordDraft<V>['change']>(
    (values, when = 'rest') => {
      setTyped((before) => ({ ...before, ...values }));
      const given: Record<string, DraftValue> = {};
      for (const [field, value] of Object.entries<DraftValue | undefined>(values)) if (value !== undefined) given[field] = value;
      autosave.change(given);
      clearTimeout(timer.current);
      if (when === 'now') void autosave.flush();
      else timer.current = setTimeout(() => void autosave.flush(), restMs);
    },
    [autosave, restMs],
  );

  const discard = useCallback(() => {
    clearTimeout(timer.current);
    autosave.discard();
    setTyped({});
    void recordsChanged([entity]);
  }, [autosave, entity]);

  const settle = useCallback(
    async (choice: Settling) => {
      if (typeof choice !== 'string') setTyped((before) => ({ ...before, ...choice }));
      if (state.kind === 'conflict' && choice === 'theirs') {
        const fields = new Set(state.result.conflicts.map((one) => one.field));
        setTyped((before) => Object.fromEntries(Object.entries(before).filter(([field]) => !fields.has(field))) as Partial<V>);
      }
      await autosave.settle(choice);
      await recordsChanged([entity]);
    },
    [autosave, entity, state],
  );

  const values = useMemo(() => ({ ...stored, ...typed }), [stored, typed]);
  return { values, state, change, flush, settle, discard, unsaved: () => autosave.unsaved };
}
