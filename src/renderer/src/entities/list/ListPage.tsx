/** The list of any entity: views, find and filters, rows, preview, bulk bar, and the keys that drive them. */
import { Button } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import type { EntityName } from '@shared/entities/registry';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { ErrorState } from '../../components/ErrorState';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { OfflineNote } from '../../components/OfflineNote';
import { Page, ViewTabs } from '../../components/Page';
import { SkeletonRows } from '../../components/Skeleton';
import { LIST_EXTRAS } from '../../domains/listExtras';
import { useConnection } from '../../lib/connection';
import { formatNumber, formatTime, todayHere } from '../../lib/format';
import { notify, notifyError } from '../../lib/notices';
import { useRights } from '../../lib/rights';
import { useWorkspace } from '../../lib/session';
import { countsOptions, entityApi } from '../api';
import { DOMAIN_LABELS, detailPath, editPath, importPath, newPath, OSCAL_IMPORT_PATH } from '../paths';
import { useNames, useTitles } from '../values/names';
import type { Names } from '../values/text';
import { BULK_BAR_HEIGHT, BulkBar } from './BulkBar';
import { ColumnChooser } from './ColumnChooser';
import { arrangeColumns } from './columns';
import { exportFileName } from './csv';
import { DensityMenu } from './DensityMenu';
import { EmptyList } from './EmptyList';
import { ExtraActions } from './ExtraActions';
import { download, EXPORT_LIMIT, readAll, rowsToCsv } from './exportRows';
import { extrasFor, type ListPlace } from './extras';
import { FilterBar } from './FilterBar';
import { Grid } from './Grid';
import css from './ListPage.module.css';
import { LookSwitch, OtherView } from './OtherView';
import { PreviewPane } from './PreviewPane';
import { activeSort, nextSort, toQuery, viewOf } from './query';
import { movedCursor, NONE, type Selection, toggled, withRange } from './selection';
import { type Trail, trailState } from './trail';
import { useFileDrop } from './useFileDrop';
import { useListKeys } from './useListKeys';
import { useColumns, useDensity, useListState } from './useListState';
import { type RowRange, usePagedRows } from './usePagedRows';

/** A change to more records than this at once is an import, not a click. */
const BULK_LIMIT = 2_000;

