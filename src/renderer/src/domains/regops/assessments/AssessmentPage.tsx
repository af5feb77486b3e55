/** Working on an assessment: requirements at the left, the answer in the middle, what it rests on at the right. All by keyboard. */
import { Button } from '@mantine/core';
import { EmptyState } from '@renderer/components/EmptyState';
import { ErrorState } from '@renderer/components/ErrorState';
import { Icon } from '@renderer/components/Icon';
import { KeyCap } from '@renderer/components/KeyCap';
import { OfflineNote } from '@renderer/components/OfflineNote';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { SaveTrouble } from '@renderer/features/drafts/SaveTrouble';
import { useConnection } from '@renderer/lib/connection';
import { errorWords } from '@renderer/lib/error-texts';
import { count, todayHere } from '@renderer/lib/format';
import { usePageHead } from '@renderer/lib/page-head';
import { useMe } from '@renderer/lib/session';
import { trpc } from '@renderer/lib/trpc';
import { useShortcuts } from '@renderer/lib/use-shortcuts';
import type { AnswerSheet, AssessmentWork } from '@shared/wire/assessments';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { useBlocker, useNavigate, useParams } from 'react-router';
import { AnswerAside } from './AnswerAside';
import { AnswerForm, RESULT_KEYS } from './AnswerForm';
import { AnswerTree } from './AnswerTree';
import css from './AssessmentPage.module.css';
import { BulkAnswerDialog } from './BulkAnswerDialog';
import { CompleteButton } from './CompleteButton';
import { type AnswerQuery, filterFamilies, neighbour } from './filter';
import { StartForm } from './StartForm';
import { useAnswerDraft } from './useAnswerDraft';

export function AssessmentPage() {
  const { assessmentId, answerId } = useParams();
  if (assessmentId === undefined) return null;
  return <Work key={assessmentId} assessmentId={assessmentId} answerId={answerId ?? null} />;
}

function Work({ assessmentId, answerId }: { readonly assessmentId: string; readonly answerId: string | null }) {
  const work = useQuery(trpc.assessments.work.queryOptions({ assessmentId }));
  const row = work.data?.assessment.row;
  const line = work.data?.families.flatMap(({ answers }) => answers).find(({ id }) => id === answerId);
  usePageHead({
    crumbs: [
      { label: 'Assessments', to: '/r/complianceAssessments' },
      { label: row ? [row.ref, row.name].filter(Boolean).join(' ') : '…', to: `/r/complianceAssessments/${assessmentId}` },
      ...(line ? [{ label: line.ref }] : []),
    ],
    rail: true,
  });
  // A later reading that fails leaves the sheet as it is: what is being typed there must not go with it.
  if (!work.data) {
    if (work.isError) return <ErrorState error={work.error} onRetry={() => void work.refetch()} />;
    return <SkeletonRows label="Reading the assessment" rows={14} />;
  }
  if (work.data.figures.requirements === 0) return <StartForm assessment={work.data.assessment.row} />;
  return <Panes work={work.data} answerId={answerId} />;
}

function Panes({ work, answerId }: { readonly work: AssessmentWork; readonly answerId: string | null }) {
  const me = useMe();
  const navigate = useNavigate();
  const [query, setQuery] = useState<AnswerQuery>({ filter: 'all', text: '', personId: me?.id ?? null, since: todayHere() });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [bulk, setBulk] = useState(false);
  const families = useMemo(() => filterFamilies(work.families, query), [work.families, query]);
  const base = `/assessments/${work.assessment.row.id}`;
  const step = (by: 1 | -1) => {
    const next = neighbour(families, answerId, by);
    return next === null ? false : navigate(`${base}/${next.id}`);
  };
  const select = (ids: readonly string[], on: boolean) =>
    setSelected((before) => {
      const next = new Set(before);
      for (const id of ids) {
        if (on) next.add(id);
        else next.delete(id);
      }
      return next;
    });
  const mayChange = work.why === null;
  useShortcuts('Assessment', [
    { keys: ['J', 'Alt+ArrowDown'], label: 'Next requirement', hint: 'next', run: () => step(1) },
    { keys: ['K', 'Alt+ArrowUp'], label: 'Previous requirement', hint: 'next', run: () => step(-1) },
    {
      keys: 'X',
      label: 'Select this requirement',
      hint: 'select',
      enabled: mayChange && answerId !== null,
      run: () => answerId !== null && select([answerId], !selected.has(answerId)),
    },
    {
      keys: 'B',
      label: 'Answer the selected ones',
      enabled: mayChange && selected.size > 0,
      run: () => setBulk(true),
    },
    {
      keys: '/',
      label: 'Find a requirement',
      run: () => document.querySelector<HTMLInputElement>('[data-shortcut="find"]')?.focus(),
    },
  ]);
  return (
    <div className={css.panes}>
      <AnswerTree
        work={work}
        families={families}
        query={query}
        onQuery={setQuery}
        answerId={answerId}
        selected={selected}
        onSelect={mayChange ? select : null}
        closed={closed}
        onToggle={(family) =>
          setClosed((before) => {
            const next = new Set(before);
            if (!next.delete(family)) next.add(family);
            return next;
          })
        }
      />
      {answerId === null ? (
        <Choose work={work} onGo={(id) => void navigate(`${base}/${id}`)} />
      ) : (
        <Answer key={answerId} answerId={answerId} work={work} onStep={step} />
      )}
      {selected.size > 0 ? (
        <div className={css.bulk} role="toolbar" aria-label="Selected requirements">
          <strong>{count(selected.size, 'requirement')} selected</strong>
          <Button variant="filled" onClick={() => setBulk(true)} rightSection={<KeyCap keys="B" on="action" />}>
            Answer together
          </Button>
          <Button variant="default" onClick={() => setSelected(new Set())}>
            Select none
          </Button>
        </div>
      ) : null}
      {bulk ? (
        <BulkAnswerDialog
          work={work}
          ids={selected}
          onClose={() => setBulk(false)}
          onDone={(left) => {
            setBulk(false);
            setSelected(new Set(left));
          }}
        />
      ) : null}
    </div>
  );
}

