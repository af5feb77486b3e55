/** How one regulation is covered: as a matrix of requirements and controls, or source by source, other regulations' proof included. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useSearchParams } from 'react-router';
import { EmptyState } from '../../../components/EmptyState';
import { ErrorState } from '../../../components/ErrorState';
import { OfflineNote } from '../../../components/OfflineNote';
import { Page, ViewTabs } from '../../../components/Page';
import { SkeletonRows } from '../../../components/Skeleton';
import { Screen } from '../../../entities/parts/Screen';
import { DOMAIN_LABELS } from '../../../entities/paths';
import { useConnection } from '../../../lib/connection';
import { download, exportFileName } from '../../../lib/csv';
import { todayHere } from '../../../lib/format';
import { useWorkspace } from '../../../lib/session';
import { trpc } from '../../../lib/trpc';
import { useShortcuts } from '../../../lib/use-shortcuts';
import { RegulationSelect, useRegulations } from '../RegulationSelect';
import { MatrixView } from './MatrixView';
import { SourcesView } from './SourcesView';

const VIEWS = [
  { key: 'matrix', label: 'Matrix' },
  { key: 'sources', label: 'By source' },
] as const;

interface Look {
  readonly regulation: string | null;
  readonly view: 'matrix' | 'sources';
}

export function CoveragePage() {
  return (
    <Screen>
      <CoverageOfAddress />
    </Screen>
  );
}

function CoverageOfAddress() {
  const { list, error, retry } = useRegulations();
  const connection = useConnection();
  const [params, setParams] = useSearchParams();
  const asked = params.get('regulation');
  const chosen =
    list?.find(({ id }) => id === asked)?.id ?? list?.find(({ status }) => status === 'active')?.id ?? list?.[0]?.id ?? null;
  const view = params.get('view') === 'sources' ? 'sources' : 'matrix';
  // the address follows a moment later: a key that comes meanwhile keeps what was chosen before it
  const latest = useRef<Look>({ regulation: chosen, view });
  useEffect(() => {
    latest.current = { regulation: chosen, view };
  }, [chosen, view]);
  const go = (part: Partial<Look>) => {
    latest.current = { ...latest.current, ...part };
    const { regulation, view: next } = latest.current;
    setParams({ ...(regulation === null ? {} : { regulation }), view: next }, { replace: true });
  };
  useShortcuts('Coverage', [
    {
      keys: 'V',
      label: 'Matrix or by source',
      hint: 'other view',
      run: () => go({ view: latest.current.view === 'matrix' ? 'sources' : 'matrix' }),
    },
  ]);
  return (
    <Page
      title="Coverage"
      crumbs={[{ label: DOMAIN_LABELS.regops }, { label: 'Coverage' }]}
      flush
      rail
      actions={
        list === undefined ? null : (
          <RegulationSelect label="Regulation" list={list} value={chosen} onChange={(id) => go({ regulation: id })} width={340} />
        )
      }
      tabs={
        <ViewTabs
          label="Looks"
          views={VIEWS}
          value={view}
          onChange={(key) => go({ view: key === 'sources' ? 'sources' : 'matrix' })}
        />
      }
    >
      <OfflineNote connection={connection} flush />
      {list === undefined ? (
        error === null ? (
          <SkeletonRows rows={14} label="Regulations are read" />
        ) : (
          <ErrorState error={error} onRetry={retry} />
        )
      ) : chosen === null ? (
        <EmptyState
          icon="book"
          title="No regulation yet"
          text="Coverage shows which requirements your controls meet. Import a catalogue first."
        />
      ) : view === 'matrix' ? (
        <MatrixOf key={chosen} regulationId={chosen} />
      ) : (
        <SourcesOf key={chosen} regulationId={chosen} />
      )}
    </Page>
  );
}

function useSave(what: string) {
  const workspace = useWorkspace();
  return (text: string) => download(exportFileName(workspace?.name ?? '', what, todayHere()), text);
}

function MatrixOf({ regulationId }: { readonly regulationId: string }) {
  const save = useSave('coverage matrix');
  const matrix = useQuery(trpc.catalogs.matrix.queryOptions({ regulationId }));
  if (matrix.data === undefined) {
    return matrix.error === null ? (
      <SkeletonRows rows={16} label="The matrix is read" />
    ) : (
      <ErrorState error={matrix.error} onRetry={() => void matrix.refetch()} />
    );
  }
  if (matrix.data.rows.length === 0)
    return (
      <EmptyState
        icon="list-tree"
        title="Nothing to cover"
        text="This regulation has no requirement that is assessed. Mark those that ask for something."
      />
    );
  return <MatrixView matrix={matrix.data} onExport={save} />;
}

function SourcesOf({ regulationId }: { readonly regulationId: string }) {
  const save = useSave('coverage by source');
  const coverage = useQuery(trpc.catalogs.coverage.queryOptions({ regulationId }));
  if (coverage.data === undefined) {
    return coverage.error === null ? (
      <SkeletonRows rows={16} label="The sources are read" />
    ) : (
      <ErrorState error={coverage.error} onRetry={() => void coverage.refetch()} />
    );
  }
  return <SourcesView coverage={coverage.data} onExport={save} />;
}