export function EntityList({ name, definition }: { readonly name: EntityName; readonly definition: Entity }) {
  const navigate = useNavigate();
  const rights = useRights(name);
  const workspace = useWorkspace();
  const connection = useConnection();
  const [state, change] = useListState(definition);
  const columns = useColumns(definition);
  const density = useDensity();
  const [range, setRange] = useState<RowRange>({ first: 0, last: 40 });
  const [cursor, setCursor] = useState(0);
  const [anchor, setAnchor] = useState(0);
  const [selection, setSelection] = useState<Selection>(NONE);
  const [preview, setPreview] = useState(false);
  const [adding, setAdding] = useState(false);
  const [busy, setBusy] = useState(false);
  const findBox = useRef<HTMLInputElement>(null);

  const query = useMemo(() => toQuery(definition, state), [definition, state]);
  const rows = usePagedRows(name, query, range);
  const counts = useQuery(countsOptions(name));
  const names = useListNames(definition, rows.labels, state.filters);
  const shown = arrangeColumns(definition, columns.shown);
  const current = rows.rowAt(cursor);
  const view = viewOf(definition, state.view);
  const extras = useMemo(() => extrasFor(LIST_EXTRAS, name, workspace?.functions ?? []), [name, workspace?.functions]);
  const other = extras.views.find((each) => each.key === state.look);
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
    // another question: begin at its top, with nothing selected
    void query;
    setCursor(0);
    setAnchor(0);
    setSelection(NONE);
  }, [query]);
  useEffect(() => {
    if (rows.total > 0 && cursor >= rows.total) setCursor(rows.total - 1);
  }, [rows.total, cursor]);

  const open = useCallback(
    (index: number) => {
      const row = rows.rowAt(index);
      const trail: Trail = { query, index, total: rows.total };
      if (row !== undefined) void navigate(detailPath(name, row.id), { state: trailState(trail) });
    },
    [name, navigate, query, rows],
  );
  const toggle = (index: number, extend: boolean) => {
    const row = rows.rowAt(index);
    if (row === undefined) return;
    setSelection((old) => (extend ? withRange(old, anchor, index, rows.rowAt) : toggled(old, row)));
    setAnchor(index);
  };
  const edit = () => current !== undefined && rights.update && void navigate(editPath(name, current.id));
  const create = () => void navigate(newPath(name));
  const leave = () => {
    if (selection.size > 0) setSelection(NONE);
    else if (preview) setPreview(false);
    else return false;
    return true;
  };
  const selectAll = async () => {
    setBusy(true);
    try {
      const all = await readAll(entityApi(name).list, query, BULK_LIMIT);
      setSelection(new Map(all.rows.map((row) => [row.id, row])));
      if (all.total > all.rows.length)
        notify({
          tone: 'attention',
          title: `The first ${formatNumber(BULK_LIMIT)} are selected`,
          text: 'Filter the list to reach the rest.',
        });
    } catch (error) {
      notifyError(error, 'The rows were not all read');
    } finally {
      setBusy(false);
    }
  };
  const exportRows = async () => {
    setBusy(true);
    try {
      const all = selection.size > 0 ? null : await readAll(entityApi(name).list, query, EXPORT_LIMIT);
      const chosen = all?.rows ?? [...selection.values()];
      const named: Names = { person: names.person, record: (id) => all?.labels[id] ?? names.record(id) };
      const fileName = exportFileName(workspace?.name ?? '', definition.label.many, todayHere());
      download(fileName, rowsToCsv(definition, shown, chosen, named));
      const cut = all !== null && all.total > chosen.length;
      notify({
        tone: cut ? 'attention' : 'good',
        title: `${formatNumber(chosen.length)} rows exported`,
        text: cut
          ? `The list holds ${all.more ? 'more than ' : ''}${formatNumber(all.total)}; filter it to reach the rest.`
          : fileName,
      });
    } catch (error) {
      notifyError(error, 'Nothing was exported');
    } finally {
      setBusy(false);
    }
  };

  useListKeys(definition, {
    total: rows.total,
    cursor,
    mayCreate: rights.create,
    mayUpdate: rights.update,
    onMove: (by) => setCursor(movedCursor(cursor, by, rows.total)),
    onTo: (index) => setCursor(movedCursor(index, 0, rows.total)),
    onToggle: () => toggle(cursor, false),
    onPreview: () => setPreview(!preview),
    onOpen: () => open(cursor),
    onEdit: edit,
    onNew: create,
    onImport: rights.create && comesInCatalogues(name) ? () => void navigate(OSCAL_IMPORT_PATH) : null,
    onFilter: () => setAdding(true),
    onFind: () => findBox.current?.focus(),
    onLeave: leave,
  });

  const all = counts.data?.[definition.list.views[0]?.key ?? 'all'];
  const isEmpty = !rows.loading && rows.error === null && rows.total === 0;
  const isBare = isEmpty && !isFiltered;
  return (
    <Page
      title={definition.label.many}
      crumbs={[
        { label: DOMAIN_LABELS[definition.domain] },
        { label: definition.label.many, to: view.key === 'all' ? undefined : '.' },
        ...(view.key === 'all' ? [] : [{ label: view.label }]),
      ]}
      flush
      actions={
        <Actions
          extras={<ExtraActions actions={extras.actions.filter((each) => each.at === 'head')} place={place} />}
          name={name}
          definition={definition}
          mayCreate={rights.create}
          busy={busy}
          canExport={rows.total > 0}
          onExport={() => void exportRows()}
          onNew={create}
        />
      }
      tabs={
        <ViewTabs
          label={`Views of ${definition.label.many.toLowerCase()}`}
          value={view.key}
          views={definition.list.views.map((each) => ({ key: each.key, label: each.label, count: counts.data?.[each.key] }))}
          onChange={(key) => change({ view: key })}
        />
      }
      toolbar={
        isBare && rows.total === 0 ? undefined : (
          <>
            <FilterBar
              definition={definition}
              state={state}
              names={names}
              onChange={change}
              findBox={findBox}
              adding={adding}
              onAdding={setAdding}
            />
            <div className={css.end}>
              <span className={css.count} data-testid="list-count" aria-live="polite">
                {rows.more ? 'more than ' : null}
                <strong>{formatNumber(rows.total)}</strong>
                {all !== undefined && !state.archived && all !== rows.total ? ` of ${formatNumber(all)}` : null}
              </span>
              <LookSwitch views={extras.views} value={other?.key ?? ''} onChange={(look) => change({ look })} />
              <ColumnChooser definition={definition} columns={columns} />
              <DensityMenu density={density} />
            </div>
          </>
        )
      }
      side={
        preview && rows.total > 0 ? (
          <PreviewPane
            name={name}
            definition={definition}
            row={current}
            names={names}
            place={cursor}
            total={rows.total}
            mayUpdate={rights.update}
            onMove={(by) => setCursor(movedCursor(cursor, by, rows.total))}
            onOpen={() => open(cursor)}
            onEdit={edit}
            onClose={() => setPreview(false)}
          />
        ) : undefined
      }
    >
      <div className={css.frame} data-over={drop.over || undefined} {...drop.handlers}>
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
              key={JSON.stringify(query)}
              definition={definition}
              columns={shown}
              rows={rows}
              names={names}
              rowHeight={density.rowHeight}
              cursor={cursor}
              selection={selection}
              sort={activeSort(definition, state)}
              covered={selection.size > 0 ? BULK_BAR_HEIGHT : 0}
              onSort={(field) => change({ sort: nextSort(definition, state, field) })}
              onRange={setRange}
              onCursor={setCursor}
              onOpen={open}
              onToggle={toggle}
              onToggleAll={() =>
                setSelection((old) => (old.size > 0 ? NONE : withRange(NONE, range.first, range.last, rows.rowAt)))
              }
            />
            {selection.size > 0 ? (
              <BulkBar
                definition={definition}
                selection={selection}
                total={rows.total}
                mayUpdate={rights.update}
                busy={busy}
                extras={<ExtraActions actions={extras.actions.filter((each) => each.at === 'selection')} place={place} subtle />}
                onSelectAll={() => void selectAll()}
                onExport={() => void exportRows()}
                onClear={() => setSelection(NONE)}
                onDone={(left) => setSelection((old) => new Map([...old].filter(([id]) => left.includes(id))))}
              />
            ) : null}
          </div>
        )}
      </div>
    </Page>
  );
}

