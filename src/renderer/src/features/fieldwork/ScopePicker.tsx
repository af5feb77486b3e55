/** A plan without tests: which families are in scope? Makes the programme of control tests from the answer. */
import { Button, Checkbox, MultiSelect, Select } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { EmptyState } from '@renderer/components/EmptyState';
import { ErrorState } from '@renderer/components/ErrorState';
import { KeyCap } from '@renderer/components/KeyCap';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { count } from '@renderer/lib/format';
import { recordsChanged, trpc } from '@renderer/lib/trpc';
import { useShortcuts } from '@renderer/lib/use-shortcuts';
import { uuidv7 } from '@renderer/lib/uuid';
import { TEST_RESULT } from '@shared/entities/auditops/options';
import type { EntityRow } from '@shared/entities/registry';
import { CONTROL_FREQUENCY } from '@shared/entities/regops/options';
import type { Narrow } from '@shared/wire/audits';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
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

/** By risk, frequency and the last result: which controls of the families. */
function NarrowBar({ narrow, onChange }: { readonly narrow: Narrow; readonly onChange: (narrow: Narrow) => void }) {
  return (
    <div className={css.narrow}>
      <Checkbox
        label="Key controls only"
        checked={narrow.keyOnly}
        onChange={(event) => onChange({ ...narrow, keyOnly: event.currentTarget.checked })}
      />
      <Select
        aria-label="Priority"
        placeholder="any priority"
        clearable
        data={['1', '2', '3'].map((value) => ({ value, label: value === '1' ? 'priority 1' : `priority ${value} or higher` }))}
        value={narrow.maxPriority === null ? null : String(narrow.maxPriority)}
        onChange={(value) => onChange({ ...narrow, maxPriority: value === null ? null : Number(value) })}
      />
      <MultiSelect
        aria-label="Frequency"
        placeholder={narrow.frequencies.length === 0 ? 'any frequency' : undefined}
        data={CONTROL_FREQUENCY.map(({ value, label }) => ({ value, label }))}
        value={[...narrow.frequencies]}
        onChange={(frequencies) => onChange({ ...narrow, frequencies })}
      />
      <MultiSelect
        aria-label="Last result"
        placeholder={narrow.lastResults.length === 0 ? 'any last result' : undefined}
        data={TEST_RESULT.map(({ value, label }) => ({ value, label }))}
        value={[...narrow.lastResults]}
        onChange={(lastResults) => onChange({ ...narrow, lastResults })}
      />
    </div>
  );
}

export function ScopePicker({ plan }: { readonly plan: EntityRow<'auditPlans'> }) {
  const { regulationId } = plan;
  const [narrow, setNarrow] = useState<Narrow>({ keyOnly: false, maxPriority: null, frequencies: [], lastResults: [] });
  const scope = useQuery({
    ...trpc.audits.scope.queryOptions({ regulationId: regulationId ?? plan.id, narrow }),
    placeholderData: keepPreviousData,
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
      opId: operationId(JSON.stringify([names, narrow])),
      planId: plan.id,
      regulationId,
      families: names,
      narrow,
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
  const narrowed =
    narrow.keyOnly || narrow.maxPriority !== null || narrow.frequencies.length > 0 || narrow.lastResults.length > 0;
  if (families.length === 0 && !narrowed)
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
        <NarrowBar narrow={narrow} onChange={setNarrow} />
        {families.length === 0 ? <p className={css.none}>No control is left by this choice.</p> : null}
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
