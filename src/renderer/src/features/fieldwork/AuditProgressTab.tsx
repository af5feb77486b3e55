/** How far an audit is: by family, by person, by state; hours against their budget; requests, notes, milestones. A tab of the plan. */
import { Button } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { DateText } from '@renderer/components/DateText';
import { ErrorState } from '@renderer/components/ErrorState';
import { Icon } from '@renderer/components/Icon';
import { OptionPill } from '@renderer/components/Pill';
import { Legend, ProgressBar } from '@renderer/components/ProgressBar';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { usePeople } from '@renderer/entities/api';
import { type DetailExtraProps, recordOf } from '@renderer/entities/detail/extras';
import { formatPercent } from '@renderer/lib/format';
import { useRights } from '@renderer/lib/rights';
import { trpc } from '@renderer/lib/trpc';
import { SIGN_STATE, TEAM_ROLE } from '@shared/entities/auditops/options';
import type { TestCounts } from '@shared/wire/progress';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { AskDialog } from './AskDialog';
import css from './AuditProgressTab.module.css';
import { hours } from './MarksCard';

function Bar({ counts, label }: { readonly counts: TestCounts; readonly label: string }) {
  return (
    <ProgressBar
      height={8}
      label={label}
      total={counts.total}
      parts={[
        { key: 'effective', look: 'effective', value: counts.effective + counts.notApplicable },
        { key: 'partial', look: 'partial', value: counts.partial },
        { key: 'ineffective', look: 'ineffective', value: counts.ineffective },
        { key: 'untested', look: 'untested', value: counts.notTested },
      ]}
    />
  );
}

const tested = (counts: TestCounts) => counts.total - counts.notTested;

