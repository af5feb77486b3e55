/** Two versions of a regulation side by side: what became of each requirement, word by word, and which answers need another look. */
import { Button, TextInput } from '@mantine/core';
import type { RequirementChange, VersionComparison } from '@shared/wire/versions';
import { diffWords } from '@shared/word-diff';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { EmptyState } from '../../../components/EmptyState';
import { ErrorState } from '../../../components/ErrorState';
import { Icon } from '../../../components/Icon';
import { OfflineNote } from '../../../components/OfflineNote';
import { Page } from '../../../components/Page';
import { Pill } from '../../../components/Pill';
import { SkeletonRows } from '../../../components/Skeleton';
import { Screen } from '../../../entities/parts/Screen';
import { DOMAIN_LABELS, detailPath } from '../../../entities/paths';
import { useConnection } from '../../../lib/connection';
import { download, exportFileName, toCsv } from '../../../lib/csv';
import { count, formatNumber, todayHere } from '../../../lib/format';
import { useWorkspace } from '../../../lib/session';
import { trpc } from '../../../lib/trpc';
import { useShortcuts } from '../../../lib/use-shortcuts';
import { ChoiceChips } from '../coverage/ChoiceChips';
import css from '../coverage/Coverage.module.css';
import { RecordRows } from '../coverage/RecordRows';
import { resultOption } from '../coverage/resultWords';
import { type RegulationChoice, RegulationSelect, useRegulations } from '../RegulationSelect';

export function VersionsPage() {
  return (
    <Screen>
      <VersionsOfAddress />
    </Screen>
  );
}

/** The chosen two; else the newest version that supersedes another, and that other. */
function pairOf(list: readonly RegulationChoice[], from: string | null, to: string | null): [string | null, string | null] {
  const has = (id: string | null) => id !== null && list.some((choice) => choice.id === id);
  if (has(from) && has(to) && from !== to) return [from, to];
  const follower = list.find((choice) => (has(to) ? choice.id === to : choice.supersedesId !== null && has(choice.supersedesId)));
  if (follower !== undefined && has(follower.supersedesId)) return [follower.supersedesId, follower.id];
  return [has(from) ? from : null, has(to) ? to : null];
}

function VersionsOfAddress() {
  const { list, error, retry } = useRegulations();
  const connection = useConnection();
  const [params, setParams] = useSearchParams();
  const [from, to] = pairOf(list ?? [], params.get('from'), params.get('to'));
  const choose = (left: string | null, right: string | null) =>
    setParams({ ...(left === null ? {} : { from: left }), ...(right === null ? {} : { to: right }) }, { replace: true });
  return (
    <Page
      title="Versions side by side"
      crumbs={[{ label: DOMAIN_LABELS.regops }, { label: 'Versions' }]}
      flush
      rail
      toolbar={
        list === undefined ? undefined : (
          <>
            <RegulationSelect
              label="Older version"
              list={list}
              value={from}
              other={to}
              onChange={(id) => choose(id, to)}
              width={340}
            />
            <Icon name="arrow-right" />
            <RegulationSelect
              label="Newer version"
              list={list}
              value={to}
              other={from}
              onChange={(id) => choose(from, id)}
              width={340}
            />
          </>
        )
      }
    >
      <OfflineNote connection={connection} flush />
      {list === undefined ? (
        error === null ? (
          <SkeletonRows rows={14} label="Regulations are read" />
        ) : (
          <ErrorState error={error} onRetry={retry} />
        )
      ) : from === null || to === null ? (
        <EmptyState
          icon="arrow-swap"
          title="Choose two versions"
          text="Choose the older and the newer version above. A version that supersedes another is found by itself."
        />
      ) : (
        <Comparison key={`${from} ${to}`} from={from} to={to} />
      )}
    </Page>
  );
}

function Comparison({ from, to }: { readonly from: string; readonly to: string }) {
  const query = useQuery(trpc.catalogs.compare.queryOptions({ from, to }));
  if (query.data === undefined) {
    return query.error === null ? (
      <SkeletonRows rows={16} label="The versions are compared" />
    ) : (
      <ErrorState error={query.error} onRetry={() => void query.refetch()} />
    );
  }
  return <Changes comparison={query.data} />;
}

