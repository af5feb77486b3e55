/** One entry of the trail: who, when and through what, each field before and after, and how its seal holds it. */
import { ActionIcon, Button } from '@mantine/core';
import { entityOf } from '@shared/entities/registry';
import { changesOf } from '@shared/trail-changes';
import type { TrailEntryDetails, TrailEntryProof } from '@shared/wire/trail';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { ErrorState } from '../../components/ErrorState';
import { HashText } from '../../components/HashText';
import { Icon } from '../../components/Icon';
import { SidePane } from '../../components/Page';
import { SkeletonRows } from '../../components/Skeleton';
import { sourceWords } from '../../entities/detail/History';
import { detailPath } from '../../entities/paths';
import { BeforeAfter } from '../../entities/values/BeforeAfter';
import type { Names } from '../../entities/values/text';
import { count, formatDate, formatInstant, formatNumber, todayHere } from '../../lib/format';
import css from './TrailPage.module.css';
import { type TrailRow, useTrailEntry } from './useTrail';
import { deedOf, entityNameOf, fieldOf, humanised, kindWords, plainValue, recordWords, timeParts, whoWords } from './words';

interface EntryPaneProps {
  readonly row: Pick<TrailRow, 'origin' | 'entry'> & Partial<TrailRow>;
  readonly names: Names;
  readonly onClose: () => void;
}

export function EntryPane({ row, names, onClose }: EntryPaneProps) {
  const entry = useTrailEntry(row);
  return (
    <SidePane
      label="Entry"
      title={`Entry ${formatNumber(Number(row.entry))}`}
      note={row.origin === 'platform' ? 'of the platform' : undefined}
      width={356}
      covers
      actions={
        <ActionIcon variant="subtle" aria-label="Close" onClick={onClose}>
          <Icon name="x" />
        </ActionIcon>
      }
    >
      {entry.isPending ? <SkeletonRows rows={6} label="The entry is read" /> : null}
      {entry.isError ? <ErrorState error={entry.error} onRetry={() => void entry.refetch()} /> : null}
      {entry.data === undefined ? null : <Entry entry={entry.data} row={row} names={names} />}
    </SidePane>
  );
}

function instantWords(at: string): string {
  const { time } = timeParts(at, '');
  const fraction = /\.(\d{1,6})/.exec(at)?.[1] ?? '';
  return `${formatDate(todayHere(new Date(at)))}, ${time}${fraction === '' ? '' : `.${fraction}`}`;
}

function Entry({ entry, row, names }: { readonly entry: TrailEntryDetails } & Omit<EntryPaneProps, 'onClose'>) {
  const record = recordWords({ ...entry, called: row.called ?? null }, row.title ?? null, names);
  const kind = kindWords(entry.resourceType);
  const person = entry.actorName !== null;
  const details = Object.entries(entry.details ?? {}).filter(([, value]) => value !== null);
  return (
    <>
      <dl className={`${css.facts} ${css.block}`}>
        <dt>Who</dt>
        <dd>{whoWords(entry)}</dd>
        {person ? null : (
          <>
            <dt>Login</dt>
            <dd className="k-mono">{entry.login}</dd>
          </>
        )}
        <dt>Did</dt>
        <dd>{deedOf(entry).word}</dd>
        <dt>When</dt>
        <dd>
          <time dateTime={entry.at}>{instantWords(entry.at)}</time>
        </dd>
        <dt>Record</dt>
        <dd>{record === kind ? kind : `${kind} ${record}`}</dd>
        {entry.reason === null ? null : (
          <>
            <dt>Reason</dt>
            <dd>“{entry.reason}”</dd>
          </>
        )}
        <dt>From</dt>
        <dd>{entry.source === null || entry.source === '' ? 'the server itself' : sourceWords(entry.source)}</dd>
        {entry.opId === null ? null : (
          <>
            <dt>Operation</dt>
            <dd>
              <HashText hash={entry.opId} />
            </dd>
          </>
        )}
        {details.map(([key, value]) => (
          <Detail key={key} name={key} value={value} />
        ))}
      </dl>
      <Changes entry={entry} names={names} />
      <Sealed entry={entry} />
      <Foot entry={entry} title={row.title ?? null} />
    </>
  );
}

