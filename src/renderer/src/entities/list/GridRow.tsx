// biome-ignore-all lint/a11y/useSemanticElements: a table cannot hold a hundred thousand rows of which forty are there
/** The lines of a grid: a record, drawn again only when it or its place changed, or the head of a group. */
import type { Entity } from '@shared/entities/define';
import { memo } from 'react';
import { Icon } from '../../components/Icon';
import { OptionPill } from '../../components/Pill';
import type { GenericRow } from '../rows';
import { FieldValue } from '../values/FieldValue';
import type { Names } from '../values/text';
import css from './Grid.module.css';
import { groupCount, groupWords } from './groups';
import type { Grouping, Line } from './usePagedRows';

/** What a line does; the same functions at every drawing. */
export interface RowActs {
  readonly cursor: (index: number) => void;
  readonly open: (index: number) => void;
  readonly toggle: (index: number, extend: boolean) => void;
  readonly group: (key: string | null) => void;
}

interface LineProps {
  readonly definition: Entity;
  readonly names: Names;
  readonly id: string;
  readonly index: number;
  readonly top: number;
  readonly rowHeight: number;
  readonly current: boolean;
  readonly on: RowActs;
}

interface GroupHeadProps extends LineProps {
  readonly grouping: Grouping;
  readonly line: Extract<Line, { readonly kind: 'group' }>;
}

export function GroupHead({ definition, grouping, names, line, id, index, top, rowHeight, current, on }: GroupHeadProps) {
  const { group, open } = line;
  const { field } = grouping;
  const words = groupWords(field, group.key, names);
  const pill = field.kind === 'enum' && group.key !== null;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the list's, heard wherever the focus is
    <div
      id={id}
      role="row"
      className={css.group}
      tabIndex={-1}
      aria-rowindex={index + 2}
      data-current={current || undefined}
      data-group={group.key ?? ''}
      style={{ height: rowHeight, transform: `translateY(${top}px)` }}
      onClick={() => on.cursor(index)}
    >
      <span role="gridcell" aria-colindex={1} className={css.groupCell} tabIndex={-1}>
        <button
          type="button"
          className={css.fold}
          tabIndex={-1}
          aria-expanded={open}
          aria-label={`${words}, ${groupCount(definition, group.count)}`}
          onClick={() => {
            on.cursor(index);
            on.group(group.key);
          }}
        >
          <Icon name={open ? 'chevron-down' : 'chevron-right'} size={14} />
          {pill ? (
            <OptionPill options={field.options ?? []} value={String(group.key)} />
          ) : (
            <span className={css.groupName}>{words}</span>
          )}
          <span className={css.groupCount}>{groupCount(definition, group.count)}</span>
        </button>
      </span>
    </div>
  );
}

interface RowProps extends LineProps {
  readonly columns: readonly string[];
  readonly selectable: boolean;
  readonly row: GenericRow | undefined;
  readonly selected: boolean;
}

export const Row = memo(function Row(props: RowProps) {
  const { definition, columns, names, rowHeight, current, selected, selectable, id, index, top, row, on } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the list's (J, K, X, Enter), heard wherever the focus is
    <div
      id={id}
      role="row"
      className={css.row}
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={selectable ? selected : undefined}
      data-current={current || undefined}
      data-selected={selected || undefined}
      data-row-id={row?.id}
      style={{ height: rowHeight, transform: `translateY(${top}px)` }}
      onClick={() => on.cursor(index)}
      onDoubleClick={() => on.open(index)}
    >
      {selectable ? (
        <span className={css.pick} role="gridcell" aria-colindex={1} tabIndex={-1}>
          {row === undefined ? null : (
            <input
              type="checkbox"
              className={css.check}
              checked={selected}
              tabIndex={-1}
              aria-label={`Select ${rowName(definition, row)}`}
              onClick={(event) => {
                event.stopPropagation();
                on.toggle(index, event.shiftKey);
              }}
              onChange={() => undefined}
            />
          )}
        </span>
      ) : (
        <span aria-hidden="true" />
      )}
      {columns.map((key, at) => (
        <span
          key={key}
          className={css.cell}
          role="gridcell"
          aria-colindex={at + 2}
          tabIndex={-1}
          data-ref={key === definition.refField || undefined}
          data-right={definition.fields[key]?.kind === 'integer' || undefined}
        >
          {row === undefined ? (
            <span className={css.coming} aria-hidden="true" />
          ) : (
            <span className={css.text}>
              <FieldValue definition={definition} name={key} row={row} names={names} look="cell" />
            </span>
          )}
        </span>
      ))}
    </div>
  );
});

function rowName(definition: Entity, row: GenericRow): string {
  const ref = definition.refField === null ? null : row[definition.refField];
  return String(ref ?? row[definition.titleField] ?? definition.label.one);
}
