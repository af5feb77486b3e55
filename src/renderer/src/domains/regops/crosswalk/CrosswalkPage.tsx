/** The crosswalk of two regulations: both trees side by side, what is mapped, and what the words suggest. */
import { Button } from '@mantine/core';
import type { CrosswalkMapping } from '@shared/wire/crosswalk';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import { EmptyState } from '../../../components/EmptyState';
import { ErrorState } from '../../../components/ErrorState';
import { Icon } from '../../../components/Icon';
import { KeyCap } from '../../../components/KeyCap';
import { OfflineNote } from '../../../components/OfflineNote';
import { Page } from '../../../components/Page';
import { SkeletonRows } from '../../../components/Skeleton';
import { foundText, NO_NODES, type RequirementNode, requirementNodesOptions } from '../../../entities/detail/requirementNodes';
import { Screen } from '../../../entities/parts/Screen';
import { DOMAIN_LABELS } from '../../../entities/paths';
import { useTree } from '../../../entities/tree/useTree';
import { useConnection } from '../../../lib/connection';
import { download, exportFileName, toCsv } from '../../../lib/csv';
import { count, todayHere } from '../../../lib/format';
import { useRights } from '../../../lib/rights';
import { useWorkspace } from '../../../lib/session';
import { trpc } from '../../../lib/trpc';
import { useShortcuts } from '../../../lib/use-shortcuts';
import { type RegulationChoice, RegulationSelect, useRegulations } from '../RegulationSelect';
import css from './Crosswalk.module.css';
import { MappingDialog } from './MappingDialog';
import { MappingFileDialog } from './MappingFileDialog';
import { MappingPane } from './MappingPane';
import { RequirementSide } from './RequirementSide';

export function CrosswalkPage() {
  const regulations = useRegulations();
  const [params, setParams] = useSearchParams();
  const list = regulations.list;
  const [from, to] = sidesOf(list ?? [], params.get('from'), params.get('to'));
  const choose = (left: string | null, right: string | null) =>
    setParams({ ...(left === null ? {} : { from: left }), ...(right === null ? {} : { to: right }) }, { replace: true });
  const title = 'Crosswalk';
  const crumbs = [{ label: DOMAIN_LABELS.regops }, { label: title }];
  if (list === undefined) {
    return (
      <Screen>
        <Page title={title} crumbs={crumbs}>
          {regulations.error === null ? (
            <SkeletonRows label="Regulations are read" />
          ) : (
            <ErrorState error={regulations.error} onRetry={regulations.retry} />
          )}
        </Page>
      </Screen>
    );
  }
  if (from === null || to === null) {
    return (
      <Screen>
        <Page title={title} crumbs={crumbs}>
          <EmptyState
            icon="arrows-join"
            title="A crosswalk needs two regulations"
            text="It says which requirements of two regulations ask for the same, so that one answer serves both. Import a second catalogue first."
          />
        </Page>
      </Screen>
    );
  }
  return (
    <Screen>
      <Crosswalk key={`${from} ${to}`} list={list} from={from} to={to} onChoose={choose} />
    </Screen>
  );
}

/** The chosen sides, else the first two regulations in use. */
function sidesOf(list: readonly RegulationChoice[], from: string | null, to: string | null): [string | null, string | null] {
  const ids = [...list.filter(({ status }) => status === 'active'), ...list.filter(({ status }) => status !== 'active')].map(
    ({ id }) => id,
  );
  const left = from !== null && ids.includes(from) ? from : (ids.find((id) => id !== to) ?? null);
  const right = to !== null && ids.includes(to) && to !== left ? to : (ids.find((id) => id !== left) ?? null);
  return [left, right];
}

interface CrosswalkProps {
  readonly list: readonly RegulationChoice[];
  readonly from: string;
  readonly to: string;
  readonly onChoose: (from: string | null, to: string | null) => void;
}

type Asked =
  | {
      readonly what: 'map';
      readonly from: RequirementNode;
      readonly to: RequirementNode;
      readonly mapping: CrosswalkMapping | null;
      readonly hint: string | null;
    }
  | { readonly what: 'file' }
  | null;

