/** Two versions of a policy: paragraph by paragraph side by side, or in one text, word by word; which two is chosen above. */

import { Button, SegmentedControl, Select } from '@mantine/core';
import { EmptyState } from '@renderer/components/EmptyState';
import { ErrorState } from '@renderer/components/ErrorState';
import { Icon } from '@renderer/components/Icon';
import { OfflineNote } from '@renderer/components/OfflineNote';
import { Page } from '@renderer/components/Page';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { Screen } from '@renderer/entities/parts/Screen';
import { DOMAIN_LABELS, detailPath, listPath } from '@renderer/entities/paths';
import { WordDiff } from '@renderer/entities/values/BeforeAfter';
import { useConnection } from '@renderer/lib/connection';
import { count, formatDate } from '@renderer/lib/format';
import { useShortcuts } from '@renderer/lib/use-shortcuts';
import { optionLabel } from '@shared/entities/option-label';
import { VERSION_STATUS } from '@shared/entities/regops/policy-options';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { useParams, useSearchParams } from 'react-router';
import css from './ComparePage.module.css';
import { type DifferenceRow, differenceRows, figuresOf } from './differences';
import { type Policy, usePolicy, useVersion, type Version, versionsOptions } from './records';

export function ComparePage() {
  const { policyId = null } = useParams();
  return <Screen>{policyId === null ? null : <Loaded key={policyId} policyId={policyId} />}</Screen>;
}

function Loaded({ policyId }: { readonly policyId: string }) {
  const policy = usePolicy(policyId);
  const versions = useQuery(versionsOptions(policyId));
  if (policy.data === undefined || versions.data === undefined) {
    const failed = policy.isError ? policy : versions.isError ? versions : null;
    if (failed !== null) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
    return <SkeletonRows label="Reading the versions" rows={12} />;
  }
  return <Compared policy={policy.data.row} versions={versions.data} />;
}

type Look = 'beside' | 'inline';

/** What a version is called where two are chosen: number, state, and the day on which it came into force. */
function words({ label, status, inForceFrom }: Version): string {
  const state = optionLabel(VERSION_STATUS, status);
  return `${label} · ${state}${inForceFrom === null ? '' : ` · from ${formatDate(inForceFrom)}`}`;
}

function Compared({ policy, versions }: { readonly policy: Policy; readonly versions: readonly Version[] }) {
  const connection = useConnection();
  const [params, setParams] = useSearchParams();
  const [look, setLook] = useState<Look>('beside');
  const [whole, setWhole] = useState(false);
  const known = (id: string | null) => (versions.some((version) => version.id === id) ? id : null);
  const to = known(params.get('to')) ?? versions[0]?.id ?? null;
  const from = known(params.get('from')) ?? versions.find(({ id }) => id !== to)?.id ?? null;
  const choose = (left: string | null, right: string | null) =>
    setParams({ ...(left === null ? {} : { from: left }), ...(right === null ? {} : { to: right }) }, { replace: true });
  const choice = (label: string, value: string | null, other: string | null, onChoose: (id: string) => void) => (
    <Select
      aria-label={label}
      className={css.choice}
      data={versions.filter(({ id }) => id !== other).map((version) => ({ value: version.id, label: words(version) }))}
      value={value}
      allowDeselect={false}
      onChange={(id) => id !== null && onChoose(id)}
      rightSection={<Icon name="selector" size={14} />}
    />
  );
  return (
    <Page
      title={policy.name}
      refText={policy.ref}
      flush
      rail
      crumbs={[
        { label: DOMAIN_LABELS.regops },
        { label: 'Policies', to: listPath('policies') },
        { label: policy.ref ?? policy.name, to: detailPath('policies', policy.id) },
        { label: 'Differences' },
      ]}
      toolbar={
        versions.length < 2 ? undefined : (
          <>
            {choice('Older version', from, to, (id) => choose(id, to))}
            <Button variant="subtle" aria-label="Change sides" onClick={() => choose(to, from)}>
              <Icon name="arrow-swap" />
            </Button>
            {choice('Newer version', to, from, (id) => choose(from, id))}
            <span className={css.grow} />
            <SegmentedControl
              aria-label="How they are shown"
              size="xs"
              data={[
                { value: 'beside', label: 'Side by side' },
                { value: 'inline', label: 'In one text' },
              ]}
              value={look}
              onChange={(value) => setLook(value === 'inline' ? 'inline' : 'beside')}
            />
            <SegmentedControl
              aria-label="How much is shown"
              size="xs"
              data={[
                { value: 'changes', label: 'Changes' },
                { value: 'whole', label: 'Whole text' },
              ]}
              value={whole ? 'whole' : 'changes'}
              onChange={(value) => setWhole(value === 'whole')}
            />
          </>
        )
      }
    >
      <OfflineNote flush connection={connection} />
      {from === null || to === null ? (
        <EmptyState
          icon="split"
          title="There is only one version"
          text="Two versions are set beside each other here as soon as there are two."
        />
      ) : (
        <Pair key={`${from} ${to}`} from={from} to={to} look={look} whole={whole} />
      )}
    </Page>
  );
}

