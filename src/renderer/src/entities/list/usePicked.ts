/** The cursor of a list and what is selected in it. Another question begins at its top, with nothing selected. */
import { useEffect, useState } from 'react';
import { NONE, type Selection, toggled, withRange } from './selection';
import type { ListQuestion, PagedRows, RowRange } from './usePagedRows';

export interface Picked {
  readonly cursor: number;
  readonly setCursor: (line: number) => void;
  readonly selection: Selection;
  /** All that the question means is selected, beyond the rows that were seen. */
  readonly everything: boolean;
  /** How many records are selected. */
  readonly count: number;
  /** Takes the row of a line, or lets it go; with `extend` all from the last one on. */
  readonly toggle: (line: number, extend: boolean) => void;
  /** The rows of this range and no others. */
  readonly take: (range: RowRange) => void;
  readonly takeAll: () => void;
  readonly letGo: () => void;
  /** After something was done with them: these stay selected. */
  readonly keep: (ids: readonly string[]) => void;
}

export function usePicked(question: ListQuestion, rows: PagedRows): Picked {
  const [cursor, setCursor] = useState(0);
  const [anchor, setAnchor] = useState(0);
  const [selection, setSelection] = useState<Selection>(NONE);
  const [everything, setEverything] = useState(false);
  useEffect(() => {
    void question;
    setCursor(0);
    setAnchor(0);
    setSelection(NONE);
    setEverything(false);
  }, [question]);
  useEffect(() => {
    if (rows.lines > 0 && cursor >= rows.lines) setCursor(rows.lines - 1);
  }, [rows.lines, cursor]);
  return {
    cursor,
    setCursor,
    selection,
    everything,
    count: everything ? rows.total : selection.size,
    toggle(line, extend) {
      const row = rows.rowAt(line);
      if (row === undefined) return;
      setEverything(false);
      setSelection((old) => (extend ? withRange(old, anchor, line, rows.rowAt) : toggled(old, row)));
      setAnchor(line);
    },
    take: (range) => setSelection(withRange(NONE, range.first, range.last, rows.rowAt)),
    takeAll: () => setEverything(true),
    letGo() {
      setSelection(NONE);
      setEverything(false);
    },
    keep(ids) {
      setEverything(false);
      setSelection((old) => new Map([...old].filter(([id]) => ids.includes(id))));
    },
  };
}
