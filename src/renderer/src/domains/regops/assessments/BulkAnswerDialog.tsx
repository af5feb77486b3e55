/** One answer to many requirements: only what is chosen here is changed, and the reason stands in the trail of each. */
import { Select, Textarea } from '@mantine/core';
import { Dialog } from '@renderer/components/Dialog';
import { PersonPicker } from '@renderer/entities/form/pickers';
import { count } from '@renderer/lib/format';
import { notify } from '@renderer/lib/notices';
import { recordsChanged, trpc } from '@renderer/lib/trpc';
import { uuidv7 } from '@renderer/lib/uuid';
import { ANSWER_RESULT } from '@shared/entities/regops/options';
import type { AnswerLine, AnswerManyResult, AssessmentWork } from '@shared/wire/assessments';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import css from './BulkAnswerDialog.module.css';
import { DayField } from './DayField';

type Patch = Partial<Pick<AnswerLine, 'result' | 'assigneeId' | 'targetScore' | 'dueDate'> & { justification: string }>;

export interface BulkAnswerDialogProps {
  readonly work: AssessmentWork;
  readonly ids: ReadonlySet<string>;
  readonly onClose: () => void;
  /** With those that were not changed, so that they stay selected. */
  readonly onDone: (left: readonly string[]) => void;
}

export function BulkAnswerDialog({ work, ids, onClose, onDone }: BulkAnswerDialogProps) {
  const [patch, setPatch] = useState<Patch>({});
  const [reason, setReason] = useState('');
  const kept = useRef<{ key: string; id: string } | null>(null);
  const lines = work.families.flatMap(({ answers }) => answers).filter(({ id }) => ids.has(id));
  const apply = useMutation({
    ...trpc.assessments.answerMany.mutationOptions({ meta: { failure: 'Nothing was changed' } }),
    onSuccess: async (result) => {
      await recordsChanged(['requirementAssessments', 'complianceAssessments']);
      tell(result, lines.length);
      onDone([...result.conflicts, ...result.refused]);
    },
  });
  // a requirement that does not apply is justified; the reason is the justification
  const whole: Patch = patch.result === 'not_applicable' ? { ...patch, justification: reason.trim() } : patch;
  const keys = Object.keys(whole) as (keyof Patch)[];
  const ready = keys.length > 0 && reason.trim() !== '' && lines.length > 0;
  const run = () => {
    const key = JSON.stringify([whole, reason, lines.map(({ id }) => id)]);
    if (kept.current?.key !== key) kept.current = { key, id: uuidv7() };
    apply.mutate({
      opId: kept.current.id,
      assessmentId: work.assessment.row.id,
      answers: lines.map((line) => ({
        id: line.id,
        base: Object.fromEntries(keys.map((field) => [field, field === 'justification' ? null : (line[field] ?? null)])),
      })),
      patch: whole,
      reason: reason.trim(),
    });
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={`Answer ${count(lines.length, 'requirement')} together`}
      action={`Change ${count(lines.length, 'answer')}`}
      size={560}
      onAction={run}
      busy={apply.isPending}
      disabled={!ready}
    >
      <div className={css.fields}>
        <Select
          label="Result"
          placeholder="as it is"
          clearable
          data={ANSWER_RESULT.map(({ value, label }) => ({ value, label }))}
          value={patch.result ?? null}
          onChange={(result) => setPatch((before) => without(before, 'result', result))}
        />
        <PersonPicker
          label="Assigned to"
          withAsterisk={false}
          required={false}
          value={patch.assigneeId ?? ''}
          onChange={(id) => setPatch((before) => without(before, 'assigneeId', typeof id === 'string' && id !== '' ? id : null))}
        />
        <Select
          label="Target, 0 to 5"
          placeholder="as it is"
          clearable
          data={['0', '1', '2', '3', '4', '5']}
          value={patch.targetScore === undefined || patch.targetScore === null ? null : String(patch.targetScore)}
          onChange={(score) => setPatch((before) => without(before, 'targetScore', score === null ? null : Number(score)))}
        />
        <DayField
          label="Due"
          value={patch.dueDate ?? ''}
          onChange={(day) => setPatch((before) => without(before, 'dueDate', day === '' ? null : day))}
        />
      </div>
      <Textarea
        label="Reason"
        withAsterisk
        description={
          patch.result === 'not_applicable' ? 'It becomes the justification of each' : 'It stands in the trail of each'
        }
        autosize
        minRows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Dialog>
  );
}

/** An empty choice leaves the field as it is. */
function without<K extends keyof Patch>(patch: Patch, key: K, value: Patch[K] | null): Patch {
  const { [key]: _former, ...rest } = patch;
  return value === null ? (rest as Patch) : { ...rest, [key]: value };
}

function tell({ changed, unchanged, conflicts, refused }: AnswerManyResult, all: number): void {
  const words = [
    unchanged > 0 ? `${unchanged} said so already.` : '',
    conflicts.length > 0 ? `${conflicts.length} were changed by somebody else meanwhile and stay as they are.` : '',
    refused.length > 0 ? `${refused.length} are in a state that does not allow it.` : '',
  ];
  const clean = conflicts.length + refused.length === 0;
  notify({
    tone: clean ? 'good' : 'attention',
    title: `${changed} of ${all} changed`,
    text: words.filter(Boolean).join(' ') || undefined,
    stays: !clean,
  });
}
