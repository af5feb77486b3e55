/** Starting an assessment: against what, how much of it, what is carried over. One operation makes it with all its answers. */
import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { ErrorState } from '@renderer/components/ErrorState';
import { KeyCap } from '@renderer/components/KeyCap';
import { Page } from '@renderer/components/Page';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { PersonPicker, ReferencePicker } from '@renderer/entities/form/pickers';
import { count, formatDate, todayHere } from '@renderer/lib/format';
import { useMe } from '@renderer/lib/session';
import { recordsChanged, trpc } from '@renderer/lib/trpc';
import { useShortcuts } from '@renderer/lib/use-shortcuts';
import { uuidv7 } from '@renderer/lib/uuid';
import type { EntityRow } from '@shared/entities/registry';
import type { AssessmentScope } from '@shared/wire/assessments';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { DayField } from './DayField';
import css from './StartForm.module.css';

interface Basics {
  readonly name: string;
  readonly regulationId: string;
  readonly assessmentDate: string;
  readonly dueDate: string;
  readonly leadId: string;
  readonly targetScore: string;
}

export function StartPage() {
  return <StartForm assessment={null} />;
}

/** `assessment`: one that is there and has no answers yet. */
export function StartForm({ assessment }: { readonly assessment: EntityRow<'complianceAssessments'> | null }) {
  const me = useMe();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const [basics, setBasics] = useState<Basics>({
    name: '',
    regulationId: assessment?.regulationId ?? params.get('regulation') ?? '',
    assessmentDate: todayHere(),
    dueDate: '',
    leadId: me?.id ?? '',
    targetScore: '',
  });
  const [families, setFamilies] = useState<ReadonlySet<string>>(new Set());
  const [setId, setSetId] = useState<string | null>(null);
  const [carryFromId, setCarryFromId] = useState<string | null>(params.get('from'));
  const [newId] = useState(() => uuidv7());
  const kept = useRef<{ key: string; id: string } | null>(null);
  const { regulationId } = basics;
  const scope = useQuery({ ...trpc.assessments.scope.queryOptions({ regulationId }), enabled: regulationId !== '' });
  const start = useMutation({
    ...trpc.assessments.start.mutationOptions({ meta: { quiet: true } }),
    onSuccess: async ({ assessmentId }) => {
      await recordsChanged(['complianceAssessments', 'requirementAssessments']);
      void navigate(`/assessments/${assessmentId}`);
    },
  });
  const requirements = inScope(scope.data, families, setId);
  const ready =
    regulationId !== '' &&
    requirements > 0 &&
    (assessment !== null || (basics.name.trim() !== '' && basics.assessmentDate !== ''));
  const submit = () => {
    if (!ready || start.isPending) return;
    const wanted = {
      assessmentId: assessment?.id ?? newId,
      fields:
        assessment === null
          ? {
              name: basics.name.trim(),
              regulationId,
              assessmentDate: basics.assessmentDate,
              dueDate: basics.dueDate === '' ? null : basics.dueDate,
              leadId: basics.leadId === '' ? null : basics.leadId,
              targetScore: basics.targetScore === '' ? null : Number(basics.targetScore),
              status: 'in_progress',
            }
          : null,
      families: [...families].sort(),
      controlSetId: setId,
      carryFromId,
    };
    const key = JSON.stringify(wanted);
    // the same choice sent again is the same operation
    if (kept.current?.key !== key) kept.current = { key, id: uuidv7() };
    start.mutate({ opId: kept.current.id, ...wanted });
  };
  useShortcuts('New assessment', [{ keys: 'Ctrl+Enter', label: 'Start the assessment', hint: 'start', run: submit }]);
  const set = (change: Partial<Basics>) => setBasics((before) => ({ ...before, ...change }));
  return (
    <Page
      title={assessment === null ? 'Start an assessment' : assessment.name}
      refText={assessment?.ref}
      note="One answer for each requirement in scope."
      crumbs={[{ label: 'Assessments', to: '/r/complianceAssessments' }, { label: assessment?.ref ?? 'New' }]}
    >
      <div className={css.form}>
        {assessment === null ? (
          <Card title="What is assessed">
            <div className={css.fields}>
              <ReferencePicker
                label="Regulation"
                target="regulations"
                withAsterisk
                required
                value={regulationId}
                onChange={(id) => {
                  set({ regulationId: typeof id === 'string' ? id : '' });
                  setFamilies(new Set());
                  setSetId(null);
                  setCarryFromId(null);
                }}
              />
              <TextInput
                label="Name"
                withAsterisk
                value={basics.name}
                onChange={(e) => set({ name: e.currentTarget.value })}
                maxLength={255}
              />
              <DayField
                label="Date"
                required
                value={basics.assessmentDate}
                onChange={(assessmentDate) => set({ assessmentDate })}
              />
              <DayField label="Due" value={basics.dueDate} onChange={(dueDate) => set({ dueDate })} />
              <PersonPicker
                label="Lead"
                withAsterisk={false}
                required={false}
                value={basics.leadId}
                onChange={(id) => set({ leadId: typeof id === 'string' ? id : '' })}
              />
              <Select
                label="Target, 0 to 5"
                placeholder="none"
                clearable
                data={['0', '1', '2', '3', '4', '5']}
                value={basics.targetScore === '' ? null : basics.targetScore}
                onChange={(value) => set({ targetScore: value ?? '' })}
              />
            </div>
          </Card>
        ) : null}
        {regulationId !== '' && scope.isPending ? <SkeletonRows label="Reading the requirements" rows={6} /> : null}
        {scope.isError ? <ErrorState error={scope.error} onRetry={() => void scope.refetch()} /> : null}
        {scope.data ? (
          <ScopeCards
            scope={scope.data}
            families={families}
            onFamilies={setFamilies}
            setId={setId}
            onSet={setSetId}
            carryFromId={carryFromId}
            onCarry={setCarryFromId}
          />
        ) : null}
        {start.isError ? <ErrorState error={start.error} onRetry={submit} /> : null}
        <div className={css.foot}>
          <span>
            {regulationId === ''
              ? 'Choose a regulation first.'
              : setId === null
                ? `${count(requirements, 'requirement')} in scope`
                : `at most ${count(requirements, 'requirement')} in scope`}
          </span>
          <Button
            variant="filled"
            disabled={!ready}
            loading={start.isPending}
            onClick={submit}
            rightSection={<KeyCap keys="Ctrl+Enter" on="action" joined />}
          >
            Start the assessment
          </Button>
        </div>
      </div>
    </Page>
  );
}

