/** What stands above the rows of a list: find and filters at the left, how many there are and how they are shown at the right. */
import type { Entity } from '@shared/entities/define';
import type { RefObject } from 'react';
import { formatNumber } from '../../lib/format';
import type { Names } from '../values/text';
import { ColumnChooser } from './ColumnChooser';
import { DensityMenu } from './DensityMenu';
import type { AlternativeView } from './extras';
import { FilterBar } from './FilterBar';
import { GroupMenu } from './GroupMenu';
import css from './ListPage.module.css';
import { LookSwitch } from './OtherView';
import type { ListState } from './query';
import type { Columns, Density } from './useListState';
import type { PagedRows } from './usePagedRows';

export interface ListToolsProps {
  readonly definition: Entity;
  readonly state: ListState;
  readonly names: Names;
  readonly rows: PagedRows;
  /** Records without any filter; undefined while they are counted. */
  readonly all: number | undefined;
  readonly columns: Columns;
  readonly density: Density;
  readonly looks: readonly AlternativeView[];
  /** The look that is open; empty for the rows. */
  readonly look: string;
  readonly findBox: RefObject<HTMLInputElement | null>;
  readonly adding: boolean;
  readonly onAdding: (adding: boolean) => void;
  readonly onChange: (patch: Partial<ListState>) => void;
  readonly onFoldAll: (open: boolean) => void;
}

export function ListTools(props: ListToolsProps) {
  const { definition, state, names, rows, all, columns, density, looks, look, findBox, adding, onAdding, onChange } = props;
  return (
    <>
      <FilterBar
        definition={definition}
        state={state}
        names={names}
        onChange={onChange}
        findBox={findBox}
        adding={adding}
        onAdding={onAdding}
      />
      <div className={css.end}>
        <span className={css.count} data-testid="list-count" aria-live="polite">
          {rows.more ? 'more than ' : null}
          <strong>{formatNumber(rows.total)}</strong>
          {all !== undefined && !state.archived && all !== rows.total ? ` of ${formatNumber(all)}` : null}
        </span>
        <LookSwitch views={looks} value={look} onChange={(next) => onChange({ look: next })} />
        <GroupMenu definition={definition} by={state.by} onChange={(by) => onChange({ by })} onFoldAll={props.onFoldAll} />
        <ColumnChooser definition={definition} columns={columns} />
        <DensityMenu density={density} />
      </div>
    </>
  );
}