export function AuditProgressTab(props: DetailExtraProps) {
  const plan = recordOf('auditPlans', props).row;
  const query = useQuery(trpc.fieldwork.progress.queryOptions({ planId: plan.id }));
  const people = usePeople();
  const may = useRights('evidenceRequests');
  const [asking, setAsking] = useState(false);
  const suggestions = useQuery({ ...trpc.fieldwork.suggestRequests.queryOptions({ planId: plan.id }), enabled: asking });
  if (!query.data) {
    if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
    return <SkeletonRows label="Counting" rows={10} />;
  }
  const { total, families, tests, signed, spentMinutes, openFindings, openNotes, requests, milestones } = query.data;
  const budget = plan.budgetHours === null ? null : plan.budgetHours * 60;
  return (
    <div className={css.progress}>
      <dl className={css.figures}>
        <Figure label="Tested" value={`${tested(total)} of ${total.total}`} hint={formatPercent(tested(total), total.total)} />
        <Figure label="Done" value={String(total.done)} hint={total.inReview > 0 ? `${total.inReview} in review` : undefined} />
        <Figure
          label="Hours"
          value={hours(spentMinutes)}
          hint={budget === null ? 'no budget' : `of ${hours(budget)}`}
          alarm={budget !== null && spentMinutes > budget}
        />
        <Figure label="Open findings" value={String(openFindings)} />
        <Figure label="Review notes" value={String(openNotes)} hint={openNotes === 0 ? 'none open' : 'open'} />
        <Figure
          label="Requests"
          value={`${requests.waiting} waiting`}
          hint={
            requests.overdue > 0
              ? `${requests.overdue} overdue`
              : requests.toDecide > 0
                ? `${requests.toDecide} to decide`
                : undefined
          }
          alarm={requests.overdue > 0}
        />
      </dl>
      <div className={css.cards}>
        <Card title="By family" note={<ResultLegend />}>
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">Family</th>
                <th scope="col" aria-label="Results" />
                <th scope="col">Tested</th>
                <th scope="col">Done</th>
              </tr>
            </thead>
            <tbody>
              {families.map((family) => (
                <tr key={family.family}>
                  <th scope="row">
                    {family.family === '' ? 'No family' : family.family} <span className={css.second}>{family.title}</span>
                  </th>
                  <td className={css.bar}>
                    <Bar counts={family} label={`${family.family}: ${tested(family)} of ${family.total} tested`} />
                  </td>
                  <td>
                    {tested(family)} of {family.total}
                  </td>
                  <td>{family.done}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Card>
        <Card
          title="By person"
          note={query.data.people.some((one) => one.teamRole !== null) ? undefined : 'no team yet: every auditor works on it'}
        >
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">Person</th>
                <th scope="col" aria-label="Results" />
                <th scope="col">Tested</th>
                <th scope="col">Hours</th>
              </tr>
            </thead>
            <tbody>
              {query.data.people.map((one) => (
                <tr key={one.personId ?? 'nobody'}>
                  <th scope="row">
                    {one.personId === null ? 'Nobody yet' : (people.name(one.personId) ?? 'Somebody')}{' '}
                    <span className={css.second}>{TEAM_ROLE.find((role) => role.value === one.teamRole)?.label}</span>
                  </th>
                  <td className={css.bar}>
                    <Bar counts={one} label={`${tested(one)} of ${one.total} tested`} />
                  </td>
                  <td>
                    {tested(one)} of {one.total}
                  </td>
                  <td data-over={(one.budgetMinutes !== null && one.spentMinutes > one.budgetMinutes) || undefined}>
                    {hours(one.spentMinutes)}
                    {one.budgetMinutes === null ? '' : ` of ${hours(one.budgetMinutes)}`}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Card>
        <Card title="Sign-offs">
          <ul className={css.list}>
            {SIGN_STATE.filter((option) => (signed[option.value] ?? 0) > 0).map((option) => (
              <li key={option.value}>
                <OptionPill options={SIGN_STATE} value={option.value} />
                <span>{signed[option.value] === 1 ? '1 test' : `${signed[option.value]} tests`}</span>
              </li>
            ))}
          </ul>
        </Card>
        <Card
          title="Milestones"
          note={milestones.length === 0 ? 'none yet' : undefined}
          actions={
            may.create ? (
              <Button variant="transparent" leftSection={<Icon name="send" size={14} />} onClick={() => setAsking(true)}>
                Ask for evidence
              </Button>
            ) : undefined
          }
        >
          <ul className={css.list}>
            {milestones.map((milestone) => (
              <li key={milestone.id}>
                <Icon name={milestone.doneOn === null ? 'circle' : 'check'} size={14} />
                <Link to={`/r/auditMilestones/${milestone.id}`}>{milestone.title}</Link>
                <span className={css.second}>
                  <DateText date={milestone.dueDate} due={milestone.doneOn === null} />
                </span>
              </li>
            ))}
          </ul>
        </Card>
        {tests.length > 0 ? (
          <Card title="Time by test" note="the nearest to their budget first">
            <ul className={css.list}>
              {tests.slice(0, 12).map((test) => (
                <li key={test.testId}>
                  <Link to={`/fieldwork/${plan.id}/${test.testId}`}>{test.title}</Link>
                  <span
                    data-over={(test.budgetMinutes !== null && test.spentMinutes > test.budgetMinutes) || undefined}
                    className={css.second}
                  >
                    {hours(test.spentMinutes)}
                    {test.budgetMinutes === null ? '' : ` of ${hours(test.budgetMinutes)}`}
                  </span>
                </li>
              ))}
            </ul>
          </Card>
        ) : null}
      </div>
      {asking && suggestions.data ? (
        <AskDialog planId={plan.id} tests={suggestions.data} onClose={() => setAsking(false)} />
      ) : null}
    </div>
  );
}

function ResultLegend() {
  return (
    <Legend
      items={[
        { look: 'effective', label: 'effective' },
        { look: 'partial', label: 'partly' },
        { look: 'ineffective', label: 'ineffective' },
        { look: 'untested', label: 'not tested' },
      ]}
    />
  );
}

interface FigureProps {
  readonly label: string;
  readonly value: string;
  readonly hint?: string;
  readonly alarm?: boolean;
}

function Figure({ label, value, hint, alarm = false }: FigureProps) {
  return (
    <div className={css.figure} data-alarm={alarm || undefined}>
      <dt>{label}</dt>
      <dd>{value}</dd>
      {hint ? <dd className={css.hint}>{hint}</dd> : null}
    </div>
  );
}
