/**
 * Who signed a record, whether it still stands so, and the way to sign: prepared, reviewed, approved. A change after the review shows
 * field by field between what was signed and what is there now.
 */
import { Button, Textarea } from '@mantine/core';
import { Dialog } from '@renderer/components/Dialog';
import { HashText } from '@renderer/components/HashText';
import { Icon } from '@renderer/components/Icon';
import { Pill } from '@renderer/components/Pill';
import { usePeople } from '@renderer/entities/api';
import { errorWords } from '@renderer/lib/error-texts';
import { toErrorData } from '@renderer/lib/errors';
import { formatInstant } from '@renderer/lib/format';
import { notify } from '@renderer/lib/notices';
import { useMe } from '@renderer/lib/session';
import { recordsChanged, trpc } from '@renderer/lib/trpc';
import type { Json } from '@shared/entities/fields';
import { entityOf } from '@shared/entities/registry';
import type { SignedEntity, SignKind, SignOff } from '@shared/wire/sign-offs';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useOperationIds } from './records';
import css from './SignOffPanel.module.css';

const KINDS: readonly { readonly kind: SignKind; readonly did: string; readonly act: string; readonly icon: string }[] = [
  { kind: 'prepared', did: 'Prepared by', act: 'Sign as prepared', icon: 'pencil' },
  { kind: 'reviewed', did: 'Reviewed by', act: 'Sign as reviewed', icon: 'eye' },
  { kind: 'approved', did: 'Approved by', act: 'Approve', icon: 'seal' },
];

export interface SignOffPanelProps {
  readonly entity: SignedEntity;
  readonly id: string;
  /** Called before anything is signed, so that what is being typed is part of it. */
  readonly beforeSigning?: () => Promise<boolean>;
}

export function SignOffPanel({ entity, id, beforeSigning }: SignOffPanelProps) {
  const query = useQuery(trpc.fieldwork.signOffs.queryOptions({ entity, id }));
  const people = usePeople();
  const me = useMe();
  const ids = useOperationIds();
  const [shown, setShown] = useState<string | null>(null);
  const [past, setPast] = useState(false);
  const [withdrawing, setWithdrawing] = useState<SignOff | null>(null);
  const sign = useMutation({
    ...trpc.fieldwork.sign.mutationOptions({ meta: { failure: 'It is not signed' } }),
    onSettled: () => {
      ids.settle();
      void recordsChanged([entity]);
    },
  });
  if (!query.data) return query.isError ? <p className={css.none}>{errorWords(toErrorData(query.error)).title}</p> : null;
  const { signOffs, refused, contentSha256, openNotes } = query.data;
  const active = signOffs.filter((one) => one.state !== 'withdrawn' && one.state !== 'superseded');
  const former = signOffs.filter((one) => one.state === 'withdrawn' || one.state === 'superseded');
  const name = (person: string | null) => (person === null ? 'Somebody' : (people.name(person) ?? 'Somebody'));

  const signAs = async (kind: SignKind) => {
    if (beforeSigning && !(await beforeSigning())) return;
    // what was typed a moment ago is another content: it is read again, and the server holds it against what it has
    const fresh = beforeSigning ? ((await query.refetch()).data?.contentSha256 ?? contentSha256) : contentSha256;
    const body = { entity, id, kind, note: null, contentSha256: fresh };
    sign.mutate({ ...body, opId: ids.of(body) });
  };

  return (
    <div className={css.panel}>
      {active.length === 0 ? <p className={css.none}>Nobody has signed yet.</p> : null}
      <ol className={css.list}>
        {KINDS.flatMap(({ kind, did, icon }) =>
          active
            .filter((one) => one.kind === kind)
            .reverse()
            .map((one) => (
              <li key={one.id} className={css.entry}>
                <Icon name={icon} size={16} />
                <div className={css.words}>
                  <span>
                    {did} <strong>{name(one.signedBy)}</strong>
                  </span>
                  <span className={css.second}>
                    {formatInstant(one.signedAt)} · <HashText hash={one.contentSha256} />
                  </span>
                  {one.note ? <span className={css.second}>{one.note}</span> : null}
                </div>
                <div className={css.marks}>
                  {one.state === 'changed' ? (
                    <>
                      <Pill
                        word={kind === 'prepared' ? 'Changed since' : 'Changed after review'}
                        tone="attention"
                        shape="arrow-swap"
                      />
                      <Button
                        variant="transparent"
                        aria-expanded={shown === one.id}
                        onClick={() => setShown(shown === one.id ? null : one.id)}
                      >
                        {shown === one.id
                          ? 'Hide'
                          : `Show ${one.changes.length === 1 ? 'the change' : `${one.changes.length} changes`}`}
                      </Button>
                    </>
                  ) : null}
                  {one.state === 'unknown' ? <Pill word="Content not kept" /> : null}
                  {refused.prepared !== 'ROLE_FORBIDS' && (one.signedBy === me?.id || refused.reviewed !== 'TEAM_FORBIDS') ? (
                    <Button variant="transparent" onClick={() => setWithdrawing(one)}>
                      Withdraw
                    </Button>
                  ) : null}
                </div>
                {shown === one.id ? <Changes signOff={one} /> : null}
              </li>
            )),
        )}
      </ol>
      <div className={css.foot}>
        {KINDS.map(({ kind, act, icon }) => {
          const mine = active.find((one) => one.kind === kind && one.signedBy === me?.id);
          if (mine?.state === 'stands' || refused[kind] === 'ROLE_FORBIDS') return null;
          const why = refused[kind];
          return (
            <Button
              key={kind}
              variant={mine?.state === 'changed' ? 'filled' : 'default'}
              leftSection={<Icon name={icon} size={15} />}
              disabled={why !== null}
              title={why === null ? undefined : whyWords(why, openNotes)}
              loading={sign.isPending && sign.variables.kind === kind}
              onClick={() => void signAs(kind)}
            >
              {mine?.state === 'changed' ? 'Sign again' : act}
            </Button>
          );
        })}
        {refused.approved === 'NOTES_OPEN' ? (
          <span className={css.second}>{openNotes === 1 ? 'A review note is open' : `${openNotes} review notes are open`}</span>
        ) : null}
        {former.length > 0 ? (
          <Button variant="transparent" aria-expanded={past} onClick={() => setPast(!past)}>
            {past ? 'Hide former' : `${former.length} former`}
          </Button>
        ) : null}
      </div>
      {past ? (
        <ul className={css.former}>
          {former.map((one) => (
            <li key={one.id}>
              {KINDS.find(({ kind }) => kind === one.kind)?.did} {name(one.signedBy)}, {formatInstant(one.signedAt)}:{' '}
              {one.state === 'superseded'
                ? 'signed again later'
                : `withdrawn by ${name(one.withdrawnBy)}, ${one.withdrawnReason ?? ''}`}
            </li>
          ))}
        </ul>
      ) : null}
      {withdrawing ? <WithdrawDialog entity={entity} id={id} signOff={withdrawing} onClose={() => setWithdrawing(null)} /> : null}
    </div>
  );
}

