/** The list of any entity: views, find and filters, rows and groups, preview, bulk bar, and the keys that drive them. */
import type { Entity } from '@shared/entities/define';
import type { Field } from '@shared/entities/fields';
import type { EntityName } from '@shared/entities/registry';
import type { BulkInput } from '@shared/wire/lists';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { ErrorState } from '../../components/ErrorState';
import { OfflineNote } from '../../components/OfflineNote';
import { Page } from '../../components/Page';
import { SkeletonRows } from '../../components/Skeleton';
import { LIST_EXTRAS } from '../../domains/listExtras';
import { useConnection } from '../../lib/connection';
import { formatTime } from '../../lib/format';
import { useRights } from '../../lib/rights';
import { useWorkspace } from '../../lib/session';
import { countsOptions } from '../api';
import { DOMAIN_LABELS, detailPath, editPath, importPath, listPath, newPath, OSCAL_IMPORT_PATH } from '../paths';
import { jsonValue } from '../rows';
import { BULK_BAR_HEIGHT, BulkBar } from './BulkBar';
import { BulkDialog } from './BulkDialog';
import { arrangeColumns } from './columns';
import { EmptyList } from './EmptyList';
import { ExportDialog } from './ExportDialog';
import { ExtraActions } from './ExtraActions';
import { extrasFor, type ListPlace } from './extras';
import { Grid } from './Grid';
import { groupId } from './groups';
import { comesInCatalogues, ListActions } from './ListActions';
import css from './ListPage.module.css';
import { ListTools } from './ListTools';
import { OtherView } from './OtherView';
import { PreviewPane } from './PreviewPane';
import { activeSort, nextSort, toQuery, viewOf } from './query';
import { brokenParts, useSavedCounts, useSavedViews } from './savedViews';
import { movedCursor } from './selection';
import { trailState } from './trail';
import { useFileDrop } from './useFileDrop';
import { useListKeys } from './useListKeys';
import { useGrouping, useListNames } from './useListNames';
import { useColumns, useDensity, useListState } from './useListState';
import { type RowRange, usePagedRows } from './usePagedRows';
import { usePicked } from './usePicked';
import { ViewBar } from './ViewBar';

const NONE_CLOSED: ReadonlySet<string> = new Set();