type Which = 'differ' | 'look' | 'added' | 'removed' | 'changed' | 'renumbered' | 'moved' | 'all';

const FITS: Readonly<Record<Which, (change: RequirementChange) => boolean>> = {
  differ: (change) => change.kind !== 'same' || change.moved || change.renumbered,
  look: (change) => change.verdict === 'look' && change.answers.length > 0,
  added: (change) => change.kind === 'added',
  removed: (change) => change.kind === 'removed',
  changed: (change) => change.kind === 'changed',
  renumbered: (change) => change.renumbered,
  moved: (change) => change.moved,
  all: () => true,
};

const VERDICTS = {
  valid: { word: 'Answer holds', tone: 'good', shape: 'check-filled' },
  look: { word: 'Look again', tone: 'attention', shape: 'eye' },
  gone: { word: 'Gone', tone: 'neutral', shape: 'archive' },
  new: { word: 'New', tone: 'underway', shape: 'plus' },
} as const;

function Changes({ comparison }: { readonly comparison: VersionComparison }) {
  const navigate = useNavigate();
  const workspace = useWorkspace();
  const { changes } = comparison;
  const [which, setWhich] = useState<Which>('differ');
  const [find, setFind] = useState('');
  const [current, setCurrent] = useState(0);
  const words = find.trim().toLowerCase();
  const items = useMemo(
    () => changes.filter((change) => FITS[which](change) && (words === '' || nameOf(change).toLowerCase().includes(words))),
    [changes, which, words],
  );
  const number = (key: Which) => formatNumber(changes.filter(FITS[key]).length);
  const saveCsv = () =>
    download(
      exportFileName(
        workspace?.name ?? '',
        `versions ${comparison.from.version ?? ''} ${comparison.to.version ?? ''}`,
        todayHere(),
      ),
      toCsv(
        [
          'Change',
          'Older ref',
          'Newer ref',
          'Moved',
          'Renumbered',
          'Only form',
          'What it means',
          'Answers',
          'Older title',
          'Newer title',
          'Older text',
          'Newer text',
        ],
        items.map((change) => [
          change.kind,
          change.from?.refId ?? null,
          change.to?.refId ?? null,
          change.moved,
          change.renumbered,
          change.minor,
          VERDICTS[change.verdict].word,
          change.answers.map((answer) => `${answer.assessment}: ${resultOption(answer.result).label}`).join('; '),
          change.from?.title ?? null,
          change.to?.title ?? null,
          change.from?.text ?? null,
          change.to?.text ?? null,
        ]),
      ),
    );
  useShortcuts('Versions', [{ keys: 'Ctrl+E', label: 'Export as CSV', run: saveCsv }]);
  const at = Math.min(current, Math.max(0, items.length - 1));
  const shown = items[at];
  const labels: readonly (readonly [Which, string])[] = [
    ['differ', 'Differ'],
    ['look', 'Answers to look at'],
    ['changed', 'Changed'],
    ['added', 'New'],
    ['removed', 'Gone'],
    ['renumbered', 'Renumbered'],
    ['moved', 'Moved'],
    ['all', 'All'],
  ];
  return (
    <div className={css.view} data-testid="versions">
      <div className={css.tools}>
        <ChoiceChips
          label="Which changes"
          value={which}
          onChange={(next) => {
            setWhich(next);
            setCurrent(0);
          }}
          choices={labels.map(([value, label]) => ({ value, label: `${label} ${number(value)}` }))}
        />
        <TextInput
          className={css.find}
          type="search"
          leftSection={<Icon name="search" />}
          placeholder="Find"
          aria-label="Find a requirement"
          value={find}
          onChange={(event) => setFind(event.currentTarget.value)}
        />
        <Button variant="subtle" leftSection={<Icon name="export" />} onClick={saveCsv}>
          Export CSV
        </Button>
      </div>
      <div className={css.split}>
        <RecordRows
          label="Changes"
          items={items}
          keyOf={(change) => `${change.from?.id ?? ''} ${change.to?.id ?? ''}`}
          current={at}
          onCurrent={setCurrent}
          onOpen={(change) => void navigate(detailPath('requirements', (change.to ?? change.from)?.id ?? ''))}
        >
          {(change) => (
            <>
              <span className={css.ref}>{refsOf(change)}</span>
              <span className={css.name}>{(change.to ?? change.from)?.title}</span>
              {change.answers.length > 0 ? <span className={css.note}>{count(change.answers.length, 'answer')}</span> : null}
              <Pill {...VERDICTS[change.verdict]} bare />
            </>
          )}
        </RecordRows>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long text is scrolled by keys */}
        <section className={css.reader} data-pane="Difference" aria-label="Difference" tabIndex={0}>
          {shown === undefined ? <p className={css.second}>No change of this kind.</p> : <Difference change={shown} />}
        </section>
      </div>
    </div>
  );
}

