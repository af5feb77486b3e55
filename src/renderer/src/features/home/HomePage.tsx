/** Home: where the tenant stands, what is due, and where the person goes on. Read in one go, so that all figures agree. */
import { Button } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { EmptyState } from '@renderer/components/EmptyState';
import { ErrorState } from '@renderer/components/ErrorState';
import { Icon } from '@renderer/components/Icon';
import { Page } from '@renderer/components/Page';
import { ProgressBar } from '@renderer/components/ProgressBar';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { formatDayLong, formatTime, todayHere } from '@renderer/lib/format';
import { useRights } from '@renderer/lib/rights';
import { trpc } from '@renderer/lib/trpc';
import { useShortcuts } from '@renderer/lib/use-shortcuts';
import type { Posture, WorkItem } from '@shared/wire/home';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link, useNavigate } from 'react-router';
import { DueList } from './DueList';
import { FamilyLegend, FamilyStrip } from './FamilyStrip';
import { FindingsByAge } from './FindingsByAge';
import css from './HomePage.module.css';
import { KeyFigures } from './KeyFigures';
import { effectiveShare } from './share';

const REFRESH_MS = 5 * 60_000;

/** The list of controls of one family. */
function familyHref(family: string): string {
  return `/r/controls?filter=${encodeURIComponent(JSON.stringify([{ field: 'family', op: 'eq', value: family }]))}`;
}

function itemHref(item: WorkItem): string {
  return `/r/${item.entity}/${item.id}`;
}

function Weakest({ posture }: { readonly posture: Posture }) {
  const rated = posture.families
    .map((family) => ({ family: family.family, share: effectiveShare(family) }))
    .filter((entry): entry is { family: string; share: number } => entry.share !== null)
    .sort((a, b) => a.share - b.share)
    .slice(0, 3);
  return (
    <p className={css.weakest}>
      {rated.length === 0 ? (
        <span>No control is tested yet.</span>
      ) : (
        <>
          <span>Weakest</span>
          {rated.map((entry) => (
            <span key={entry.family}>
              <strong>
                {entry.family} {entry.share} %
              </strong>
            </span>
          ))}
        </>
      )}
      {posture.totals.ineffective > 0 ? (
        <Link to="/r/controls?view=ineffective">
          {posture.totals.ineffective === 1 ? '1 ineffective control' : `${posture.totals.ineffective} ineffective controls`}
        </Link>
      ) : null}
    </p>
  );
}