function whyWords(code: string, openNotes: number): string {
  if (code === 'STATE_FORBIDS') return 'Only what is done is approved.';
  if (code === 'NOTES_OPEN') return openNotes === 1 ? 'A review note is open.' : `${openNotes} review notes are open.`;
  if (code === 'FOUR_EYES') return 'Somebody else has to: nobody reviews their own work.';
  return errorWords({ code: 'TEAM_FORBIDS', details: {}, faults: [] }).title;
}

function text(value: Json): string {
  if (value === null) return '(nothing)';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function Changes({ signOff }: { readonly signOff: SignOff }) {
  return (
    <table className={css.changes}>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Signed</th>
          <th scope="col">Now</th>
        </tr>
      </thead>
      <tbody>
        {signOff.changes.map((change) => (
          <tr key={change.label}>
            <th scope="row">{change.label}</th>
            <td>
              <del>{text(change.signed)}</del>
            </td>
            <td>
              <ins>{text(change.present)}</ins>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface WithdrawProps {
  readonly entity: SignedEntity;
  readonly id: string;
  readonly signOff: SignOff;
  readonly onClose: () => void;
}

function WithdrawDialog({ entity, id, signOff, onClose }: WithdrawProps) {
  const [reason, setReason] = useState('');
  const ids = useOperationIds();
  const withdraw = useMutation({
    ...trpc.fieldwork.withdraw.mutationOptions({ meta: { failure: 'It is not withdrawn' } }),
    onSuccess: () => {
      void recordsChanged([entity]);
      notify({ tone: 'good', title: 'Sign-off withdrawn' });
      onClose();
    },
  });
  return (
    <Dialog
      opened
      onClose={onClose}
      title="Withdraw a sign-off"
      action="Withdraw the sign-off"
      destructive
      busy={withdraw.isPending}
      disabled={reason.trim() === ''}
      onAction={() => {
        const body = { entity, id, signOffId: signOff.id, reason: reason.trim() };
        withdraw.mutate({ ...body, opId: ids.of(body) });
      }}
    >
      <p>
        The {entityOf(entity).label.one.toLowerCase()} can change again where it was approved. The signature stays in the history
        with your reason.
      </p>
      <Textarea
        label="Reason"
        withAsterisk
        maxLength={2000}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Dialog>
  );
}
