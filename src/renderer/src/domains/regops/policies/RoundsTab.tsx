/** Who was asked to acknowledge a policy and who did: rounds with their progress, people who are late, reminders, and the proof as a file. */
import { Button } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { DateText } from '@renderer/components/DateText';
import { EmptyState } from '@renderer/components/EmptyState';
import { ErrorState } from '@renderer/components/ErrorState';
import { HashText } from '@renderer/components/HashText';
import { Icon } from '@renderer/components/Icon';
import { OptionPill, Pill } from '@renderer/components/Pill';
import { ProgressBar } from '@renderer/components/ProgressBar';
import { ReasonButton } from '@renderer/components/ReasonButton';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { usePeople } from '@renderer/entities/api';
import { type DetailExtraProps, recordOf } from '@renderer/entities/detail/extras';
import { ActionMenu } from '@renderer/entities/parts/ActionMenu';
import { detailPath } from '@renderer/entities/paths';
import { count, formatDate, formatInstant, formatPercent } from '@renderer/lib/format';
import { notify } from '@renderer/lib/notices';
import { useRights } from '@renderer/lib/rights';
import { trpc } from '@renderer/lib/trpc';
import { ROUND_STATUS } from '@shared/entities/regops/policy-options';
import { FUNCTION_LABELS, TENANT_FUNCTIONS } from '@shared/roles';
import type { RoundProgress } from '@shared/wire/policies';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { CloseDialog, RemindDialog } from './RoundActs';
import { RoundDialog } from './RoundDialog';
import css from './RoundsTab.module.css';
import { type Policy, versionInForce, versionsOptions } from './records';

export function RoundsTab(props: DetailExtraProps) {
  const { row } = recordOf('policies', props);
  const rights = useRights('policyRounds');
  const [asking, setAsking] = useState(false);
  const versions = useQuery(versionsOptions(row.id));
  const rounds = useQuery(trpc.policies.rounds.queryOptions({ policyId: row.id }));
  if (rounds.data === undefined || versions.data === undefined) {
    const failed = rounds.isError ? rounds : versions.isError ? versions : null;
    if (failed !== null) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
    return <SkeletonRows label="Reading the rounds" rows={8} />;
  }
  const inForce = versionInForce(versions.data);
  const why = !rights.create
    ? 'Compliance may. Ask an administrator for the role.'
    : inForce === null
      ? 'No version is in force. Only what is in force is put to people.'
      : null;
  const dialog =
    asking && inForce !== null ? <RoundDialog policy={row} version={inForce} onClose={() => setAsking(false)} /> : null;
  if (rounds.data.length === 0)
    return (
      <>
        <EmptyState
          icon="clipboard-check"
          title="Nobody was asked yet"
          text="Put the version in force to people: each reads it and acknowledges it for themselves, by the hash of the text that they read."
          starts={why === null ? [{ icon: 'send', title: 'Put it to people', run: () => setAsking(true) }] : []}
        />
        {why === null ? null : <p className={css.why}>{why}</p>}
        {dialog}
      </>
    );
  return (
    <div className={css.page}>
      <div className={css.bar}>
        <span className={css.second}>{count(rounds.data.length, 'round')}, newest first</span>
        <span className={css.grow} />
        <ReasonButton why={why} variant="filled" leftSection={<Icon name="send" />} onClick={() => setAsking(true)}>
          Put it to people
        </ReasonButton>
      </div>
      {rounds.data.map((progress) => (
        <Round key={progress.round.id} progress={progress} policy={row} mayAct={rights.update} />
      ))}
      {dialog}
    </div>
  );
}

function audienceWords({ round }: RoundProgress): string {
  if (round.audience === 'everyone') return 'Everyone';
  if (round.audience === 'people') return 'Named people';
  return TENANT_FUNCTIONS.filter((fn) => round.functions?.includes(fn))
    .map((fn) => FUNCTION_LABELS[fn])
    .join(', ');
}

interface RoundProps {
  readonly progress: RoundProgress;
  readonly policy: Policy;
  readonly mayAct: boolean;
}