function Detail({ name, value }: { readonly name: string; readonly value: unknown }) {
  return (
    <>
      <dt>{humanised(name)}</dt>
      <dd>{String(plainValue(name, value))}</dd>
    </>
  );
}

const HEADINGS: Readonly<Record<string, string>> = { insert: 'With these values', delete: 'It held' };

function Changes({ entry, names }: { readonly entry: TrailEntryDetails; readonly names: Names }) {
  const name = entityNameOf(entry.resourceType);
  const entity = name === null ? null : entityOf(name);
  const changes = changesOf(entry);
  if (changes.length === 0) return null;
  return (
    <div className={css.block}>
      <h3 className={css.heading}>{HEADINGS[entry.action] ?? `${count(changes.length, 'field')} changed`}</h3>
      <dl className={css.changes}>
        {changes.map(({ column, before, after }) => {
          const field = fieldOf(entity, column);
          const plain = field.kind === 'text';
          return (
            <div key={column} className={css.change}>
              <dt>{field.label}</dt>
              <dd>
                <BeforeAfter
                  field={field}
                  before={plain ? plainValue(column, before) : before}
                  after={plain ? plainValue(column, after) : after}
                  names={names}
                />
              </dd>
            </div>
          );
        })}
      </dl>
    </div>
  );
}

function Sealed({ entry }: { readonly entry: TrailEntryDetails }) {
  const { proof, seal } = entry;
  return (
    <div className={css.block}>
      <h3 className={css.heading}>How it is sealed</h3>
      {proof !== null ? <Chain proof={proof} /> : null}
      {proof === null && seal === null ? (
        <p className={css.waits}>
          <Icon name="clock" />
          <span>It waits for its seal. Until then nothing can be proven of it.</span>
        </p>
      ) : null}
      {proof === null && seal !== null ? (
        <p className={css.waits}>
          <Icon name="seal" />
          <span>Sealed in batch {formatNumber(seal)} of the platform’s own trail, which its administrators prove.</span>
        </p>
      ) : null}
    </div>
  );
}

function Chain({ proof }: { readonly proof: TrailEntryProof }) {
  const { seal, holds } = proof;
  const steps = [
    { name: 'Entry', note: `its own content, place ${proof.index + 1}`, hash: proof.leaf },
    {
      name: `Batch ${formatNumber(seal.seq)}`,
      note: `${count(seal.rowCount, 'entry', 'entries')}, ${formatInstant(seal.sealedAt)}`,
      hash: seal.hash,
    },
    ...(seal.seq > 1 ? [{ name: `Batch ${formatNumber(seal.seq - 1)}`, note: 'the one before', hash: seal.previous }] : []),
  ];
  return (
    <>
      <ol className={css.chain} data-holds={holds || undefined}>
        {steps.map((step) => (
          <li key={step.name}>
            <Icon name={holds ? 'seal' : 'alert-filled'} className={css.sealed} />
            <span>
              <strong>{step.name}</strong>
              <span className={css.small}>{step.note}</span>
            </span>
            <HashText hash={step.hash} />
          </li>
        ))}
      </ol>
      {holds ? null : (
        <p className={css.broken} role="alert">
          This entry differs from its seal. Keep this machine as it is and call whoever runs the server.
        </p>
      )}
    </>
  );
}

function Foot({ entry, title }: { readonly entry: TrailEntryDetails; readonly title: string | null }) {
  const navigate = useNavigate();
  const [copied, setCopied] = useState(false);
  const name = entityNameOf(entry.resourceType);
  const { proof, resourceId } = entry;
  const copy = async () => {
    await navigator.clipboard.writeText(JSON.stringify(proof, null, 2));
    setCopied(true);
  };
  if (proof === null && (title === null || name === null)) return null;
  return (
    <div className={`${css.block} ${css.buttons}`}>
      {proof === null ? null : (
        <Button
          leftSection={<Icon name={copied ? 'check' : 'copy'} />}
          onClick={() => void copy()}
          onBlur={() => setCopied(false)}
          data-testid="copy-proof"
        >
          {copied ? 'Proof copied' : 'Copy the proof'}
        </Button>
      )}
      {title === null || name === null || resourceId === null ? null : (
        <Button onClick={() => void navigate(detailPath(name, resourceId))}>
          Open {title.length > 24 ? entityOf(name).label.one.toLowerCase() : title}
        </Button>
      )}
    </div>
  );
}
