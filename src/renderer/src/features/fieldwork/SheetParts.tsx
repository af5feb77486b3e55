/** What stands below the two axes on a sheet: samples, marks and time, review notes, sign-offs. */
import { Button } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { Icon } from '@renderer/components/Icon';
import { KeyCap } from '@renderer/components/KeyCap';
import { trpc } from '@renderer/lib/trpc';
import { useShortcuts } from '@renderer/lib/use-shortcuts';
import type { Workpaper } from '@shared/wire/audits';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { DrawSampleDialog } from './DrawSampleDialog';
import { ExceptionsCard } from './ExceptionsCard';
import { MarksCard } from './MarksCard';
import { ReviewNotes } from './ReviewNotes';
import { SampleCard } from './SampleCard';
import { SignOffPanel } from './SignOffPanel';
import type { TestDraft } from './useTestDraft';

interface Props {
  readonly paper: Workpaper;
  readonly draft: TestDraft;
  readonly mayWrite: boolean;
}

export function Samples({ paper, mayWrite }: Omit<Props, 'draft'>) {
  const { id } = paper.test.row;
  const samples = useQuery(trpc.fieldwork.samples.queryOptions({ testId: id }));
  const [drawing, setDrawing] = useState(false);
  useShortcuts('Fieldwork', [
    { keys: 'S', label: 'Draw a sample', hint: 'draw a sample', enabled: mayWrite, run: () => setDrawing(true) },
  ]);
  const found = samples.data ?? [];
  return (
    <>
      {found.map((one) => (
        <SampleCard key={one.sample.id} {...one} mayWrite={mayWrite} />
      ))}
      {mayWrite ? (
        <div>
          <Button
            variant="default"
            leftSection={<Icon name="list-check" size={15} />}
            rightSection={<KeyCap keys="S" />}
            onClick={() => setDrawing(true)}
          >
            {found.length === 0 ? 'Draw a sample' : 'Draw another sample'}
          </Button>
        </div>
      ) : null}
      {samples.isSuccess ? <ExceptionsCard testId={id} samples={found} mayWrite={mayWrite} /> : null}
      {drawing ? <DrawSampleDialog testId={id} onClose={() => setDrawing(false)} /> : null}
    </>
  );
}

export function SheetParts({ paper, draft, mayWrite }: Props) {
  const { id } = paper.test.row;
  return (
    <>
      <MarksCard paper={paper} mayWrite={mayWrite} />
      <Card title="Review notes">
        <ReviewNotes about="controlTestId" id={id} />
      </Card>
      <Card title="Sign-offs">
        <SignOffPanel
          entity="controlTests"
          id={id}
          beforeSigning={async () => {
            await draft.flush();
            return !draft.unsaved();
          }}
        />
      </Card>
    </>
  );
}
