/** All records of a relation, as virtual rows with the keys of a list. */
import { Button } from '@mantine/core';
import type { Children, Entity } from '@shared/entities/define';
import type { EntityName } from '@shared/entities/registry';
import { useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { EmptyState } from '../../components/EmptyState';
import { ErrorState } from '../../components/ErrorState';
import { Icon } from '../../components/Icon';
import { SkeletonRows } from '../../components/Skeleton';
import { formatNumber } from '../../lib/format';
import { useRights } from '../../lib/rights';
import { useShortcuts } from '../../lib/use-shortcuts';
import { Grid } from '../list/Grid';
import { movedCursor, NONE } from '../list/selection';
import { trailState } from '../list/trail';
import { useDensity } from '../list/useListState';
import { type RowRange, usePagedRows } from '../list/usePagedRows';
import { detailPath, newPath } from '../paths';
import { useNames } from '../values/names';
import { mayAdd } from './ChildrenCard';
import css from './ChildrenTab.module.css';

export interface ChildrenTabProps {
  readonly relation: Children;
  readonly name: EntityName;
  readonly entity: Entity;
  readonly parentId: string;
  readonly frozen: boolean;
}

export function ChildrenTab({ relation, name, entity, parentId, frozen }: ChildrenTabProps) {
  const navigate = useNavigate();
  const rights = useRights(name);
  const density = useDensity();
  const [range, setRange] = useState<RowRange>({ first: 0, last: 40 });
  const [cursor, setCursor] = useState(0);
  const [sort, setSort] = useState(entity.list.sort);
  const query = useMemo(
    () => ({
      filter: [{ field: relation.field, op: 'eq' as const, value: parentId }],
      search: '',
      sort: [...sort],
      archived: false,
    }),
    [relation.field, parentId, sort],
  );
  const rows = usePagedRows(name, query, range);
  const names = useNames(rows.labels);
  const columns = entity.list.columns.map((column) => column.field).filter((key) => key !== relation.field);
  const open = (index: number) => {
    const row = rows.rowAt(index);
    if (row !== undefined) void navigate(detailPath(name, row.id), { state: trailState({ query, index, total: rows.total }) });
  };
  const has = rows.total > 0;
  useShortcuts(relation.label, [
    {
      keys: ['J', 'ArrowDown'],
      label: 'Next row',
      hint: 'move',
      enabled: has,
      repeat: true,
      run: () => setCursor(movedCursor(cursor, 1, rows.total)),
    },
    {
      keys: ['K', 'ArrowUp'],
      label: 'Previous row',
      hint: 'move',
      enabled: has,
      repeat: true,
      run: () => setCursor(movedCursor(cursor, -1, rows.total)),
    },
    { keys: 'Enter', label: 'Open the row', hint: 'open', enabled: has, run: () => open(cursor) },
  ]);
  const add = mayAdd(entity, rights.create) && !frozen;
  const create = () => void navigate(newPath(name, { [relation.field]: parentId }));
  if (rows.error !== null) return <ErrorState error={rows.error} onRetry={rows.retry} />;
  if (rows.loading) return <SkeletonRows label={`${relation.label} are read`} />;
  const noun = entity.label.one.toLowerCase();
  if (!has) {
    return (
      <EmptyState
        icon={entity.icon}
        title={`No ${entity.label.many.toLowerCase()} here yet`}
        text={entity.purpose}
        starts={add ? [{ icon: 'plus', title: `New ${noun}`, run: create }] : []}
      />
    );
  }
  return (
    <div className={css.tab}>
      <div className={css.head}>
        <span className={css.count}>
          <strong>{formatNumber(rows.total)}</strong> {rows.total === 1 ? noun : entity.label.many.toLowerCase()}
        </span>
        {add ? (
          <Button leftSection={<Icon name="plus" />} onClick={create}>
            New {noun}
          </Button>
        ) : null}
      </div>
      <div className={css.rows}>
        <Grid
          definition={entity}
          columns={columns}
          rows={rows}
          names={names}
          rowHeight={density.rowHeight}
          cursor={cursor}
          selection={NONE}
          selectable={false}
          sort={sort}
          covered={0}
          onSort={(field) =>
            setSort((old) => [
              { field, dir: old[0]?.field === field && old[0].dir === 'asc' ? ('desc' as const) : ('asc' as const) },
            ])
          }
          onRange={setRange}
          onCursor={setCursor}
          onOpen={open}
          onToggle={() => undefined}
          onToggleAll={() => undefined}
        />
      </div>
    </div>
  );
}