function Choose({ work, onGo }: { readonly work: AssessmentWork; readonly onGo: (id: string) => void }) {
  const lines = work.families.flatMap(({ answers }) => answers);
  const next = lines.find(({ result }) => result === 'not_assessed') ?? lines.find(({ carriedOver }) => carriedOver) ?? lines[0];
  return (
    <EmptyState
      icon="checklist"
      title={work.figures.notAssessed === 0 ? 'Every requirement has a result' : 'Choose a requirement'}
      text="The requirement stands above your answer; controls, evidence and earlier answers stand beside it. J and K go through them."
      starts={
        next
          ? [
              {
                icon: 'arrow-right',
                title: next.result === 'not_assessed' ? 'Go to the first open requirement' : 'Go to the first one',
                text: `${next.ref} ${next.title ?? ''}`,
                run: () => onGo(next.id),
              },
            ]
          : []
      }
    />
  );
}

interface AnswerProps {
  readonly answerId: string;
  readonly work: AssessmentWork;
  readonly onStep: (by: 1 | -1) => unknown;
}

function Answer({ answerId, work, onStep }: AnswerProps) {
  const sheet = useQuery(trpc.assessments.sheet.queryOptions({ answerId }));
  if (!sheet.data) {
    if (sheet.isError) return <ErrorState error={sheet.error} onRetry={() => void sheet.refetch()} />;
    return <SkeletonRows label="Reading the requirement" rows={14} />;
  }
  return <Sheet sheet={sheet.data} work={work} onStep={onStep} />;
}

function Sheet({ sheet, work, onStep }: { readonly sheet: AnswerSheet } & Omit<AnswerProps, 'answerId'>) {
  const connection = useConnection();
  const { row, labels } = { row: sheet.answer.row, labels: work.assessment.labels };
  const draft = useAnswerDraft(row);
  const mayChange = work.why === null && sheet.answer.may.update;
  const why = work.why ?? sheet.answer.may.why ?? null;
  const reason =
    mayChange || why === null
      ? null
      : why === 'STATE_FORBIDS'
        ? 'The answers of this assessment are locked. Reopen it to change them.'
        : errorWords({ code: why, details: {}, faults: [] }).title;
  const regulationId = work.assessment.row.regulationId;
  const { suggestion } = sheet;
  useShortcuts('Assessment', [
    ...RESULT_KEYS.map((result, nth) => ({
      keys: String(nth + 1),
      label: `Result: ${result.replace('_', ' ')}`,
      hint: 'result',
      enabled: mayChange,
      run: () => draft.change({ result }, 'now'),
    })),
    {
      keys: 'T',
      label: 'Take the suggested result',
      enabled: mayChange && suggestion !== null,
      run: () => suggestion !== null && draft.change({ result: suggestion.result }, 'now'),
    },
    { keys: 'Ctrl+S', label: 'Save now', enabled: mayChange, run: () => void draft.flush() },
  ]);
  const blocker = useBlocker(() => draft.unsaved());
  useEffect(() => {
    // leaving sends what waits; only what cannot be sent holds the person back
    if (blocker.state !== 'blocked') return;
    void draft.flush().then(() => (draft.unsaved() ? blocker.reset() : blocker.proceed()));
  }, [blocker, draft]);
  return (
    <>
      <section className={css.middle} aria-label={`Answer to ${row.ref}`} data-pane="Answer" tabIndex={-1}>
        <div className={css.scroll}>
          <OfflineNote flush connection={connection} note="What you write stays here until it is saved." />
          <SaveTrouble draft={draft} entity="requirementAssessments" />
          <AnswerForm
            sheet={sheet}
            draft={draft}
            readOnlyReason={reason}
            source={regulationId === null ? null : (labels[regulationId] ?? null)}
          />
        </div>
        <footer className={css.foot}>
          <Button variant="default" onClick={() => onStep(-1)} leftSection={<Icon name="arrow-up" size={15} />}>
            Previous
          </Button>
          <Button variant="default" onClick={() => onStep(1)} leftSection={<Icon name="arrow-down" size={15} />}>
            Next
          </Button>
          <span className={css.grow} />
          {mayChange ? <CompleteButton row={row} steps={sheet.answer.steps} draft={draft} onDone={() => onStep(1)} /> : null}
        </footer>
      </section>
      <AnswerAside sheet={sheet} mayChange={mayChange} />
    </>
  );
}
