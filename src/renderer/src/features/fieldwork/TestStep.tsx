/** The next state of a test as one button: send it for review, mark it done, or open it again. */
import { Button } from '@mantine/core';
import { KeyCap } from '@renderer/components/KeyCap';
import { recordsChanged, trpc } from '@renderer/lib/trpc';
import { useShortcuts } from '@renderer/lib/use-shortcuts';
import { uuidv7 } from '@renderer/lib/uuid';
import type { Workpaper } from '@shared/wire/audits';
import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import type { TestDraft } from './useTestDraft';

/** Likeliest first; the first one that is a legal step is offered. */
const OFFERS: Readonly<Record<string, readonly { readonly to: string; readonly label: string }[]>> = {
  to_do: [{ to: 'in_progress', label: 'Start the test' }],
  in_progress: [{ to: 'done', label: 'Complete the test' }],
  in_review: [{ to: 'done', label: 'Complete the test' }],
  done: [{ to: 'in_progress', label: 'Reopen the test' }],
};

export function TestStep({ paper, draft }: { readonly paper: Workpaper; readonly draft: TestDraft }) {
  const { row, steps, may } = paper.test;
  const offer = OFFERS[row.status]?.find((candidate) => steps.includes(candidate.to));
  const kept = useRef<{ key: string; id: string } | null>(null);
  const apply = useMutation({
    ...trpc.entities.controlTests.write.mutationOptions({ meta: { failure: 'The state did not change' } }),
    onSuccess: () => recordsChanged(['controlTests', 'controls']),
  });
  const run = async () => {
    if (!offer || apply.isPending) return;
    await draft.flush();
    if (draft.unsaved()) return;
    const key = `${row.rowVersion}:${offer.to}`;
    if (kept.current?.key !== key) kept.current = { key, id: uuidv7() };
    apply.mutate({
      opId: kept.current.id,
      entity: 'controlTests',
      entityId: row.id,
      kind: 'update',
      baseVersion: row.rowVersion,
      base: { status: row.status },
      patch: { status: offer.to },
    });
  };
  useShortcuts('Fieldwork', [
    { keys: 'Ctrl+Enter', label: offer?.label ?? 'Complete', hint: 'complete', enabled: may.update && offer !== undefined, run },
  ]);
  if (!may.update || !offer) return null;
  return (
    <Button
      variant={offer.to === 'done' ? 'filled' : 'default'}
      loading={apply.isPending}
      onClick={run}
      rightSection={<KeyCap keys="Ctrl+Enter" joined on={offer.to === 'done' ? 'action' : undefined} />}
    >
      {offer.label}
    </Button>
  );
}
