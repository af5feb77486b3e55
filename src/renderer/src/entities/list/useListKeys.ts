/** The keys of a list (LOOK.md, Keys). */
import type { Entity } from '@shared/entities/define';
import { useShortcuts } from '../../lib/use-shortcuts';

const PAGE = 20;

export interface ListKeys {
  /** Lines of the grid, heads of groups included. */
  readonly total: number;
  readonly cursor: number;
  readonly mayCreate: boolean;
  readonly mayUpdate: boolean;
  readonly onMove: (by: number) => void;
  readonly onTo: (index: number) => void;
  readonly onToggle: () => void;
  readonly onPreview: () => void;
  readonly onOpen: () => void;
  readonly onEdit: () => void;
  readonly onNew: () => void;
  /** Null where nothing is imported. */
  readonly onImport: (() => void) | null;
  /** Null on the line of a record in a list without groups. */
  readonly onFold: ((open: boolean) => void) | null;
  readonly onFilter: () => void;
  readonly onFind: () => void;
  /** False where there was nothing to leave. */
  readonly onLeave: () => boolean;
}

export function useListKeys(definition: Entity, keys: ListKeys): void {
  const one = definition.label.one.toLowerCase();
  const rows = keys.total > 0;
  useShortcuts(definition.label.many, [
    { keys: ['J', 'ArrowDown'], label: 'Next row', hint: 'move', enabled: rows, repeat: true, run: () => keys.onMove(1) },
    { keys: ['K', 'ArrowUp'], label: 'Previous row', hint: 'move', enabled: rows, repeat: true, run: () => keys.onMove(-1) },
    { keys: 'PageDown', label: 'A page on', enabled: rows, repeat: true, run: () => keys.onMove(PAGE) },
    { keys: 'PageUp', label: 'A page back', enabled: rows, repeat: true, run: () => keys.onMove(-PAGE) },
    { keys: 'Home', label: 'First row', enabled: rows, run: () => keys.onTo(0) },
    { keys: 'End', label: 'Last row', enabled: rows, run: () => keys.onTo(keys.total - 1) },
    { keys: 'X', label: 'Select the row', hint: 'select', enabled: rows, run: keys.onToggle },
    { keys: 'Space', label: 'Preview', hint: 'preview', enabled: rows, run: keys.onPreview },
    { keys: 'Enter', label: 'Open the row', hint: 'open', enabled: rows, run: keys.onOpen },
    { keys: 'E', label: 'Edit the row', enabled: rows && keys.mayUpdate, run: keys.onEdit },
    { keys: 'N', label: `New ${one}`, hint: rows ? undefined : 'new', enabled: keys.mayCreate, run: keys.onNew },
    {
      keys: 'I',
      label: 'Import',
      hint: rows ? undefined : 'import',
      enabled: keys.onImport !== null,
      run: () => keys.onImport?.(),
    },
    {
      keys: 'ArrowLeft',
      label: 'Shut the group',
      enabled: keys.onFold !== null,
      run: () => keys.onFold?.(false),
    },
    {
      keys: 'ArrowRight',
      label: 'Open the group',
      enabled: keys.onFold !== null,
      run: () => keys.onFold?.(true),
    },
    { keys: 'F', label: 'Add a filter', run: keys.onFilter },
    { keys: '/', label: 'Find in this view', run: keys.onFind },
    { keys: 'Escape', label: 'Let go of the selection or the preview', run: keys.onLeave },
  ]);
}