interface PairProps {
  readonly from: string;
  readonly to: string;
  readonly look: Look;
  readonly whole: boolean;
}

function Pair({ from, to, look, whole }: PairProps) {
  const before = useVersion(from);
  const after = useVersion(to);
  const list = useRef<HTMLElement>(null);
  const left = before.data?.row;
  const right = after.data?.row;
  const rows = useMemo(() => differenceRows(left?.content ?? '', right?.content ?? ''), [left?.content, right?.content]);
  const step = (by: 1 | -1) => {
    const marks = [...(list.current?.querySelectorAll<HTMLElement>('[data-change]') ?? [])];
    const top = list.current?.getBoundingClientRect().top ?? 0;
    const at = marks.map((mark) => Math.round(mark.getBoundingClientRect().top - top - 40));
    const next = by === 1 ? at.findIndex((place) => place > 4) : at.filter((place) => place < -4).length - 1;
    marks[next]?.scrollIntoView({ block: 'start' });
    list.current?.scrollBy({ top: -40 });
  };
  useShortcuts('Differences', [
    { keys: ['J', 'F8'], label: 'Next change', hint: 'next change', run: () => step(1) },
    { keys: ['K', 'Shift+F8'], label: 'Previous change', run: () => step(-1) },
  ]);
  if (left === undefined || right === undefined) {
    const failed = before.isError ? before : after.isError ? after : null;
    if (failed !== null) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
    return <SkeletonRows label="The versions are compared" rows={12} />;
  }
  const figures = figuresOf(rows);
  const none = figures.changed + figures.added + figures.removed === 0;
  return (
    <div className={css.page}>
      <p className={css.figures} aria-live="polite">
        {none
          ? 'The two texts are the same.'
          : `${count(figures.changed, 'paragraph')} changed, ${figures.added} added, ${figures.removed} removed.`}
        {right.changeNote ? <span className={css.note}>{right.changeNote}</span> : null}
      </p>
      <section
        ref={list}
        className={css.list}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={`What ${right.label} changes of ${left.label}`}
        data-look={look}
      >
        {look === 'beside' ? (
          <div className={css.heads}>
            <span>{words(left)}</span>
            <span>{words(right)}</span>
          </div>
        ) : null}
        {parts(rows, whole || none).map((part) =>
          part.kind === 'gap' ? (
            <p key={part.key} className={css.gap}>
              {count(part.rows, 'paragraph')} unchanged
            </p>
          ) : look === 'beside' ? (
            <Beside key={part.key} row={part.row} />
          ) : (
            <Inline key={part.key} row={part.row} />
          ),
        )}
      </section>
    </div>
  );
}

type Part = { readonly key: string } & (
  | { readonly kind: 'row'; readonly row: DifferenceRow }
  | { readonly kind: 'gap'; readonly rows: number }
);

/** Unchanged paragraphs far from any change are counted instead of shown. */
function parts(rows: readonly DifferenceRow[], whole: boolean): Part[] {
  const near = (at: number) => [at - 1, at, at + 1].some((each) => (rows[each]?.kind ?? 'same') !== 'same');
  const made: Part[] = [];
  let hidden = 0;
  rows.forEach((row, at) => {
    if (!whole && !near(at)) {
      hidden += 1;
      return;
    }
    if (hidden > 0) made.push({ key: `gap ${at}`, kind: 'gap', rows: hidden });
    hidden = 0;
    made.push({ key: String(at), kind: 'row', row });
  });
  if (hidden > 0) made.push({ key: 'gap end', kind: 'gap', rows: hidden });
  return made;
}

function Beside({ row }: { readonly row: DifferenceRow }) {
  return (
    <div className={css.pair} data-change={row.kind === 'same' ? undefined : row.kind}>
      <div className={css.side} data-empty={row.before === '' || undefined}>
        <WordDiff before={row.before.trimEnd()} after={row.after.trimEnd()} side="before" />
      </div>
      <div className={css.side} data-empty={row.after === '' || undefined}>
        <WordDiff before={row.before.trimEnd()} after={row.after.trimEnd()} side="after" />
      </div>
    </div>
  );
}

function Inline({ row }: { readonly row: DifferenceRow }) {
  return (
    <div className={css.one} data-change={row.kind === 'same' ? undefined : row.kind}>
      <WordDiff before={row.before.trimEnd()} after={row.after.trimEnd()} />
    </div>
  );
}