/** Names of what the rows and the chips refer to. */
function useListNames(
  definition: Entity,
  labels: Readonly<Record<string, string>>,
  filters: ReturnType<typeof useListState>[0]['filters'],
): Names {
  const wanted: Record<string, string[]> = {};
  for (const filter of filters) {
    const target = definition.fields[filter.field]?.target;
    if (target === undefined) continue;
    const ids = (Array.isArray(filter.value) ? filter.value : [filter.value]).filter((id) => typeof id === 'string');
    wanted[target] = [...(wanted[target] ?? []), ...ids];
  }
  const titles = useTitles(wanted);
  return useNames(useMemo(() => ({ ...titles, ...labels }), [titles, labels]));
}

/** What a catalogue brings in. */
function comesInCatalogues(name: EntityName): boolean {
  return name === 'regulations' || name === 'requirements';
}

interface ActionsProps {
  readonly extras: ReactNode;
  readonly name: EntityName;
  readonly definition: Entity;
  readonly mayCreate: boolean;
  readonly busy: boolean;
  readonly canExport: boolean;
  readonly onExport: () => void;
  readonly onNew: () => void;
}

function Actions({ extras, name, definition, mayCreate, busy, canExport, onExport, onNew }: ActionsProps) {
  const navigate = useNavigate();
  const hasImport = mayCreate && comesInCatalogues(name);
  return (
    <>
      {extras}
      {hasImport ? (
        <Button leftSection={<Icon name="import" />} onClick={() => void navigate(OSCAL_IMPORT_PATH)}>
          Import
        </Button>
      ) : null}
      {canExport ? (
        <Button leftSection={<Icon name="download" />} onClick={onExport} loading={busy}>
          Export
        </Button>
      ) : null}
      {mayCreate ? (
        <Button
          variant="filled"
          leftSection={<Icon name="plus" />}
          rightSection={<KeyCap keys="N" on="action" />}
          onClick={onNew}
        >
          New {definition.label.one.toLowerCase()}
        </Button>
      ) : null}
    </>
  );
}