export function EntityList({ name, definition }: { readonly name: EntityName; readonly definition: Entity }) {
  const navigate = useNavigate();
  const rights = useRights(name);
  const workspace = useWorkspace();
  const connection = useConnection();
  const [state, change] = useListState(definition);
  const columns = useColumns(definition, state.columns, (next) => change({ columns: next }));
  const density = useDensity();
  const [range, setRange] = useState<RowRange>({ first: 0, last: 40 });
  const [closed, setClosed] = useState<ReadonlySet<string>>(NONE_CLOSED);
  const [preview, setPreview] = useState(false);
  const [adding, setAdding] = useState(false);
  const [exporting, setExporting] = useState(false);
  const [changing, setChanging] = useState<readonly [string, Field] | null>(null);
  const findBox = useRef<HTMLInputElement>(null);

  const query = useMemo(() => toQuery(definition, state), [definition, state]);
  const grouping = useGrouping(definition, state.by, closed);
  const rows = usePagedRows(name, query, range, grouping);
  const picked = usePicked(query, rows);
  const { cursor, setCursor, selection, everything, letGo, toggle } = picked;
  const counts = useQuery(countsOptions(name));
  const saved = useSavedViews(name);
  const savedCounts = useSavedCounts(name, saved);
  const names = useListNames(definition, rows.labels, state.filters);
  const shown = useMemo(() => arrangeColumns(definition, columns.shown), [definition, columns.shown]);
  const current = rows.rowAt(cursor);
  const line = rows.lines > 0 ? rows.lineAt(cursor) : null;
  const openView = saved.find((each) => each.key === state.view) ?? null;
  const view = openView === null ? viewOf(definition, state.view) : { key: openView.key, label: openView.name, filter: [] };
  const broken = openView === null ? [] : brokenParts(definition, openView);
  const extras = useMemo(() => extrasFor(LIST_EXTRAS, name, workspace?.functions ?? []), [name, workspace?.functions]);
  const other = extras.views.find((each) => each.key === state.look);
  const selected = picked.count;
  const place: ListPlace = {
    ...{ name, definition, query, total: rows.total, selected: [...selection.values()] },
    go: (path) => void navigate(path),
  };
  const drop = useFileDrop(
    extras.actions.some(({ key }) => key === 'import-rows') ? importPath(name) : null,
    (path) => void navigate(path),
  );
  const isFiltered = state.filters.length > 0 || state.search !== '' || state.archived;

  useEffect(() => {
    void state.by;
    setClosed(NONE_CLOSED);
    setCursor(0);
  }, [state.by, setCursor]);

  const fold = (key: string | null, open: boolean) => {
    const next = new Set(closed);
    if (open) next.delete(groupId(key));
    else next.add(groupId(key));
    setClosed(next);
  };
  const isOpen = (key: string | null) => !closed.has(groupId(key));
  const open = useCallback(
    (index: number) => {
      const row = rows.rowAt(index);
      const at = rows.placeOf(index);
      if (row === undefined || at === null) return;
      const trail = { query: at.query, index: at.index, total: at.total };
      void navigate(detailPath(name, row.id), { state: trailState(trail) });
    },
    [name, navigate, rows],
  );
  const edit = () => current !== undefined && rights.update && void navigate(editPath(name, current.id));
  const create = () => void navigate(newPath(name));
  const leave = () => {
    if (selected > 0) letGo();
    else if (preview) setPreview(false);
    else return false;
    return true;
  };
  const act = (run: () => void) => () => {
    if (line?.kind === 'group') fold(line.group.key, !line.open);
    else run();
  };
  const bulkTarget = (field: string): BulkInput['target'] =>
    everything
      ? { query: { filter: query.filter, search: query.search, archived: query.archived }, expected: rows.total }
      : {
          items: [...selection.values()].map((row) => ({ id: row.id, baseVersion: row.rowVersion, base: jsonValue(row[field]) })),
        };

  useListKeys(definition, {
    total: rows.lines,
    cursor,
    mayCreate: rights.create,
    mayUpdate: rights.update,
    onMove: (by) => setCursor(movedCursor(cursor, by, rows.lines)),
    onTo: (index) => setCursor(movedCursor(index, 0, rows.lines)),
    onToggle: act(() => toggle(cursor, false)),
    onPreview: act(() => setPreview(!preview)),
    onOpen: act(() => open(cursor)),
    onEdit: edit,
    onNew: create,
    onImport: rights.create && comesInCatalogues(name) ? () => void navigate(OSCAL_IMPORT_PATH) : null,
    onFold: line?.kind === 'group' ? (wide) => fold(line.group.key, wide) : null,
    onFilter: () => setAdding(true),
    onFind: () => findBox.current?.focus(),
    onLeave: leave,
  });

  const all = counts.data?.[definition.list.views[0]?.key ?? 'all'];
  const isEmpty = !rows.loading && rows.error === null && rows.total === 0;
  const isBare = isEmpty && !isFiltered && openView === null;
  return (
    <Page
      title={definition.label.many}
      crumbs={[
        { label: DOMAIN_LABELS[definition.domain] },
        { label: definition.label.many, to: view.key === 'all' ? undefined : listPath(name) },
        ...(view.key === 'all' ? [] : [{ label: view.label }]),
      ]}
      flush
      actions={
        <ListActions
          extras={<ExtraActions actions={extras.actions.filter((each) => each.at === 'head')} place={place} />}
          name={name}
          definition={definition}
          mayCreate={rights.create}
          canExport={rows.total > 0}
          onExport={() => {
            letGo();
            setExporting(true);
          }}
          onNew={create}
        />
      }
      tabs={
        <ViewBar
          name={name}
          definition={definition}
          state={state}
          columns={shown}
          saved={saved}
          counts={{ ...counts.data, ...savedCounts }}
          onOpen={change}
        />
      }
      toolbar={
        isBare && rows.total === 0 ? undefined : (
          <ListTools
            definition={definition}
            state={state}
            names={names}
            rows={rows}
            all={all}
            columns={columns}
            density={density}
            looks={extras.views}
            look={other?.key ?? ''}
            findBox={findBox}
            adding={adding}
            onAdding={setAdding}
            onChange={change}
            onFoldAll={(wide) => setClosed(wide ? NONE_CLOSED : new Set(rows.groupKeys.map(groupId)))}
          />
        )
      }
      side={
        preview && rows.total > 0 ? (
          <PreviewPane
            name={name}
            definition={definition}
            row={current}
            names={names}
            place={rows.placeOf(cursor)?.index ?? 0}
            total={rows.placeOf(cursor)?.total ?? rows.total}
            mayUpdate={rights.update}
            onMove={(by) => setCursor(movedCursor(cursor, by, rows.lines))}
            onOpen={() => open(cursor)}
            onEdit={edit}
            onClose={() => setPreview(false)}
          />
        ) : undefined
      }
    >
      <div className={css.frame} data-over={drop.over || undefined} {...drop.handlers}>
        {broken.length > 0 ? (
          <p className={css.broken} role="status">
            This view asks for what the list does not have any more: {broken.join(', ')}. The rest of it is shown. Save it anew to
            be rid of this line.
          </p>
        ) : null}
        {rows.moreGroups ? (
          <p className={css.broken} role="status">
            There are more than a thousand groups; the first thousand are shown. Filter the list to reach the rest.
          </p>
        ) : null}
        {rows.total > 0 || !isBare ? (
          <OfflineNote
            flush
            connection={connection}
            note={rows.readAt > 0 ? `These rows are of ${formatTime(new Date(rows.readAt).toISOString())}.` : undefined}
          />
        ) : null}
        {rows.error !== null ? (
          <ErrorState error={rows.error} onRetry={rows.retry} />
        ) : rows.loading ? (
          <SkeletonRows rows={14} label={`${definition.label.many} are read`} />
        ) : isEmpty ? (
          <EmptyList
            name={name}
            definition={definition}
            view={view}
            filtered={isFiltered}
            mayCreate={rights.create}
            onNew={create}
            onImport={() => void navigate(OSCAL_IMPORT_PATH)}
            onClear={() => change({ filters: [], search: '', archived: false })}
            onAll={() => change({ view: definition.list.views[0]?.key ?? 'all' })}
          />
        ) : other !== undefined ? (
          <OtherView view={other} place={place} onOpen={(id) => void navigate(detailPath(name, id))} />
        ) : (
          <div className={css.rows}>
            <Grid
              key={JSON.stringify([query, state.by])}
              definition={definition}
              columns={shown}
              rows={rows}
              names={names}
              rowHeight={density.rowHeight}
              cursor={cursor}
              selection={selection}
              everything={everything}
              sort={activeSort(definition, state)}
              covered={selected > 0 ? BULK_BAR_HEIGHT : 0}
              grouping={grouping}
              widths={columns.widths}
              onWidth={columns.setWidth}
              onGroup={(key) => fold(key, !isOpen(key))}
              onSort={(field) => change({ sort: nextSort(definition, state, field) })}
              onRange={setRange}
              onCursor={setCursor}
              onOpen={open}
              onToggle={toggle}
              onToggleAll={() => (selected > 0 ? letGo() : picked.take(range))}
            />
            {selected > 0 ? (
              <BulkBar
                definition={definition}
                selected={selected}
                total={rows.more ? selected : rows.total}
                mayUpdate={rights.update && !state.archived}
                extras={<ExtraActions actions={extras.actions.filter((each) => each.at === 'selection')} place={place} subtle />}
                onChange={setChanging}
                onSelectAll={picked.takeAll}
                onExport={() => setExporting(true)}
                onClear={letGo}
              />
            ) : null}
          </div>
        )}
        {exporting ? (
          <ExportDialog
            name={name}
            definition={definition}
            query={query}
            columns={shown}
            by={state.by}
            view={view.label}
            total={rows.total}
            ids={everything || selection.size === 0 ? null : [...selection.keys()]}
            onClose={() => setExporting(false)}
          />
        ) : null}
        {changing === null ? null : (
          <BulkDialog
            name={name}
            definition={definition}
            field={changing}
            target={bulkTarget(changing[0])}
            total={selected}
            onClose={() => setChanging(null)}
            onDone={(left) => {
              setChanging(null);
              picked.keep(left);
            }}
          />
        )}
      </div>
    </Page>
  );
}
