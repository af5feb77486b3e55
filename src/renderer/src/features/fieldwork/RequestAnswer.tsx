/**
 * The answer to an evidence request on its page. The person asked writes it, with text or files, as a draft or handed in; an auditor
 * who was not asked decides. Everybody else reads.
 */
import { Button, Textarea } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { Icon } from '@renderer/components/Icon';
import { OptionPill } from '@renderer/components/Pill';
import { usePeople } from '@renderer/entities/api';
import { type DetailExtraProps, recordOf } from '@renderer/entities/detail/extras';
import { bridge } from '@renderer/lib/bridge';
import { errorWords } from '@renderer/lib/error-texts';
import { toErrorData } from '@renderer/lib/errors';
import { daysUntil, formatBytes, formatInstant, todayHere } from '@renderer/lib/format';
import { notify } from '@renderer/lib/notices';
import { useRights } from '@renderer/lib/rights';
import { useMe } from '@renderer/lib/session';
import { recordsChanged, trpc, trpcClient } from '@renderer/lib/trpc';
import { uuidv7 } from '@renderer/lib/uuid';
import { EVIDENCE_STATUS } from '@shared/entities/auditops/options';
import { REMINDER_DAYS, REQUEST_WAITING } from '@shared/entities/auditops/request';
import type { EntityRow } from '@shared/entities/registry';
import type { DecideInput } from '@shared/wire/requests';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { Link } from 'react-router';
import css from './RequestAnswer.module.css';
import { useOperationIds } from './records';

type Request = EntityRow<'evidenceRequests'>;

export function RequestAnswer(props: DetailExtraProps) {
  const request = recordOf('evidenceRequests', props).row;
  const me = useMe();
  const people = usePeople();
  const mine = request.askedOf === me?.id;
  const waiting = REQUEST_WAITING.some((state) => state === request.status);
  return (
    <Card title="Answer" note={<OptionPill options={EVIDENCE_STATUS} value={request.status} bare />}>
      <div className={css.answer}>
        {waiting ? <Reminder request={request} /> : null}
        {request.status === 'rejected' && request.decisionReason ? (
          <p className={css.rejected}>
            <strong>{people.name(request.decidedBy ?? '') ?? 'Somebody'}</strong> sent it back: {request.decisionReason}
          </p>
        ) : null}
        {mine && waiting ? (
          <AnswerForm request={request} />
        ) : (
          <Given request={request} name={people.name(request.askedOf) ?? 'The person asked'} />
        )}
        <Decide request={request} mine={mine} />
      </div>
    </Card>
  );
}

/** How near the due date is; the steps are those of the reminders. */
function Reminder({ request }: { readonly request: Request }) {
  const days = daysUntil(request.dueDate, todayHere());
  if (days === null) return null;
  const next = [...REMINDER_DAYS].find((step) => days > step);
  const words =
    days < 0
      ? `${-days} ${days === -1 ? 'day' : 'days'} late`
      : days === 0
        ? 'Due today'
        : `Due in ${days} ${days === 1 ? 'day' : 'days'}${next === undefined ? '' : `; the next reminder comes ${next} ${next === 1 ? 'day' : 'days'} before`}`;
  return (
    <p className={css.due} data-late={days < 0 || undefined}>
      <Icon name="clock" size={14} /> {words}
    </p>
  );
}

function Given({ request, name }: { readonly request: Request; readonly name: string }) {
  if (request.answeredAt === null) return <p className={css.second}>{name} has not answered yet. Nobody else can.</p>;
  return (
    <>
      <p className={css.text}>{request.answer ?? 'No text, see the files.'}</p>
      <p className={css.second}>
        {name}, {formatInstant(request.answeredAt)}
        {request.evidenceId ? (
          <>
            {' · '}
            <Link to={`/r/auditEvidence/${request.evidenceId}`}>Files of the answer</Link>
          </>
        ) : null}
      </p>
    </>
  );
}

interface Chosen {
  readonly opId: string;
  readonly file: File;
}

