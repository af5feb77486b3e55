/** Fieldwork: programme at the left, the sheet of one test, its evidence at the right; or the way into an audit. */
import { Button } from '@mantine/core';
import { EmptyState } from '@renderer/components/EmptyState';
import { ErrorState } from '@renderer/components/ErrorState';
import { Icon } from '@renderer/components/Icon';
import { KeyCap } from '@renderer/components/KeyCap';
import { OfflineNote } from '@renderer/components/OfflineNote';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { useConnection } from '@renderer/lib/connection';
import { errorWords } from '@renderer/lib/error-texts';
import { type Crumb, usePageHead } from '@renderer/lib/page-head';
import { trpc } from '@renderer/lib/trpc';
import { useShortcuts } from '@renderer/lib/use-shortcuts';
import type { Programme, Workpaper } from '@shared/wire/audits';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useBlocker, useNavigate, useParams } from 'react-router';
import { SaveTrouble } from '../drafts/SaveTrouble';
import { EvidencePane } from './EvidencePane';
import { FieldworkHome } from './FieldworkHome';
import css from './FieldworkPage.module.css';
import { FindingsOfTest } from './FindingsOfTest';
import { ProgrammePane } from './ProgrammePane';
import { RaiseFindingDialog } from './RaiseFindingDialog';
import { ScopePicker } from './ScopePicker';
import { Samples, SheetParts } from './SheetParts';
import { TestSheet } from './TestSheet';
import { TestStep } from './TestStep';
import { useTestDraft } from './useTestDraft';

export function FieldworkPage() {
  const { planId, testId } = useParams();
  return planId ? <PlanFieldwork key={planId} planId={planId} testId={testId ?? null} /> : <FieldworkHome />;
}

function PlanFieldwork({ planId, testId }: { readonly planId: string; readonly testId: string | null }) {
  const programme = useQuery(trpc.audits.programme.queryOptions({ planId }));
  const plan = programme.data?.plan.row;
  const crumbs: readonly Crumb[] = [
    { label: 'Fieldwork', to: '/fieldwork' },
    { label: plan ? [plan.ref, plan.auditName].filter(Boolean).join(' ') : '…', to: `/r/auditPlans/${planId}` },
  ];
  const current = programme.data?.families.flatMap((family) => family.tests).find((test) => test.id === testId);
  usePageHead({
    crumbs: current ? [...crumbs, { label: current.controlRef ?? current.ref ?? current.title }] : crumbs,
    rail: true,
  });
  // A later reading that fails leaves the sheet as it is: what is being typed there must not go with it.
  if (!programme.data || !plan) {
    if (programme.isError) return <ErrorState error={programme.error} onRetry={() => void programme.refetch()} />;
    return <SkeletonRows label="Reading the programme" rows={14} />;
  }
  if (programme.data.total === 0) return <ScopePicker plan={plan} />;
  return (
    <div className={css.panes}>
      <ProgrammePane programme={programme.data} testId={testId} />
      {testId ? <TestWork key={testId} testId={testId} /> : <ChooseTest programme={programme.data} planId={planId} />}
    </div>
  );
}

function ChooseTest({ programme, planId }: { readonly programme: Programme; readonly planId: string }) {
  const navigate = useNavigate();
  const tests = programme.families.flatMap((family) => family.tests);
  const next = tests.find((test) => test.result === 'not_tested') ?? tests[0];
  return (
    <EmptyState
      icon="clipboard-check"
      title={programme.notTested === 0 ? 'Every test has a result' : 'Choose a test'}
      text="The requirement stands beside your conclusions, evidence goes to the right, and a finding can be raised from the sheet."
      starts={
        next
          ? [
              {
                icon: 'arrow-right',
                title: next.result === 'not_tested' ? 'Go to the first open test' : 'Go to the first test',
                text: `${next.controlRef ?? next.ref ?? ''} ${next.title}`,
                run: () => navigate(`/fieldwork/${planId}/${next.id}`),
              },
            ]
          : []
      }
    />
  );
}