function MyWork({ posture }: { readonly posture: Posture }) {
  const { myWork } = posture;
  const lines = [
    { label: 'Tests assigned to me', icon: 'clipboard-check', value: myWork.tests, to: '/r/controlTests?view=mine' },
    { label: 'Findings I own', icon: 'flag', value: myWork.findings, to: '/r/findings?view=mine' },
    { label: 'Actions I own', icon: 'checkbox', value: myWork.actions, to: '/r/actions?view=mine' },
    { label: 'Ready for review', icon: 'eye', value: myWork.readyForReview, to: '/r/controlTests?view=open' },
  ];
  return (
    <ul className={css.lines}>
      {lines.map((line) => (
        <li key={line.label}>
          <Link className={css.lineLink} to={line.to}>
            <Icon name={line.icon} size={15} />
            <span>{line.label}</span>
            <strong>{line.value}</strong>
            <Icon name="chevron-right" size={14} />
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Audits({ posture }: { readonly posture: Posture }) {
  if (posture.audits.length === 0) return <p className={css.none}>No audit is open.</p>;
  return (
    <ul className={css.lines}>
      {posture.audits.slice(0, 5).map((audit) => (
        <li key={audit.id}>
          <Link className={css.audit} to={`/fieldwork/${audit.id}`}>
            <span className={css.auditTitle}>
              {audit.ref ? <span className={css.ref}>{audit.ref}</span> : null}
              {audit.title}
            </span>
            <span className={css.auditCount}>{audit.tests === 0 ? 'no programme yet' : `${audit.tested} of ${audit.tests}`}</span>
            <span className={css.auditBar}>
              <ProgressBar
                label={`${audit.tested} of ${audit.tests} tested`}
                total={audit.tests}
                parts={[{ key: 'tested', look: 'effective', value: audit.tested }]}
              />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

export function HomePage() {
  const navigate = useNavigate();
  const posture = useQuery({ ...trpc.home.posture.queryOptions(), refetchInterval: REFRESH_MS });
  const people = useQuery(trpc.people.list.queryOptions());
  const byId = useMemo(() => new Map((people.data ?? []).map((person) => [person.id, person])), [people.data]);
  const mayImport = useRights('regulations').create;
  const mayPlan = useRights('auditPlans').create;
  useShortcuts('Home', [{ keys: 'R', label: 'Refresh the figures', hint: 'refresh', run: () => void posture.refetch() }]);
  const today = todayHere();
  const { data } = posture;
  const note = data ? `Figures of ${formatTime(data.asOf)}, refreshed every five minutes` : 'Reading the figures';

  if (posture.isError && !data)
    return (
      <Page title={formatDayLong(today)} crumbs={[{ label: 'Home' }]} flush>
        <ErrorState error={posture.error} onRetry={() => void posture.refetch()} />
      </Page>
    );
  if (data && data.totals.total === 0 && data.requirements.total === 0 && data.audits.length === 0 && data.findings.total === 0)
    return (
      <Page title={formatDayLong(today)} crumbs={[{ label: 'Home' }]} flush>
        <EmptyState
          icon="dashboard"
          title="Nothing to show yet"
          text="Home shows how your controls stand, what was found and what is due. It fills as soon as there are controls."
          starts={[
            ...(mayImport
              ? [
                  {
                    icon: 'import',
                    title: 'Import a catalogue',
                    text: 'OSCAL; you see a trial run first',
                    run: () => navigate('/import/oscal'),
                  },
                ]
              : []),
            ...(mayPlan
              ? [
                  {
                    icon: 'plus',
                    title: 'Plan an audit',
                    text: 'name, regulation, dates, lead',
                    run: () => navigate('/r/auditPlans/new'),
                  },
                ]
              : []),
          ]}
        />
      </Page>
    );
  return (
    <Page
      title={formatDayLong(today)}
      note={note}
      crumbs={[{ label: 'Home' }]}
      actions={
        <Button
          variant="default"
          leftSection={<Icon name="refresh" />}
          loading={posture.isFetching}
          onClick={() => void posture.refetch()}
        >
          Refresh
        </Button>
      }
    >
      {!data ? (
        <SkeletonRows label="Reading the figures" rows={12} />
      ) : (
        <div className={css.page}>
          <KeyFigures posture={data} />
          <Card
            title="Controls by family"
            note="share of effective controls by their last test, %"
            actions={<FamilyLegend />}
            className={css.families}
          >
            {data.families.length === 0 ? (
              <p className={css.none}>No control has a family yet.</p>
            ) : (
              <FamilyStrip families={data.families} hrefOf={familyHref} />
            )}
            <Weakest posture={data} />
          </Card>
          <div className={css.lower}>
            <Card
              title="Due"
              note="late, and in the next 14 days"
              flush
              className={css.due}
              actions={<Link to="/r/actions">All actions</Link>}
            >
              <DueList items={data.due} people={byId} today={today} hrefOf={itemHref} />
            </Card>
            <Card title="Findings by age" note="open ones" flush className={css.findings}>
              <FindingsByAge findings={data.findings} />
            </Card>
            <div className={css.column}>
              <Card title="My work" flush>
                <MyWork posture={data} />
              </Card>
              <Card title="Audits under way" flush>
                <Audits posture={data} />
              </Card>
            </div>
          </div>
        </div>
      )}
    </Page>
  );
}
