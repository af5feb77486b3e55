/** The next state of an answer as one button: done (which confirms what was carried over), or open again. */
import { Button } from '@mantine/core';
import { KeyCap } from '@renderer/components/KeyCap';
import { recordsChanged, trpc } from '@renderer/lib/trpc';
import { useShortcuts } from '@renderer/lib/use-shortcuts';
import { uuidv7 } from '@renderer/lib/uuid';
import type { EntityRow } from '@shared/entities/registry';
import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import type { AnswerDraft } from './useAnswerDraft';

export interface CompleteButtonProps {
  readonly row: EntityRow<'requirementAssessments'>;
  readonly steps: readonly string[];
  readonly draft: AnswerDraft;
  readonly onDone: () => void;
}

export function CompleteButton({ row, steps, draft, onDone }: CompleteButtonProps) {
  const to = row.status === 'done' ? 'in_progress' : 'done';
  const label = to === 'done' ? (row.carriedOver ? 'Confirm and complete' : 'Complete') : 'Open again';
  const kept = useRef<{ key: string; id: string } | null>(null);
  const apply = useMutation({
    ...trpc.entities.requirementAssessments.write.mutationOptions({ meta: { failure: 'The state did not change' } }),
    onSuccess: async (result) => {
      await recordsChanged(['requirementAssessments', 'complianceAssessments']);
      if (to === 'done' && result.status !== 'conflict') onDone();
    },
  });
  const run = async () => {
    if (apply.isPending || !steps.includes(to)) return;
    await draft.flush();
    if (draft.unsaved()) return;
    const key = `${row.rowVersion}:${row.status}:${to}`;
    if (kept.current?.key !== key) kept.current = { key, id: uuidv7() };
    apply.mutate({
      opId: kept.current.id,
      entity: 'requirementAssessments',
      entityId: row.id,
      kind: 'update',
      baseVersion: row.rowVersion,
      base: { status: row.status },
      patch: { status: to },
    });
  };
  useShortcuts('Assessment', [{ keys: 'Ctrl+Enter', label, hint: 'complete', run }]);
  return (
    <Button
      variant={to === 'done' ? 'filled' : 'default'}
      loading={apply.isPending}
      onClick={run}
      rightSection={<KeyCap keys="Ctrl+Enter" joined on={to === 'done' ? 'action' : undefined} />}
    >
      {label}
    </Button>
  );
}
