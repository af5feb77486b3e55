/** Approval of a record: ask, approve, refuse, take back; who gave it, and what changed since. PostgreSQL holds the rule. */
import { Button, Textarea } from '@mantine/core';
import type { ApprovalRule } from '@shared/entities/define';
import type { Approval } from '@shared/wire/collab';
import { useState } from 'react';
import { Card } from '../../components/Card';
import { Dialog } from '../../components/Dialog';
import { Icon } from '../../components/Icon';
import { Pill, type PillProps } from '../../components/Pill';
import { formatInstant } from '../../lib/format';
import { useMe, useWorkspace } from '../../lib/session';
import { trpcClient } from '../../lib/trpc';
import { optionOf } from '../access';
import { usePeople } from '../api';
import type { DetailExtraProps } from '../detail/extras';
import { ReasonInput } from '../form/ReasonInput';
import { BeforeAfter } from '../values/BeforeAfter';
import { useNames } from '../values/names';
import { differencesTo, givenVotes, ruleWords, standing, whyNotDecide } from './approval';
import css from './cards.module.css';
import { useCircle, useSending } from './circle';

const STATUS: Readonly<Record<Approval['status'], PillProps>> = {
  open: { word: 'Asked', tone: 'underway', shape: 'hourglass' },
  granted: { word: 'Approved', tone: 'good', shape: 'seal' },
  refused: { word: 'Refused', tone: 'bad', shape: 'x-filled' },
  withdrawn: { word: 'Taken back', tone: 'neutral', shape: 'circle-minus' },
  void: { word: 'Changed after it', tone: 'attention', shape: 'alert' },
};

export function ApprovalCard(props: DetailExtraProps) {
  const rules = props.definition.approval ?? [];
  if (rules.length === 0) return null;
  return (
    <Card title="Approval">
      {rules.map((rule) => (
        <Step key={rule.to} {...props} rule={rule} />
      ))}
    </Card>
  );
}

type Asking = 'ask' | 'approve' | 'refuse' | 'withdraw';
const NEEDS_REASON: readonly Asking[] = ['refuse', 'withdraw'];