const nameOf = (change: RequirementChange) =>
  [change.from?.refId, change.from?.title, change.to?.refId, change.to?.title].filter(Boolean).join(' ');
const refsOf = ({ from, to }: RequirementChange) =>
  from !== null && to !== null && from.refId !== to.refId ? `${from.refId} → ${to.refId}` : ((to ?? from)?.refId ?? '');

function Difference({ change }: { readonly change: RequirementChange }) {
  const { from, to } = change;
  return (
    <article>
      <h2 className={css.heading}>
        {refsOf(change)} <Diff before={titleOf(from)} after={titleOf(to)} />
      </h2>
      <p className={css.second}>{sentence(change)}</p>
      <p className={css.prose}>
        <Diff before={from?.text ?? ''} after={to?.text ?? ''} />
      </p>
      {change.answers.length === 0 ? null : (
        <section className={css.source}>
          <div className={css.sourceHead}>
            <p className={css.sourceTitle}>{meaning(change)}</p>
          </div>
          <ul className={css.proofs}>
            {change.answers.map((answer) => (
              <li key={answer.id} className={css.proof}>
                <span className={css.kind}>Answer</span>
                <span className={css.name}>{answer.assessment}</span>
                <span>{resultOption(answer.result).label}</span>
                <span />
              </li>
            ))}
          </ul>
        </section>
      )}
      <p className={css.links}>
        {from === null ? null : <Link to={detailPath('requirements', from.id)}>Older requirement</Link>}
        {to === null ? null : <Link to={detailPath('requirements', to.id)}>Newer requirement</Link>}
      </p>
    </article>
  );
}

/** A title that only shows how the text begins is not said twice. */
function titleOf(node: RequirementChange['from']): string {
  const title = node?.title ?? '';
  return (node?.text ?? '').startsWith(title.replace(/…$/, '')) ? '' : title;
}

function sentence(change: RequirementChange): string {
  if (change.kind === 'added') return `New under ${change.to?.above.join(' / ') || 'the top'}.`;
  if (change.kind === 'removed') return `Gone; it stood under ${change.from?.above.join(' / ') || 'the top'}.`;
  const parts = [
    change.kind === 'same' ? 'The words are the same' : change.minor ? 'Only its form changed' : 'The words changed',
    change.renumbered ? `renumbered from ${change.from?.refId} to ${change.to?.refId}` : '',
    change.moved
      ? `moved from ${change.from?.above.join(' / ') || 'the top'} to ${change.to?.above.join(' / ') || 'the top'}`
      : '',
  ];
  return `${parts.filter((part) => part !== '').join('; ')}.`;
}

function meaning(change: RequirementChange): string {
  if (change.verdict === 'valid') return 'These answers still hold';
  return change.verdict === 'gone' ? 'Nothing asks for these answers any more' : 'These answers need another look';
}

function Diff({ before, after }: { readonly before: string; readonly after: string }) {
  const pieces = useMemo(() => diffWords(before, after), [before, after]);
  let place = 0;
  return (
    <>
      {pieces.map(({ kind, text }) => {
        place += text.length;
        if (kind === 'added') return <ins key={`a${place}`}>{text}</ins>;
        return kind === 'removed' ? <del key={`r${place}`}>{text}</del> : <span key={`s${place}`}>{text}</span>;
      })}
    </>
  );
}
