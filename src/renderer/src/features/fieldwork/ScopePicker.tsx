/** A plan without tests: which families are in scope? Makes the programme of control tests from the answer. */
import { Button, Checkbox } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { EmptyState } from '@renderer/components/EmptyState';
import { ErrorState } from '@renderer/components/ErrorState';
import { KeyCap } from '@renderer/components/KeyCap';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { count } from '@renderer/lib/format';
import { recordsChanged, trpc } from '@renderer/lib/trpc';
import { useShortcuts } from '@renderer/lib/use-shortcuts';
import { uuidv7 } from '@renderer/lib/uuid';
import type { EntityRow } from '@shared/entities/registry';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import css from './ScopePicker.module.css';

/** The operation id of a choice: the same choice sent again is the same operation, another choice a new one. */
function useOperationId() {
  const kept = useRef<{ content: string; id: string } | null>(null);
  return (content: string) => {
    if (kept.current?.content !== content) kept.current = { content, id: uuidv7() };
    return kept.current.id;
  };
}

export function ScopePicker({ plan }: { readonly plan: EntityRow<'auditPlans'> }) {
  const { regulationId } = plan;
  const scope = useQuery({
    ...trpc.audits.scope.queryOptions({ regulationId: regulationId ?? plan.id }),
    enabled: regulationId !== null,
  });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const operationId = useOperationId();
  const navigate = useNavigate();
  const make = useMutation({
    ...trpc.audits.planFrom.mutationOptions({ meta: { quiet: true } }),
    onSuccess: () => recordsChanged(['auditPlans', 'controlTests']),
  });
  const families = scope.data ?? [];
  const controls = families.filter((family) => chosen.has(family.family)).reduce((sum, family) => sum + family.controls, 0);
  const submit = () => {
    if (controls === 0 || make.isPending || regulationId === null) return;
    const names = [...chosen].sort();
    make.mutate({
      opId: operationId(names.join()),
      planId: plan.id,
      regulationId,
      families: names,
      startFieldwork: plan.status === 'planned',
    });
  };
  useShortcuts('Scope', [{ keys: 'Ctrl+Enter', label: 'Make the programme', hint: 'make the programme', run: submit }]);

  if (regulationId === null)
    return (
      <EmptyState
        icon="calendar-check"
        title="No programme yet"
        text="Say on the plan which regulation it is audited against; its controls then become the programme."
        starts={[
          {
            icon: 'pencil',
            title: 'Edit the plan',
            text: 'set “Audited against”',
            run: () => navigate(`/r/auditPlans/${plan.id}/edit`),
          },
        ]}
      />
    );
  if (scope.isError) return <ErrorState error={scope.error} onRetry={() => void scope.refetch()} />;
  if (scope.isPending) return <SkeletonRows label="Reading the controls in scope" />;
  if (families.length === 0)
    return (
      <EmptyState
        icon="shield"
        title="This regulation has no controls yet"
        text="A programme is made from controls that meet its requirements. Import its catalogue to get a control set with it."
        starts={[
          {
            icon: 'import',
            title: 'Import a catalogue',
            text: 'OSCAL; you see a trial run first',
            run: () => navigate('/import/oscal'),
          },
        ]}
      />
    );
  const all = chosen.size === families.length;
  return (
    <div className={css.page}>
      <Card
        title="What is in scope?"
        note="one test for each control of the families you choose"
        actions={
          <Button
            variant="transparent"
            onClick={() => setChosen(all ? new Set() : new Set(families.map((family) => family.family)))}
          >
            {all ? 'Choose none' : 'Choose all'}
          </Button>
        }
        flush
      >
        <ul className={css.families}>
          {families.map((family) => (
            <li key={family.family}>
              <Checkbox
                checked={chosen.has(family.family)}
                onChange={(event) => {
                  const next = new Set(chosen);
                  if (event.currentTarget.checked) next.add(family.family);
                  else next.delete(family.family);
                  setChosen(next);
                }}
                label={
                  <span className={css.family}>
                    <strong>{family.family}</strong>
                    <span>{family.title ?? ''}</span>
                    <span className={css.count}>{count(family.controls, 'control')}</span>
                  </span>
                }
              />
            </li>
          ))}
        </ul>
      </Card>
      {make.isError ? <ErrorState error={make.error} onRetry={submit} /> : null}
      <div className={css.foot}>
        <span>
          {controls === 0 ? 'Nothing is chosen yet.' : `${count(chosen.size, 'family', 'families')}, ${count(controls, 'test')}`}
        </span>
        <Button
          variant="filled"
          disabled={controls === 0}
          loading={make.isPending}
          onClick={submit}
          rightSection={<KeyCap keys="Ctrl+Enter" on="action" joined />}
        >
          Make the programme
        </Button>
      </div>
    </div>
  );
}