function AnswerForm({ request }: { readonly request: Request }) {
  const [text, setText] = useState(request.answer ?? '');
  const [files, setFiles] = useState<readonly Chosen[]>([]);
  const input = useRef<HTMLInputElement>(null);
  const evidenceId = useRef(request.evidenceId ?? uuidv7());
  const ids = useOperationIds();
  const send = useMutation({
    mutationFn: async (submit: boolean) => {
      const granted = [];
      for (const { opId, file } of files) granted.push({ opId, grantId: (await bridge().grantFile(file)).grantId });
      const answer = text.trim() === '' ? null : text.trim();
      const body = { requestId: request.id, answer, evidenceId: evidenceId.current, submit };
      return trpcClient.fieldwork.answer.mutate({ ...body, files: granted, opId: ids.of([body, files.map(({ opId }) => opId)]) });
    },
    meta: { quiet: true },
    onSuccess: (_, submit) => {
      setFiles([]);
      void recordsChanged(['evidenceRequests', 'auditEvidence', 'evidenceFiles']);
      notify({ tone: 'good', title: submit ? 'Answer handed in' : 'Draft kept' });
    },
  });
  const words = send.isError ? errorWords(toErrorData(send.error)) : null;
  return (
    <div className={css.form}>
      {words ? (
        <p className={css.rejected} role="alert">
          <strong>{words.title}.</strong> {words.text}
        </p>
      ) : null}
      <Textarea
        label="Your answer"
        autosize
        minRows={3}
        maxRows={14}
        maxLength={100_000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-testid="answer-input"
        onChange={(event) => {
          const chosen = [...(event.currentTarget.files ?? [])].map((file) => ({ opId: uuidv7(), file }));
          setFiles((before) => [...before, ...chosen].slice(0, 20));
          event.currentTarget.value = '';
        }}
      />
      {files.length > 0 ? (
        <ul className={css.files}>
          {files.map(({ opId, file }) => (
            <li key={opId}>
              <Icon name="file" size={14} /> {file.name} <span className={css.second}>{formatBytes(file.size)}</span>
              <Button variant="transparent" onClick={() => setFiles((before) => before.filter((one) => one.opId !== opId))}>
                Leave out
              </Button>
            </li>
          ))}
        </ul>
      ) : null}
      <div className={css.buttons}>
        <Button variant="default" leftSection={<Icon name="paperclip" size={15} />} onClick={() => input.current?.click()}>
          Add files
        </Button>
        <span className={css.grow} />
        <Button variant="default" disabled={send.isPending} onClick={() => send.mutate(false)}>
          Keep as draft
        </Button>
        <Button
          variant="filled"
          loading={send.isPending}
          disabled={text.trim() === '' && files.length === 0 && request.evidenceId === null}
          onClick={() => send.mutate(true)}
        >
          Hand in the answer
        </Button>
      </div>
    </div>
  );
}

function Decide({ request, mine }: { readonly request: Request; readonly mine: boolean }) {
  const may = useRights('evidenceRequests');
  const [reason, setReason] = useState<string | null>(null);
  const ids = useOperationIds();
  const decide = useMutation({
    ...trpc.fieldwork.decide.mutationOptions({ meta: { failure: 'Nothing was decided' } }),
    onSuccess: () => {
      setReason(null);
      void recordsChanged(['evidenceRequests', 'auditEvidence']);
    },
  });
  if (!may.update) return null;
  const run = (decision: DecideInput['decision'], why: string | null = null) => {
    const body = { requestId: request.id, decision, reason: why };
    decide.mutate({ ...body, opId: ids.of(body) });
  };
  if (request.status === 'in_review' && mine) return <p className={css.second}>Somebody else decides: you were asked.</p>;
  return (
    <div className={css.form}>
      {reason === null ? null : (
        <Textarea
          label="Reason"
          withAsterisk
          autoFocus
          maxLength={2000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      <div className={css.buttons}>
        <span className={css.grow} />
        {request.status === 'in_review' && reason === null ? (
          <>
            <Button variant="default" onClick={() => setReason('')}>
              Reject
            </Button>
            <Button variant="filled" loading={decide.isPending} onClick={() => run('accepted')}>
              Accept the answer
            </Button>
          </>
        ) : null}
        {reason === null ? null : (
          <>
            <Button variant="default" onClick={() => setReason(null)}>
              Cancel
            </Button>
            <Button
              variant="filled"
              loading={decide.isPending}
              disabled={reason.trim() === ''}
              onClick={() => run('rejected', reason.trim())}
            >
              Reject the answer
            </Button>
          </>
        )}
        {request.status === 'accepted' ? (
          <Button variant="default" onClick={() => run('in_review')}>
            Look at it again
          </Button>
        ) : null}
        {REQUEST_WAITING.some((state) => state === request.status) && !mine ? (
          <Button variant="default" onClick={() => run('expired')}>
            Wait no longer
          </Button>
        ) : null}
        {request.status === 'expired' ? (
          <Button variant="default" onClick={() => run('requested')}>
            Ask again
          </Button>
        ) : null}
      </div>
    </div>
  );
}