function Round({ progress, policy, mayAct }: RoundProps) {
  const people = usePeople();
  const [dialog, setDialog] = useState<'remind' | 'close' | null>(null);
  const { round, acknowledged, open, overdue, lapsed, waiting } = progress;
  const save = useMutation({
    ...trpc.policies.exportProof.mutationOptions({ meta: { failure: 'The proof was not exported' } }),
    onSuccess: ({ saved }) => {
      if (saved) notify({ tone: 'good', title: `${saved.fileName} is saved` });
    },
  });
  const proof = (format: 'csv' | 'pdf') => () => save.mutate({ versionId: round.versionId, roundId: round.id, format });
  const asked = acknowledged + open + lapsed;
  return (
    <Card
      title={`Version ${progress.versionLabel}`}
      note={
        <span className={css.note}>
          <OptionPill options={ROUND_STATUS} value={round.status} bare /> {audienceWords(progress)}, put{' '}
          {formatDate(round.createdAt.slice(0, 10))}
        </span>
      }
      actions={
        <>
          {mayAct && open > 0 ? (
            <Button size="compact-sm" leftSection={<Icon name="bell" size={14} />} onClick={() => setDialog('remind')}>
              Remind
            </Button>
          ) : null}
          <ActionMenu
            label={`Proof of the round of ${round.title}`}
            button={(props) => (
              <Button size="compact-sm" leftSection={<Icon name="download" size={14} />} loading={save.isPending} {...props}>
                Proof
              </Button>
            )}
            items={[
              { key: 'pdf', label: 'PDF', run: proof('pdf') },
              { key: 'csv', label: 'CSV', run: proof('csv') },
            ]}
          />
          {mayAct && round.status === 'open' ? (
            <Button size="compact-sm" variant="subtle" onClick={() => setDialog('close')}>
              Close
            </Button>
          ) : null}
        </>
      }
    >
      <div className={css.figures}>
        <span>
          <strong className={css.figure}>{formatPercent(acknowledged, asked)}</strong> {acknowledged} of {asked} acknowledged
        </span>
        {overdue > 0 ? <Pill word={`${overdue} overdue`} tone="bad" shape="alert-filled" /> : null}
        {lapsed > 0 ? <Pill word={`${lapsed} lapsed`} tone="neutral" shape="x" /> : null}
        <span className={css.grow} />
        <span className={css.second}>
          by <DateText date={round.dueDate} due={open > 0} />
        </span>
        <HashText hash={progress.versionSha256} />
      </div>
      <ProgressBar
        label={`${acknowledged} of ${asked} acknowledged, ${overdue} overdue`}
        height={8}
        total={asked}
        parts={[
          { key: 'done', look: 'good', value: acknowledged },
          { key: 'late', look: 'ineffective', value: overdue },
          { key: 'open', look: 'untested', value: open - overdue + lapsed },
        ]}
      />
      {waiting.length === 0 ? null : (
        <table className={css.people}>
          <caption>Not acknowledged yet</caption>
          <thead>
            <tr>
              <th scope="col">Person</th>
              <th scope="col">Due</th>
              <th scope="col">Reminded</th>
            </tr>
          </thead>
          <tbody>
            {waiting.map((person) => (
              <tr key={person.acknowledgementId}>
                <td>
                  <Link to={detailPath('policyAcknowledgements', person.acknowledgementId)}>
                    {people.name(person.personId) ?? 'Unknown person'}
                  </Link>
                </td>
                <td>
                  <DateText date={person.dueDate} due />
                </td>
                <td className={css.second}>{person.remindedAt === null ? '' : formatInstant(person.remindedAt)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {waiting.length < open ? (
        <p className={css.second}>The first {waiting.length} are shown; the list of acknowledgements holds the rest.</p>
      ) : null}
      {dialog === 'remind' ? <RemindDialog progress={progress} policy={policy} onClose={() => setDialog(null)} /> : null}
      {dialog === 'close' ? <CloseDialog progress={progress} policy={policy} onClose={() => setDialog(null)} /> : null}
    </Card>
  );
}
