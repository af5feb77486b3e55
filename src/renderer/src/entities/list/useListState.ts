/** The state of a list in the address, and the wishes that live on this laptop: columns and density. */
import type { EntityDefinition } from '@shared/entities/define';
import type { AppSettings } from '@shared/wire/app';
import { useCallback, useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import { useMe, useWorkspace } from '../../lib/session';
import { saveSettings, useSettings } from '../../lib/settings';
import { type ColumnLayout, defaultLayout, loadLayout, saveLayout } from './columns';
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
  readonly widths: Readonly<Record<string, number>>;
  readonly set: (columns: readonly string[]) => void;
  /** Null: as wide as the definition has it. */
  readonly setWidth: (column: string, width: number | null) => void;
  /** Back to the columns of the definition. */
  readonly reset: () => void;
}

/** The person's own columns in this tenant, or those of the view that is open. */
export function useColumns(
  definition: EntityDefinition,
  ofView: readonly string[] | null,
  onView: (columns: readonly string[] | null) => void,
): Columns {
  const personId = useMe()?.id ?? '';
  const tenantId = useWorkspace()?.tenantId ?? '';
  const place = useMemo(() => ({ personId, tenantId }), [personId, tenantId]);
  const [layout, setLayout] = useState(() => loadLayout(definition, place, window.localStorage));
  const keep = (next: ColumnLayout | null) => {
    saveLayout(definition, place, next, window.localStorage);
    setLayout(next ?? defaultLayout(definition));
  };
  return {
    shown: ofView ?? layout.columns,
    widths: layout.widths,
    set: (columns) => (ofView === null ? keep({ ...layout, columns }) : onView(columns)),
    setWidth(column, width) {
      const widths = Object.fromEntries(Object.entries(layout.widths).filter(([key]) => key !== column));
      keep({ ...layout, widths: width === null ? widths : { ...widths, [column]: width } });
    },
    reset() {
      keep(null);
      if (ofView !== null) onView(null);
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