function Crosswalk({ list, from, to, onChoose }: CrosswalkProps) {
  const rights = useRights('requirementMappings');
  const workspace = useWorkspace();
  const connection = useConnection();
  const leftNodes = useQuery(requirementNodesOptions(from));
  const rightNodes = useQuery(requirementNodesOptions(to));
  const mappings = useQuery(trpc.catalogs.crosswalk.queryOptions({ from, to }));
  const left = useTree(leftNodes.data ?? NO_NODES, foundText);
  const right = useTree(rightNodes.data ?? NO_NODES, foundText);
  const [asked, setAsked] = useState<Asked>(null);
  const marks = useMarks(mappings.data);
  const current = left.current === null ? undefined : left.tree.byId.get(left.current);
  const partner = right.current === null ? undefined : right.tree.byId.get(right.current);
  const own = useMemo(
    () => mappings.data?.filter((mapping) => mapping.fromId === left.current) ?? [],
    [mappings.data, left.current],
  );
  const between = own.find((mapping) => mapping.toId === partner?.id) ?? null;

  const map = (target: RequirementNode | undefined = partner, hint: string | null = null) => {
    if (current === undefined || target === undefined || !rights.create) return;
    setAsked({
      what: 'map',
      from: current,
      to: target,
      mapping: own.find((mapping) => mapping.toId === target.id) ?? null,
      hint,
    });
  };
  const show = (id: string) => {
    right.reveal(id);
    right.setCurrent(id);
  };
  /** The next assessed requirement at the left that has no mapping. */
  const nextOpen = () => {
    const nodes = (leftNodes.data ?? []).filter((node) => node.assessable);
    const at = nodes.findIndex((node) => node.id === left.current);
    const next = [...nodes.slice(at + 1), ...nodes.slice(0, at + 1)].find((node) => !marks.from.has(node.id));
    if (next === undefined) return;
    left.reveal(next.id);
    left.setCurrent(next.id);
  };
  const saveCsv = () => {
    const refs = (nodes: readonly RequirementNode[] | undefined) => new Map(nodes?.map((node) => [node.id, node.refId]));
    const [fromRefs, toRefs] = [refs(leftNodes.data), refs(rightNodes.data)];
    const rows = (mappings.data ?? []).map((mapping) => [
      fromRefs.get(mapping.fromId) ?? '',
      toRefs.get(mapping.toId) ?? '',
      mapping.relation,
      mapping.strength,
      mapping.rationale,
      mapping.source,
    ]);
    const header = ['source', 'target', 'relation', 'strength', 'rationale', 'said by'];
    download(exportFileName(workspace?.name ?? '', 'crosswalk', todayHere()), toCsv(header, rows));
  };

  useShortcuts('Crosswalk', [
    {
      keys: 'M',
      label: 'Map the two current requirements',
      hint: 'map',
      enabled: current !== undefined && partner !== undefined && rights.create,
      run: () => map(),
    },
    { keys: 'N', label: 'Next requirement without a mapping', hint: 'next open', run: nextOpen },
    { keys: 'I', label: 'Import a file of mappings', enabled: rights.create, run: () => setAsked({ what: 'file' }) },
    { keys: 'Ctrl+E', label: 'Export as CSV', run: saveCsv },
  ]);

  const assessed = leftNodes.data?.filter((node) => node.assessable) ?? [];
  const done = assessed.filter((node) => marks.from.has(node.id)).length;
  const failed = leftNodes.error ?? rightNodes.error ?? mappings.error;
  return (
    <Page
      title="Crosswalk"
      crumbs={[{ label: DOMAIN_LABELS.regops }, { label: 'Crosswalk' }]}
      rail
      flush
      note={
        mappings.data === undefined
          ? undefined
          : `${count(mappings.data.length, 'mapping')}; ${done} of ${count(assessed.length, 'requirement')} at the left have one`
      }
      actions={
        <>
          <Button
            variant="subtle"
            leftSection={<Icon name="export" />}
            onClick={saveCsv}
            disabled={(mappings.data?.length ?? 0) === 0}
          >
            Export CSV
          </Button>
          {rights.create ? (
            <Button
              leftSection={<Icon name="import" />}
              rightSection={<KeyCap keys="I" />}
              onClick={() => setAsked({ what: 'file' })}
            >
              Import mappings
            </Button>
          ) : null}
        </>
      }
      toolbar={
        <>
          <RegulationSelect
            label="Regulation at the left"
            list={list}
            value={from}
            other={to}
            onChange={(id) => onChoose(id, to)}
          />
          <Button variant="subtle" aria-label="Swap the sides" title="Swap the sides" onClick={() => onChoose(to, from)}>
            <Icon name="arrow-swap" />
          </Button>
          <RegulationSelect
            label="Regulation at the right"
            list={list}
            value={to}
            other={from}
            onChange={(id) => onChoose(from, id)}
          />
        </>
      }
      side={
        <MappingPane
          from={from}
          to={to}
          current={current ?? null}
          own={own}
          nodeOf={(id) => right.tree.byId.get(id)}
          mayWrite={rights.create}
          mayArchive={rights.archive}
          onShow={show}
          onMap={map}
        />
      }
    >
      <OfflineNote connection={connection} flush />
      {failed !== null && mappings.data === undefined ? (
        <ErrorState
          error={failed}
          onRetry={() => void Promise.all([leftNodes.refetch(), rightNodes.refetch(), mappings.refetch()])}
        />
      ) : (
        <div className={css.sides}>
          <RequirementSide
            label="Left regulation"
            state={left}
            loading={leftNodes.data === undefined}
            marks={marks.from}
            relations={null}
          />
          <RequirementSide
            label="Right regulation"
            state={right}
            loading={rightNodes.data === undefined}
            marks={marks.to}
            relations={new Map(own.map((mapping) => [mapping.toId, mapping.relation]))}
            onOpen={(id) => map(right.tree.byId.get(id))}
          />
        </div>
      )}
      {asked?.what === 'map' ? (
        <MappingDialog
          key={`${asked.from.id} ${asked.to.id}`}
          from={asked.from}
          to={asked.to}
          mapping={asked.mapping ?? (asked.to.id === partner?.id ? between : null)}
          hint={asked.hint}
          onClose={() => setAsked(null)}
        />
      ) : null}
      {asked?.what === 'file' ? <MappingFileDialog from={from} to={to} list={list} onClose={() => setAsked(null)} /> : null}
    </Page>
  );
}

/** How many mappings each requirement has, by side. */
function useMarks(mappings: readonly CrosswalkMapping[] | undefined) {
  return useMemo(() => {
    const from = new Map<string, number>();
    const to = new Map<string, number>();
    for (const mapping of mappings ?? []) {
      if (mapping.relation === 'not_related') continue;
      from.set(mapping.fromId, (from.get(mapping.fromId) ?? 0) + 1);
      to.set(mapping.toId, (to.get(mapping.toId) ?? 0) + 1);
    }
    return { from, to };
  }, [mappings]);
}
