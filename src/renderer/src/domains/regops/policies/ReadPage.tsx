/** A person reads the version that they are asked to acknowledge, and says so. The answer names the hash of the text on this very page. */
import { Button } from '@mantine/core';
import { DateText } from '@renderer/components/DateText';
import { ErrorState } from '@renderer/components/ErrorState';
import { HashText } from '@renderer/components/HashText';
import { Icon } from '@renderer/components/Icon';
import { KeyCap } from '@renderer/components/KeyCap';
import { MarkdownText } from '@renderer/components/MarkdownText';
import { OfflineNote } from '@renderer/components/OfflineNote';
import { Page } from '@renderer/components/Page';
import { OptionPill } from '@renderer/components/Pill';
import { Refusal } from '@renderer/components/Refusal';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { applyOperation, recordOptions } from '@renderer/entities/api';
import { Screen } from '@renderer/entities/parts/Screen';
import { detailPath } from '@renderer/entities/paths';
import type { GenericRow } from '@renderer/entities/rows';
import { useConnection } from '@renderer/lib/connection';
import { formatDate, formatInstant } from '@renderer/lib/format';
import { useMe } from '@renderer/lib/session';
import { recordsChanged } from '@renderer/lib/trpc';
import { useAction } from '@renderer/lib/use-action';
import { useShortcuts } from '@renderer/lib/use-shortcuts';
import { uuidv7 } from '@renderer/lib/uuid';
import type { EntityRow } from '@shared/entities/registry';
import { ACKNOWLEDGEMENT_STATUS } from '@shared/entities/regops/policy-options';
import type { RecordView } from '@shared/wire/records';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import css from './ReadPage.module.css';
import { useVersion, type Version } from './records';

type Acknowledgement = EntityRow<'policyAcknowledgements'>;

export function ReadPage() {
  const { acknowledgementId = null } = useParams();
  return <Screen>{acknowledgementId === null ? null : <Loaded key={acknowledgementId} id={acknowledgementId} />}</Screen>;
}

function Loaded({ id }: { readonly id: string }) {
  const asked = useQuery({
    ...recordOptions('policyAcknowledgements', id),
    select: (record) => record as RecordView<GenericRow & Acknowledgement>,
  });
  const version = useVersion(asked.data?.row.versionId ?? null);
  const round = useQuery({
    ...recordOptions('policyRounds', asked.data?.row.roundId ?? ''),
    enabled: asked.data?.row.roundId != null,
  });
  if (asked.data === undefined || version.data === undefined) {
    const failed = asked.isError ? asked : version.isError ? version : null;
    if (failed !== null) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
    return <SkeletonRows label="Reading the version" rows={14} />;
  }
  const note = round.data?.row.note;
  return (
    <Reading asked={asked.data.row} version={version.data.row} note={typeof note === 'string' && note !== '' ? note : null} />
  );
}

interface ReadingProps {
  readonly asked: Acknowledgement;
  readonly version: Version;
  /** What whoever asks says to it. */
  readonly note: string | null;
}

function Reading({ asked, version, note }: ReadingProps) {
  const me = useMe();
  const navigate = useNavigate();
  const connection = useConnection();
  const { busy, failure, run } = useAction(() => recordsChanged(['policyRounds']));
  const { end, seen } = useSeen();
  const mine = asked.personId === me?.id;
  const open = asked.status === 'open';
  // one operation for one answer: a second click, or a lost reply, writes it once
  const opId = useRef(uuidv7());
  const send = () =>
    applyOperation({
      opId: opId.current,
      entity: 'policyAcknowledgements',
      entityId: asked.id,
      kind: 'update',
      baseVersion: asked.rowVersion,
      base: { status: asked.status, readSha256: asked.readSha256 },
      patch: { status: 'acknowledged', readSha256: version.contentSha256 },
    });
  const acknowledge = () => run(send, `You acknowledged ${asked.title}`);
  useShortcuts('Reading', [
    {
      keys: 'Ctrl+Enter',
      label: 'Acknowledge',
      hint: 'acknowledge',
      enabled: mine && open && seen && !busy,
      run: () => void acknowledge(),
    },
    { keys: 'Escape', label: 'Back to my work', hint: 'back', run: () => void navigate('/work') },
  ]);
  return (
    <Page
      title={asked.title ?? ''}
      flush
      crumbs={[{ label: 'My work', to: '/work' }, { label: 'To acknowledge' }]}
      note={
        <span className={css.note}>
          <OptionPill options={ACKNOWLEDGEMENT_STATUS} value={asked.status} />
          {open ? (
            <>
              until <DateText date={asked.dueDate} due />
            </>
          ) : null}
          {asked.acknowledgedAt === null ? null : formatInstant(asked.acknowledgedAt)}
        </span>
      }
      actions={
        <Button variant="subtle" onClick={() => void navigate(detailPath('policyAcknowledgements', asked.id))}>
          Record
        </Button>
      }
    >
      <div className={css.page}>
        <OfflineNote flush connection={connection} note="Reading goes on; your answer is sent when the server is back." />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <section className={css.scroll} tabIndex={0} aria-label="The text">
          <article className={css.text}>
            {note === null ? null : <p className={css.asks}>{note}</p>}
            <MarkdownText text={version.content ?? ''} top={2} />
            <div ref={end} className={css.end}>
              Version {version.label}
              {version.inForceFrom === null ? '' : `, in force since ${formatDate(version.inForceFrom)}`}
              {version.contentSha256 === null ? null : <HashText hash={version.contentSha256} />}
            </div>
          </article>
        </section>
        <footer className={css.foot}>
          <Refusal error={failure} />
          {mine && open ? (
            <>
              <span className={css.say}>
                {seen ? 'Your name, the time and the hash of this text are kept as proof.' : 'Read to the end to acknowledge it.'}
              </span>
              <Button
                size="lg"
                variant="filled"
                leftSection={<Icon name="check" />}
                rightSection={<KeyCap keys="Ctrl+Enter" on="action" joined />}
                loading={busy}
                disabled={!seen}
                onClick={() => void acknowledge()}
              >
                I have read it and acknowledge it
              </Button>
            </>
          ) : (
            <span className={css.say}>
              {asked.status === 'acknowledged' ? (
                <>
                  <Icon name="check" size={14} /> {mine ? 'You acknowledged' : 'Acknowledged'} exactly this text
                  {asked.acknowledgedAt === null ? '' : `, ${formatInstant(asked.acknowledgedAt)}`}.{' '}
                  <Link to="/work">My work</Link>
                </>
              ) : asked.status === 'lapsed' ? (
                'This is asked no longer: another version took its place, or the round was closed.'
              ) : (
                'Somebody else is asked. Nobody acknowledges for another.'
              )}
            </span>
          )}
        </footer>
      </div>
    </Page>
  );
}

/** True once the end of the text was in sight. */
function useSeen() {
  const end = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const element = end.current;
    if (element === null) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { end, seen };
}