function Step({ name, definition, record, called, rule }: DetailExtraProps & { readonly rule: ApprovalRule }) {
  const { row } = record;
  const circle = useCircle(name, row.id);
  const people = usePeople();
  const names = useNames(record.labels);
  const me = useMe();
  const functions = useWorkspace()?.functions ?? [];
  const [asking, setAsking] = useState<Asking | null>(null);
  const [words, setWords] = useState('');
  const { busy, send } = useSending(name);
  if (circle.data === undefined || me === null) return null;
  const { approvals, authors } = circle.data;
  const { last } = standing(approvals, rule.to);
  const stateKey = definition.states?.field ?? '';
  const stateField = definition.fields[stateKey];
  const state = stateField === undefined ? rule.to : (optionOf(stateField, rule.to)?.label ?? rule.to);
  const there = row[stateKey] === rule.to;
  const open = last?.status === 'open';
  const why = last === null ? null : whyNotDecide(rule, last, authors, { id: me.id, functions });
  const person = (id: string | null) => (id === null ? 'The system' : (people.name(id) ?? 'Unknown person'));
  const mayAsk = record.may.update && !record.archived && !open && !there && last?.status !== 'granted';
  const mine =
    last !== null &&
    (last.votes.some((vote) => vote.personId === me.id && vote.withdrawnAt === null) || (open && last.askedBy === me.id));
  const mayWithdraw = mine && !there && (open || last?.status === 'granted');
  const at = { entity: name, recordId: row.id };
  const run = async () => {
    if (asking === null) return;
    const stands = await send(
      { asking, words, approval: last?.id, version: row.rowVersion },
      (opId) => {
        if (asking === 'ask') {
          const request = { step: rule.to, baseVersion: row.rowVersion, note: words };
          return trpcClient.collab.askApproval.mutate({ opId, ...at, approvalId: opId, ...request });
        }
        const approvalId = last?.id ?? '';
        if (asking === 'withdraw') return trpcClient.collab.withdrawApproval.mutate({ opId, ...at, approvalId, reason: words });
        const decision = { decision: asking, sha256: last?.sha256 ?? '', reason: words };
        return trpcClient.collab.decideApproval.mutate({ opId, ...at, approvalId, ...decision });
      },
      {
        ask: 'Approval is asked for',
        approve: `${called} is approved by you`,
        refuse: `${called} is refused`,
        withdraw: 'It is taken back',
      }[asking],
      'Nothing is decided',
    );
    if (stands) setAsking(null);
  };
  const begin = (what: Asking) => () => {
    setWords('');
    setAsking(what);
  };
  const title = {
    ask: `Ask for the approval of ${called}?`,
    approve: `Approve ${called} as it is now?`,
    refuse: `Refuse ${called}?`,
    withdraw: 'Take it back?',
  };
  const action = { ask: 'Ask for approval', approve: `Approve ${called}`, refuse: `Refuse ${called}`, withdraw: 'Take it back' };
  const needsReason = asking !== null && NEEDS_REASON.includes(asking);
  return (
    <div className={css.approval} data-testid={`approval-${rule.to}`}>
      <p className={css.head}>
        <strong>For “{state}”</strong>
        {last === null ? <Pill word="Not asked" tone="neutral" bare /> : <Pill {...STATUS[last.status]} />}
        {open && last !== null ? (
          <span className={css.second}>
            {givenVotes(last)} of {last.quorum}
          </span>
        ) : null}
      </p>
      <p className={css.why}>{ruleWords(rule)}.</p>
      {last === null ? null : (
        <p className={css.why}>
          Asked by {person(last.askedBy)}, {formatInstant(last.askedAt)}
          {last.note === null ? '' : `: “${last.note}”`}
        </p>
      )}
      {last === null || last.votes.length === 0 ? null : (
        <ul className={css.lines}>
          {last.votes.map((vote) => (
            <li key={`${vote.personId}${vote.at}`} className={css.why}>
              <Icon name={vote.decision === 'approve' ? 'check' : 'x'} size={14} /> {person(vote.personId)},{' '}
              {formatInstant(vote.at)}
              {vote.reason === null ? '' : `: “${vote.reason}”`}
              {vote.withdrawnAt === null ? '' : ` (taken back: “${vote.withdrawnReason}”)`}
            </li>
          ))}
        </ul>
      )}
      {last?.status === 'void' ? <Changed {...{ definition, row, names }} approval={last} /> : null}
      <div className={css.acts}>
        {mayAsk ? (
          <Button onClick={begin('ask')} leftSection={<Icon name="send" />}>
            Ask for approval
          </Button>
        ) : null}
        {open && why === null ? (
          <>
            <Button variant="filled" onClick={begin('approve')} leftSection={<Icon name="check" />}>
              Approve
            </Button>
            <Button onClick={begin('refuse')}>Refuse …</Button>
          </>
        ) : null}
        {mayWithdraw ? (
          <Button variant="subtle" onClick={begin('withdraw')}>
            Take back …
          </Button>
        ) : null}
      </div>
      {open && why !== null ? <p className={css.why}>{why}</p> : null}
      <Dialog
        opened={asking !== null}
        onClose={() => setAsking(null)}
        title={title[asking ?? 'ask']}
        action={action[asking ?? 'ask']}
        onAction={() => void run()}
        busy={busy}
        disabled={needsReason && words.trim() === ''}
      >
        {needsReason ? (
          <ReasonInput value={words} onChange={setWords} fault={null} autoFocus />
        ) : (
          <>
            <p>
              {asking === 'approve'
                ? 'The approval is of exactly this content. A later change voids it, and everybody sees that.'
                : `${ruleWords(rule)}. A change of the content meanwhile voids the request.`}
            </p>
            <Textarea
              label={asking === 'approve' ? 'Remark' : 'What they should look at'}
              autosize
              minRows={2}
              maxLength={2000}
              value={words}
              onChange={(event) => setWords(event.currentTarget.value)}
            />
          </>
        )}
      </Dialog>
    </div>
  );
}

interface ChangedProps extends Pick<DetailExtraProps, 'definition'> {
  readonly row: DetailExtraProps['record']['row'];
  readonly names: ReturnType<typeof useNames>;
  readonly approval: Approval;
}

/** What is not as it was asked or approved. */
function Changed({ definition, row, names, approval }: ChangedProps) {
  const differences = differencesTo(definition, approval, row);
  return (
    <>
      <p className={css.changed}>
        Changed after {givenVotes(approval) >= approval.quorum ? 'it was approved' : 'approval was asked for'}.
        {differences.length === 0 ? ' The parts beside its fields differ, or it was changed back.' : ''}
      </p>
      <dl className={css.differences}>
        {differences.map(({ field, before, after }) => {
          const known = definition.fields[field];
          return known === undefined ? null : (
            <div key={field}>
              <dt>{known.label}</dt>
              <dd>
                <BeforeAfter field={known} before={before} after={after} names={names} />
              </dd>
            </div>
          );
        })}
      </dl>
    </>
  );
}
