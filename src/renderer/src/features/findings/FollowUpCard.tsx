/**
 * How a finding goes on: what management answered, until when it is due and how often that moved, its retests, and the finding that it
 * repeats. More time and a retest are asked for here; the database counts and decides.
 */
import { Button } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { DateText } from '@renderer/components/DateText';
import { Icon } from '@renderer/components/Icon';
import { OptionPill } from '@renderer/components/Pill';
import { ReasonButton } from '@renderer/components/ReasonButton';
import { listOptions, recordOptions, usePeople } from '@renderer/entities/api';
import { type DetailExtraProps, recordOf } from '@renderer/entities/detail/extras';
import { formatDate } from '@renderer/lib/format';
import { useRights } from '@renderer/lib/rights';
import { FINDING_SETTLED, RESPONSE_KIND, TEST_RESULT } from '@shared/entities/auditops/options';
import type { EntityRow } from '@shared/entities/registry';
import { daysBetween } from '@shared/reports/ageing';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { ExtendDialog } from './ExtendDialog';
import css from './FollowUpCard.module.css';
import { useRetest } from './useRetest';

type Finding = EntityRow<'findings'>;

/** Why no retest is made of it now; null where one can be. */
export function whyNoRetest(status: string, open: boolean): string | null {
  if (open) return 'A retest is under way. Its result decides the finding.';
  if (status === 'identified' || status === 'confirmed') return 'Nobody works on it yet. Assign it first.';
  if (isSettled(status)) return 'The finding is settled.';
  return null;
}

const isSettled = (status: string) => (FINDING_SETTLED as readonly string[]).includes(status);

export function FollowUpCard(props: DetailExtraProps) {
  const row = recordOf('findings', props).row;
  const may = useRights('findings');
  const people = usePeople();
  const [extending, setExtending] = useState(false);
  const retests = useQuery(
    listOptions('controlTests', { filter: [{ field: 'retestOfId', op: 'eq', value: row.id }], limit: 20 }),
  );
  const extensions = useQuery({
    ...listOptions('findingExtensions', { filter: [{ field: 'findingId', op: 'eq', value: row.id }], limit: 50 }),
    enabled: row.extensionCount > 0,
  });
  const retest = useRetest(row);
  const open = (retests.data?.rows ?? []).some((test) => test.status !== 'done');
  const agreed = row.dueDate !== null && row.status !== 'identified' && row.status !== 'confirmed';
  const frozen = props.record.archived;
  return (
    <Card title="Follow-up">
      <dl className={css.facts}>
        <dt>Management</dt>
        <dd>
          {row.responseKind === null ? (
            <span className={css.none}>{row.managementResponse ? 'Answered, not classified' : 'No answer yet'}</span>
          ) : (
            <>
              <OptionPill options={RESPONSE_KIND} value={row.responseKind} />
              <span className={css.second}>
                {[row.respondedBy && people.name(row.respondedBy), row.respondedOn && formatDate(row.respondedOn)]
                  .filter(Boolean)
                  .join(', ')}
              </span>
            </>
          )}
        </dd>
        <dt>{row.settledAt === null ? 'Due' : 'Settled'}</dt>
        <dd>
          {row.settledAt === null ? (
            <DateText date={row.dueDate} due empty="No date yet" />
          ) : (
            <DateText date={row.settledAt.slice(0, 10)} />
          )}
          <Extended count={row.extensionCount} />
        </dd>
        {row.repeatOfId === null ? null : (
          <>
            <dt>Repeats</dt>
            <dd>
              <Repeated id={row.repeatOfId} />
            </dd>
          </>
        )}
      </dl>
      {extensions.data && extensions.data.rows.length > 0 ? (
        <ol className={css.list} aria-label="Extensions">
          {extensions.data.rows.map((one) => (
            <li key={one.id}>
              <span>
                {formatDate(String(one.fromDate))} → {formatDate(String(one.toDate))}
                <span className={css.second}> +{daysBetween(String(one.fromDate), String(one.toDate))} days</span>
              </span>
              <span className={css.reason}>{String(one.reason)}</span>
            </li>
          ))}
        </ol>
      ) : null}
      {retests.data && retests.data.rows.length > 0 ? (
        <ul className={css.list} aria-label="Retests">
          {retests.data.rows.map((test) => (
            <li key={test.id}>
              <span>
                <Link to={`/r/controlTests/${test.id}`}>{String(test.ref)}</Link>{' '}
                <OptionPill options={TEST_RESULT} value={String(test.testResult)} bare />
              </span>
              <span className={css.second}>
                {test.status === 'done' ? `decided, ${formatDate(String(test.testDate))}` : 'under way'}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
      {may.update && !frozen ? (
        <div className={css.buttons}>
          <ReasonButton
            size="compact-sm"
            variant="default"
            leftSection={<Icon name="clock" size={14} />}
            why={
              isSettled(row.status)
                ? 'The finding is settled.'
                : agreed
                  ? null
                  : 'There is no agreed date yet: set it, and assign the finding.'
            }
            onClick={() => setExtending(true)}
          >
            Extend …
          </ReasonButton>
          <ReasonButton
            size="compact-sm"
            variant="default"
            leftSection={<Icon name="refresh" size={14} />}
            why={whyNoRetest(row.status, open)}
            loading={retest.busy}
            onClick={() => void retest.make()}
          >
            Retest
          </ReasonButton>
          {row.responseKind === null ? (
            <Button size="compact-sm" variant="default" component={Link} to={`/r/findings/${row.id}/edit`}>
              Record the answer
            </Button>
          ) : null}
        </div>
      ) : null}
      {extending ? <ExtendDialog finding={row} called={props.called} onClose={() => setExtending(false)} /> : null}
    </Card>
  );
}

function Extended({ count }: { readonly count: Finding['extensionCount'] }) {
  if (count === 0) return null;
  return <span className={css.second}>extended {count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`}</span>;
}

function Repeated({ id }: { readonly id: string }) {
  const { data } = useQuery(recordOptions('findings', id));
  return <Link to={`/r/findings/${id}`}>{data ? `${data.row.ref} ${data.row.title}` : 'An earlier finding'}</Link>;
}
