/** How far an audit is: its programme test by test, hours by week against the budget, people, sign-offs, milestones. A tab of the plan. */
import { Button } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { DateText } from '@renderer/components/DateText';
import { EmptyState } from '@renderer/components/EmptyState';
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
import type { AuditProgress, TestCounts } from '@shared/wire/progress';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { AskDialog } from './AskDialog';
import css from './AuditProgressTab.module.css';
import { HoursByWeek } from './HoursByWeek';
import { hours } from './MarksCard';
import { ProgrammeLegend, ProgrammeMap } from './ProgrammeMap';

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
  const programme = useQuery(trpc.audits.programme.queryOptions({ planId: plan.id }));
  const people = usePeople();
  const navigate = useNavigate();
  const may = useRights('evidenceRequests');
  const [asking, setAsking] = useState(false);
  const suggestions = useQuery({ ...trpc.fieldwork.suggestRequests.queryOptions({ planId: plan.id }), enabled: asking });
  if (!query.data) {
    if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
    return <SkeletonRows label="Counting" rows={10} />;
  }
  const { total, weeks, tests, signed, spentMinutes, openFindings, openNotes, requests, milestones } = query.data;
  const budget = plan.budgetHours === null ? null : plan.budgetHours * 60;
  const dates = milestones.length === 0 ? null : <Milestones milestones={milestones} />;
  if (total.total === 0 && spentMinutes === 0) {
    return (
      <div className={css.progress}>
        <EmptyState
          icon="clipboard-check"
          title="Nothing has begun yet"
          text="Every test of the programme stands here with its result, the hours week by week against the budget, and how far everybody is."
          starts={[
            {
              icon: 'fieldwork',
              title: 'Make the programme',
              text: 'One test for each control in scope',
              run: () => navigate(`/fieldwork/${plan.id}`),
            },
          ]}
        />
        {dates}
      </div>
    );
  }
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
      <Card
        title="Programme"
        note={<StateWords counts={total} />}
        actions={
          may.create ? (
            <Button variant="transparent" leftSection={<Icon name="send" size={14} />} onClick={() => setAsking(true)}>
              Ask for evidence
            </Button>
          ) : undefined
        }
      >
        <StateBar counts={total} />
        {programme.data === undefined ? (
          programme.isError ? (
            <ErrorState error={programme.error} onRetry={() => void programme.refetch()} />
          ) : (
            <SkeletonRows label="Reading the programme" rows={4} />
          )
        ) : programme.data.total === 0 ? (
          <p className={css.none}>No test yet.</p>
        ) : (
          <>
            <ProgrammeMap programme={programme.data} />
            <ProgrammeLegend />
          </>
        )}
      </Card>
      <div className={css.cards}>
        <Card title="Hours by week" note={hoursNote(spentMinutes, budget)}>
          <HoursByWeek
            weeks={weeks}
            from={plan.fieldworkStart ?? plan.startDate}
            to={plan.fieldworkEnd ?? plan.endDate}
            budgetMinutes={budget}
          />
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
                    {one.total === 0 ? null : <Bar counts={one} label={`${tested(one)} of ${one.total} tested`} />}
                  </td>
                  <td>{one.total === 0 ? <span className={css.second}>no tests</span> : `${tested(one)} of ${one.total}`}</td>
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
        {dates}
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

function Milestones({ milestones }: Pick<AuditProgress, 'milestones'>) {
  return (
    <Card title="Milestones">
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
  );
}

/** `44 h left`, or how much it is over. */
function hoursNote(spent: number, budget: number | null): string {
  if (budget === null) return 'no budget';
  return spent > budget ? `${hours(spent - budget)} over the budget` : `${hours(budget - spent)} left`;
}

const STATES = [
  { key: 'done', look: 'good', label: 'done' },
  { key: 'inReview', look: 'action', label: 'in review' },
  { key: 'inProgress', look: 'begun', label: 'in progress' },
  { key: 'toDo', look: 'untested', label: 'to do' },
] as const;

function StateBar({ counts }: { readonly counts: TestCounts }) {
  return (
    <div className={css.states}>
      <ProgressBar
        height={10}
        label={`${counts.done} of ${counts.total} done`}
        total={counts.total}
        parts={STATES.map(({ key, look }) => ({ key, look, value: counts[key] }))}
      />
    </div>
  );
}

function StateWords({ counts }: { readonly counts: TestCounts }) {
  return <Legend items={STATES.map(({ key, look, label }) => ({ look, label: `${counts[key]} ${label}` }))} />;
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
