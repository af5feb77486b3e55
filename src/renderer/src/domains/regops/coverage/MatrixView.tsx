/** The matrix with its tools: filter by standing, find, fold all, and beside it the words of the current cell. */
import { Button, TextInput } from '@mantine/core';
import type { Matrix } from '@shared/wire/matrix';
import { useMemo, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { Icon } from '../../../components/Icon';
import { KeyCap } from '../../../components/KeyCap';
import { detailPath } from '../../../entities/paths';
import { toCsv } from '../../../lib/csv';
import { formatNumber } from '../../../lib/format';
import { useShortcuts } from '../../../lib/use-shortcuts';
import { ChoiceChips } from './ChoiceChips';
import css from './Coverage.module.css';
import grid from './Matrix.module.css';
import { cellWords, MatrixGrid, type Place, STANDING_WORDS } from './MatrixGrid';
import { drawMatrix, type MatrixFilter } from './matrixModel';

export interface MatrixViewProps {
  readonly matrix: Matrix;
  /** Takes the text of a CSV of what is seen. */
  readonly onExport: (text: string) => void;
}

const NO_FAMILY: ReadonlySet<string> = new Set();

export function MatrixView({ matrix, onExport }: MatrixViewProps) {
  const navigate = useNavigate();
  const box = useRef<HTMLInputElement>(null);
  const [filter, setFilter] = useState<MatrixFilter>('all');
  const [find, setFind] = useState('');
  const [foldedRows, setFoldedRows] = useState(NO_FAMILY);
  const [foldedColumns, setFoldedColumns] = useState(NO_FAMILY);
  const [place, setPlace] = useState<Place>({ row: 0, column: -1 });
  const words = find.trim().toLowerCase();
  const drawn = useMemo(
    () => drawMatrix(matrix, { filter, find: words, foldedRows, foldedColumns }),
    [matrix, filter, words, foldedRows, foldedColumns],
  );
  const fold = (axis: 'rows' | 'columns', family: string, folded: boolean) =>
    (axis === 'rows' ? setFoldedRows : setFoldedColumns)((old) => {
      const next = new Set(old);
      if (folded) next.add(family);
      else next.delete(family);
      return next;
    });
  const foldAll = (folded: boolean) => {
    setFoldedRows(folded ? new Set(matrix.rows.map((row) => row.family)) : NO_FAMILY);
    setFoldedColumns(folded ? new Set(matrix.columns.map((column) => column.family)) : NO_FAMILY);
    setPlace({ row: 0, column: -1 });
  };
  const saveCsv = () => {
    const rows = drawn.rows.filter((line) => line.item !== null || line.folded);
    const columns = drawn.columns.filter((line) => line.item !== null || line.folded);
    onExport(
      toCsv(
        ['Requirement', 'Title', 'Standing', ...columns.map((column) => column.label)],
        rows.map((row) => [
          row.label,
          row.title,
          STANDING_WORDS[drawn.standingOf(row)],
          ...columns.map((column) => {
            const cell = drawn.cellAt(row, column);
            if (cell.count === 0) return null;
            return cell.cell === null
              ? `${cell.count} mapped, ${STANDING_WORDS[cell.standing]}`
              : `${cell.cell.relation} ${cell.cell.strength}, ${STANDING_WORDS[cell.standing]}`;
          }),
        ]),
      ),
    );
  };
  useShortcuts('Coverage', [
    { keys: '/', label: 'Find a requirement or control', hint: 'find', run: () => box.current?.focus() },
    { keys: 'Ctrl+E', label: 'Export as CSV', run: saveCsv },
  ]);
  const [row, column] = [drawn.rows[place.row], drawn.columns[place.column]];
  const { counts } = drawn;
  return (
    <div className={css.view}>
      <div className={css.tools}>
        <ChoiceChips
          label="Which requirements"
          value={filter}
          onChange={(next) => {
            setFilter(next);
            setPlace({ row: 0, column: -1 });
          }}
          choices={[
            { value: 'all', label: `All ${formatNumber(matrix.rows.length)}` },
            { value: 'gaps', label: `Gaps ${formatNumber(counts.gap)}` },
            { value: 'failing', label: `Failing ${formatNumber(counts.ineffective + counts.partial)}` },
            { value: 'untested', label: `Not tested ${formatNumber(counts.untested)}` },
          ]}
        />
        <TextInput
          ref={box}
          className={css.find}
          type="search"
          leftSection={<Icon name="search" />}
          rightSection={<KeyCap keys="/" />}
          placeholder="Requirement or control"
          aria-label="Find a requirement or control"
          value={find}
          onChange={(event) => setFind(event.currentTarget.value)}
        />
        <Button variant="subtle" onClick={() => foldAll(true)}>
          Fold all
        </Button>
        <Button variant="subtle" onClick={() => foldAll(false)}>
          Unfold all
        </Button>
        <Button variant="subtle" leftSection={<Icon name="export" />} onClick={saveCsv}>
          Export CSV
        </Button>
        <span className={grid.legend}>
          {(['effective', 'partial', 'ineffective', 'untested'] as const).map((standing) => (
            <span key={standing}>
              <span className={grid.fill} data-standing={standing}>
                =
              </span>
              {STANDING_WORDS[standing]}
            </span>
          ))}
        </span>
      </div>
      {drawn.rows.length === 0 ? (
        <p className={grid.none}>
          {filter === 'gaps' && words === '' ? 'No gaps: every requirement has a control.' : 'No requirement fits.'}
        </p>
      ) : (
        <MatrixGrid
          drawn={drawn}
          place={place}
          onPlace={setPlace}
          onFold={fold}
          onOpen={(line, at) => {
            const cell = at === null ? null : drawn.cellAt(line, at).cell;
            if (cell !== null) void navigate(detailPath('controlRequirements', cell.mappingId));
            else if (line.item !== null) void navigate(detailPath('requirements', line.item.id));
            else fold('rows', line.family, !line.folded);
          }}
        />
      )}
      <p className={css.foot} aria-live="polite">
        {row === undefined
          ? ''
          : column === undefined
            ? `${row.label} ${row.title}: ${STANDING_WORDS[drawn.standingOf(row)]}`
            : `${cellWords(row, column, drawn.cellAt(row, column))} · ${column.title}`}
      </p>
    </div>
  );
}
