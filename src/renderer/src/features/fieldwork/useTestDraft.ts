/** The draft of a control test: what an auditor writes on the sheet. */
import type { EntityRow } from '@shared/entities/registry';
import { useMemo } from 'react';
import { type RecordDraft, useRecordDraft } from '../drafts/useRecordDraft';

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
export type TestDraft = RecordDraft<DraftValues>;

/** One draft for one test; the page gives each test its own by key. */
export function useTestDraft(row: EntityRow<'controlTests'>): TestDraft {
  const { procedure, designEffectiveness, designNotes, operatingEffectiveness, operatingNotes, testNotes } = row;
  const stored = useMemo(
    () => ({ procedure, designEffectiveness, designNotes, operatingEffectiveness, operatingNotes, testNotes }),
    [procedure, designEffectiveness, designNotes, operatingEffectiveness, operatingNotes, testNotes],
  );
  // the control's last result follows from its tests
  return useRecordDraft<DraftValues>({ entity: 'controlTests', row, stored, alsoChanged: ['controls'] });
}
