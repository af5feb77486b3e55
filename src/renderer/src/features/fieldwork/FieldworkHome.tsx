/** Where fieldwork starts: the audits that are open, how far each is, and the way to plan another. */
import { Button } from '@mantine/core';
import { DateText } from '@renderer/components/DateText';
import { EmptyState } from '@renderer/components/EmptyState';
import { ErrorState } from '@renderer/components/ErrorState';
import { Icon } from '@renderer/components/Icon';
import { Page } from '@renderer/components/Page';
import { OptionPill } from '@renderer/components/Pill';
import { ProgressBar } from '@renderer/components/ProgressBar';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { useRights } from '@renderer/lib/rights';
import { trpc } from '@renderer/lib/trpc';
import { PLAN_STATUS } from '@shared/entities/auditops/options';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from 'react-router';
import css from './FieldworkHome.module.css';

export function FieldworkHome() {
  const posture = useQuery(trpc.home.posture.queryOptions());
  const rights = useRights('auditPlans');
  const navigate = useNavigate();
  const audits = posture.data?.audits ?? [];
  const starts = rights.create
    ? [{ icon: 'plus', title: 'Plan an audit', text: 'name, regulation, dates, lead', run: () => navigate('/r/auditPlans/new') }]
    : [];
  return (
    <Page
      title="Fieldwork"
      crumbs={[{ label: 'AuditOps' }, { label: 'Fieldwork' }]}
      flush={posture.data !== undefined && audits.length === 0}
      actions={
        rights.create ? (
          <Button variant="filled" component={Link} to="/r/auditPlans/new" leftSection={<Icon name="plus" size={16} />}>
            Plan an audit
          </Button>
        ) : undefined
      }
    >
      {posture.isError ? <ErrorState error={posture.error} onRetry={() => void posture.refetch()} /> : null}
      {posture.isPending ? <SkeletonRows label="Reading the open audits" /> : null}
      {posture.data && audits.length === 0 ? (
        <EmptyState
          icon="fieldwork"
          title="No audit is open"
          text="Fieldwork is where control tests are carried out: the requirement beside your conclusions, evidence at the right. It starts from an audit plan."
          starts={starts}
        />
      ) : null}
      {audits.length > 0 ? (
        <ul className={css.audits}>
          {audits.map((audit) => (
            <li key={audit.id}>
              <Link className={css.audit} to={`/fieldwork/${audit.id}`}>
                <span className={css.title}>
                  <span className={css.ref}>{audit.ref}</span>
                  <strong>{audit.title}</strong>
                </span>
                <OptionPill options={PLAN_STATUS} value={audit.status} />
                <span className={css.progress}>
                  <ProgressBar
                    label={`${audit.tested} of ${audit.tests} tested`}
                    total={audit.tests}
                    parts={[{ key: 'tested', look: 'effective', value: audit.tested }]}
                  />
                  <span>{audit.tests === 0 ? 'no programme yet' : `${audit.tested} of ${audit.tests} tested`}</span>
                </span>
                <span className={css.date}>
                  <DateText date={audit.endDate} due empty="No end date" />
                </span>
                <Icon name="chevron-right" size={16} />
              </Link>
            </li>
          ))}
        </ul>
      ) : null}
    </Page>
  );
}
