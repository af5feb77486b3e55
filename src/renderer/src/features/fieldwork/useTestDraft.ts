/** What stands in a test's fields while somebody works on it: the record's values with what was typed on top, saved as it goes. */
import { applyOperation } from '@renderer/entities/api';
import { recordsChanged } from '@renderer/lib/trpc';
import { uuidv7 } from '@renderer/lib/uuid';
import type { EntityRow } from '@shared/entities/registry';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Autosave, type SaveState, type Values } from './autosave';

const FIELDS = [
  'procedure',
  'designEffectiveness',
  'designNotes',
  'operatingEffectiveness',
  'operatingNotes',
  'testNotes',
] as const;
export type DraftField = (typeof FIELDS)[number];
export type DraftValues = Readonly<Record<DraftField, string | null>>;

/** Typing is sent when it rests this long; a rating goes at once. */
const REST_MS = 900;

export interface TestDraft {
  readonly values: DraftValues;
  readonly state: SaveState;
  /** Takes a change; `now` sends it at once instead of when typing rests. */
  change(values: Partial<Record<DraftField, string | null>>, when?: 'now' | 'rest'): void;
  /** Sends what waits; resolves when it is committed or needs the person. */
  flush(): Promise<void>;
  /** Gives up what could not be saved and shows the record as the server has it. */
  discard(): void;
  readonly unsaved: () => boolean;
}

function pick(row: EntityRow<'controlTests'>): DraftValues {
  return {
    procedure: row.procedure,
    designEffectiveness: row.designEffectiveness,
    designNotes: row.designNotes,
    operatingEffectiveness: row.operatingEffectiveness,
    operatingNotes: row.operatingNotes,
    testNotes: row.testNotes,
  };
}

/** One draft for one test; the page gives each test its own by key. */
export function useTestDraft(row: EntityRow<'controlTests'>): TestDraft {
  const [typed, setTyped] = useState<Partial<Record<DraftField, string | null>>>({});
  const [state, setState] = useState<SaveState>({ kind: 'clean' });
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [autosave] = useState(
    () =>
      new Autosave({
        entity: 'controlTests',
        row,
        newId: () => uuidv7(),
        now: () => new Date(),
        send: applyOperation,
        onState: setState,
        // the control's last result follows from its tests
        onSaved: () => void recordsChanged(['controls']),
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

  const change = useCallback<TestDraft['change']>(
    (values, when = 'rest') => {
      setTyped((before) => ({ ...before, ...values }));
      autosave.change(values satisfies Partial<Values> as Values);
      clearTimeout(timer.current);
      if (when === 'now') void autosave.flush();
      else timer.current = setTimeout(() => void autosave.flush(), REST_MS);
    },
    [autosave],
  );

  const discard = useCallback(() => {
    clearTimeout(timer.current);
    autosave.discard();
    setTyped({});
    void recordsChanged(['controlTests']);
  }, [autosave]);

  const values = useMemo(() => ({ ...pick(row), ...typed }), [row, typed]);
  return { values, state, change, flush, discard, unsaved: () => autosave.unsaved };
}