function TestWork({ testId }: { readonly testId: string }) {
  const paper = useQuery(trpc.audits.workpaper.queryOptions({ testId }));
  if (!paper.data) {
    if (paper.isError) return <ErrorState error={paper.error} onRetry={() => void paper.refetch()} />;
    return <SkeletonRows label="Reading the test" rows={14} />;
  }
  return <Sheet paper={paper.data} />;
}

function Sheet({ paper }: { readonly paper: Workpaper }) {
  const navigate = useNavigate();
  const connection = useConnection();
  const { row, ref } = { row: paper.test.row, ref: paper.control?.ref ?? paper.test.row.ref };
  const draft = useTestDraft(row);
  const [raising, setRaising] = useState(false);
  const mayWrite = paper.test.may.update;
  const why = paper.test.may.why;
  const reason = mayWrite ? null : errorWords({ code: why ?? 'ROLE_FORBIDS', details: {}, faults: [] }).title;
  const go = (id: string | undefined) => (id && row.auditPlanId ? navigate(`/fieldwork/${row.auditPlanId}/${id}`) : false);
  useShortcuts('Fieldwork', [
    { keys: 'Alt+ArrowDown', label: 'Next test', hint: 'next test', run: () => go(paper.next?.id) },
    { keys: 'Alt+ArrowUp', label: 'Previous test', hint: 'next test', run: () => go(paper.previous?.id) },
    { keys: 'Ctrl+S', label: 'Save now', hint: 'save', enabled: mayWrite, run: () => void draft.flush() },
    { keys: 'R', label: 'Raise a finding', hint: 'raise a finding', enabled: mayWrite, run: () => setRaising(true) },
    {
      keys: 'E',
      label: 'Add evidence',
      hint: 'add evidence',
      enabled: mayWrite,
      run: () => document.querySelector<HTMLButtonElement>('[data-shortcut="add-evidence"]')?.click(),
    },
    {
      keys: '/',
      label: 'Find a test',
      run: () => document.querySelector<HTMLInputElement>('[data-shortcut="find"]')?.focus(),
    },
  ]);
  const blocker = useBlocker(() => draft.unsaved());
  useEffect(() => {
    // leaving sends what waits; only what cannot be sent holds the person back
    if (blocker.state !== 'blocked') return;
    void draft.flush().then(() => (draft.unsaved() ? blocker.reset() : blocker.proceed()));
  }, [blocker, draft]);

  return (
    <>
      <section className={css.middle} aria-label={`Test ${ref ?? ''}`} data-pane="Test" tabIndex={-1}>
        <div className={css.scroll}>
          <OfflineNote flush connection={connection} note="What you write stays here until it is saved." />
          <SaveTrouble draft={draft} entity="controlTests" />
          <TestSheet paper={paper} draft={draft} save={draft.state} readOnlyReason={reason}>
            <Samples paper={paper} mayWrite={mayWrite} />
            <FindingsOfTest paper={paper} onRaise={mayWrite ? () => setRaising(true) : null} />
            <SheetParts paper={paper} draft={draft} mayWrite={mayWrite} />
          </TestSheet>
        </div>
        <footer className={css.foot}>
          <Button
            variant="default"
            disabled={!paper.previous}
            onClick={() => go(paper.previous?.id)}
            leftSection={<Icon name="arrow-up" size={15} />}
          >
            Previous
          </Button>
          <Button
            variant="default"
            disabled={!paper.next}
            onClick={() => go(paper.next?.id)}
            leftSection={<Icon name="arrow-down" size={15} />}
          >
            Next
          </Button>
          <span className={css.grow} />
          {mayWrite ? (
            <Button
              variant="default"
              leftSection={<Icon name="flag" size={15} />}
              rightSection={<KeyCap keys="R" />}
              onClick={() => setRaising(true)}
            >
              Raise a finding
            </Button>
          ) : null}
          <TestStep paper={paper} draft={draft} />
        </footer>
      </section>
      <EvidencePane paper={paper} mayAdd={mayWrite} />
      {raising ? <RaiseFindingDialog paper={paper} onClose={() => setRaising(false)} /> : null}
    </>
  );
}