/** A set narrows further on the server; its own number is the most that it can leave. */
function inScope(scope: AssessmentScope | undefined, families: ReadonlySet<string>, setId: string | null): number {
  if (!scope) return 0;
  const all = scope.families
    .filter(({ family }) => families.size === 0 || families.has(family))
    .reduce((sum, { requirements }) => sum + requirements, 0);
  const covered = scope.sets.find(({ id }) => id === setId)?.requirements;
  return covered === undefined ? all : Math.min(all, covered);
}

interface ScopeCardsProps {
  readonly scope: AssessmentScope;
  readonly families: ReadonlySet<string>;
  readonly onFamilies: (families: ReadonlySet<string>) => void;
  readonly setId: string | null;
  readonly onSet: (id: string | null) => void;
  readonly carryFromId: string | null;
  readonly onCarry: (id: string | null) => void;
}

function ScopeCards({ scope, families, onFamilies, setId, onSet, carryFromId, onCarry }: ScopeCardsProps) {
  const named = scope.families.filter(({ family }) => family !== '');
  return (
    <>
      {named.length > 1 ? (
        <Card title="Families" note={families.size === 0 ? 'all of them' : `${families.size} of ${named.length}`} flush>
          <ul className={css.families}>
            {named.map(({ family, title, requirements }) => (
              <li key={family}>
                <Checkbox
                  checked={families.has(family)}
                  onChange={(event) => {
                    const next = new Set(families);
                    if (event.currentTarget.checked) next.add(family);
                    else next.delete(family);
                    onFamilies(next);
                  }}
                  label={
                    <span className={css.family}>
                      <strong>{family}</strong>
                      <span>{title ?? ''}</span>
                      <span className={css.count}>{requirements}</span>
                    </span>
                  }
                />
              </li>
            ))}
          </ul>
        </Card>
      ) : null}
      <Card title="Narrow and carry over">
        <div className={css.fields}>
          <Select
            label="Only what a control set covers"
            placeholder="every requirement"
            clearable
            data={scope.sets.map(({ id, name, requirements }) => ({ value: id, label: `${name} (${requirements})` }))}
            value={setId}
            onChange={onSet}
          />
          <Select
            label="Carry answers over from"
            description="They come marked, to be confirmed"
            placeholder="nothing"
            clearable
            data={scope.earlier.map(({ id, ref, name, assessmentDate, otherVersion }) => ({
              value: id,
              label: `${ref} ${name}, ${formatDate(assessmentDate)}${otherVersion === null ? '' : ` (version ${otherVersion})`}`,
            }))}
            value={carryFromId}
            onChange={onCarry}
          />
        </div>
      </Card>
    </>
  );
}
