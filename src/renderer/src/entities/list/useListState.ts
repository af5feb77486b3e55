/** The state of a list in the address, and the wishes that live on this laptop: columns and density. */
import type { EntityDefinition } from '@shared/entities/define';
import type { AppSettings } from '@shared/wire/app';
import { useCallback, useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import { saveSettings, useSettings } from '../../lib/settings';
import { defaultColumns, loadColumns, saveColumns } from './columns';
import { type ListState, readListState, writeListState } from './query';

/** Height of a row in pixels, as in tokens.css. */
export const ROW_HEIGHTS: Readonly<Record<AppSettings['density'], number>> = { compact: 27, standard: 31, relaxed: 39 };

export function useListState(definition: EntityDefinition): readonly [ListState, (patch: Partial<ListState>) => void] {
  const [params, setParams] = useSearchParams();
  const state = useMemo(() => readListState(definition, params), [definition, params]);
  const change = useCallback(
    (patch: Partial<ListState>) =>
      setParams((old) => writeListState(definition, { ...readListState(definition, old), ...patch }), { replace: true }),
    [definition, setParams],
  );
  return [state, change];
}

export interface Columns {
  readonly shown: readonly string[];
  readonly set: (columns: readonly string[]) => void;
  /** Back to the columns of the definition. */
  readonly reset: () => void;
}

export function useColumns(definition: EntityDefinition): Columns {
  const [shown, setShown] = useState(() => loadColumns(definition, window.localStorage));
  return {
    shown,
    set: (columns) => {
      saveColumns(definition, columns, window.localStorage);
      setShown(columns);
    },
    reset: () => {
      saveColumns(definition, null, window.localStorage);
      setShown(defaultColumns(definition));
    },
  };
}

export interface Density {
  readonly value: AppSettings['density'];
  readonly rowHeight: number;
  readonly set: (density: AppSettings['density']) => void;
}

export function useDensity(): Density {
  const { density } = useSettings();
  return { value: density, rowHeight: ROW_HEIGHTS[density], set: (next) => void saveSettings({ density: next }) };
}
