/** The statement of applicability: every requirement, whether it applies and why, how far it is met, and by what; and its files. */
import { Button } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { ErrorState } from '@renderer/components/ErrorState';
import { Icon } from '@renderer/components/Icon';
import { Pill } from '@renderer/components/Pill';
import { SkeletonRows } from '@renderer/components/Skeleton';
import type { DetailExtraProps } from '@renderer/entities/detail/extras';
import { ActionMenu } from '@renderer/entities/parts/ActionMenu';
import { notify } from '@renderer/lib/notices';
import { trpc } from '@renderer/lib/trpc';
import type { Tone } from '@shared/entities/fields';
import type { ApplicabilityLine, StatementExportInput } from '@shared/wire/assessments';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { Link } from 'react-router';
import css from './StatementTab.module.css';

const FORMATS: readonly { readonly format: StatementExportInput['format']; readonly label: string }[] = [
  { format: 'pdf', label: 'PDF' },
  { format: 'docx', label: 'Word' },
  { format: 'xlsx', label: 'Excel' },
  { format: 'csv', label: 'CSV' },
];

const IMPLEMENTATION: Readonly<
  Record<ApplicabilityLine['implementation'], { readonly word: string; readonly tone: Tone; readonly shape: string }>
> = {
  implemented: { word: 'Implemented', tone: 'good', shape: 'check-filled' },
  partly: { word: 'Partly', tone: 'attention', shape: 'circle-half' },
  not_implemented: { word: 'Not implemented', tone: 'bad', shape: 'x-filled' },
  excluded: { word: 'Excluded', tone: 'neutral', shape: 'circle-minus' },
  open: { word: 'Not assessed', tone: 'neutral', shape: 'circle-dashed' },
};

export function StatementTab({ record, called }: DetailExtraProps) {
  const assessmentId = record.row.id;
  const statement = useQuery(trpc.assessments.statement.queryOptions({ assessmentId }));
  const save = useMutation({
    ...trpc.assessments.exportStatement.mutationOptions({ meta: { failure: 'The statement was not exported' } }),
    onSuccess: ({ saved }) => {
      if (saved) notify({ tone: 'good', title: `${saved.fileName} is saved` });
    },
  });
  if (!statement.data) {
    if (statement.isError) return <ErrorState error={statement.error} onRetry={() => void statement.refetch()} />;
    return <SkeletonRows label="Reading the statement" rows={10} />;
  }
  const { lines } = statement.data;
  const left = lines.filter(({ applicable }) => applicable === false).length;
  return (
    <div className={css.page}>
      <Card
        title="Statement of applicability"
        note={`${lines.length} requirements, ${left} excluded`}
        actions={
          <ActionMenu
            label={`Export the statement of ${called}`}
            button={(props) => (
              <Button size="compact-sm" leftSection={<Icon name="download" size={14} />} loading={save.isPending} {...props}>
                Export
              </Button>
            )}
            items={FORMATS.map(({ format, label }) => ({ key: format, label, run: () => save.mutate({ assessmentId, format }) }))}
          />
        }
        flush
      >
        <Lines lines={lines} assessmentId={assessmentId} />
      </Card>
    </div>
  );
}

/** Rows of whatever height, drawn where they are in sight. */
function Lines({ lines, assessmentId }: { readonly lines: readonly ApplicabilityLine[]; readonly assessmentId: string }) {
  const scroll = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => 46,
    overscan: 8,
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={css.scroll} ref={scroll} tabIndex={0} aria-label="Lines of the statement">
      <div className={css.heads} aria-hidden="true">
        <span>Ref</span>
        <span>Requirement</span>
        <span>Applies</span>
        <span>Justification</span>
        <span>Implementation</span>
        <span>Controls and evidence</span>
      </div>
      <ul className={css.rows} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const line = lines[item.index];
          if (!line) return null;
          const look = IMPLEMENTATION[line.implementation];
          return (
            <li
              key={line.id}
              ref={virtual.measureElement}
              data-index={item.index}
              className={css.row}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <Link to={`/assessments/${assessmentId}/${line.id}`}>{line.ref}</Link>
              <span>{line.title}</span>
              <span>{line.applicable === null ? '–' : line.applicable ? 'Yes' : 'No'}</span>
              <span className={css.text}>{line.justification}</span>
              <Pill word={look.word} tone={look.tone} shape={look.shape} bare />
              <span className={css.text}>
                {[...line.controls.map(({ ref, name }) => ref ?? name), ...line.evidence.map(({ ref }) => ref)].join(', ')}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
