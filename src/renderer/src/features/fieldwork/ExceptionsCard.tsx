/**
 * Exceptions of a test: cases in which the control did not do what it should. Each says where it was found, what it led to and, where
 * the sampling method allows it, what it stands for in the population. Items that were marked and not described yet ask for it.
 */

import { Button } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { ErrorState } from '@renderer/components/ErrorState';
import { Icon } from '@renderer/components/Icon';
import { KeyCap } from '@renderer/components/KeyCap';
import { RecordDialog } from '@renderer/entities/form/RecordDialog';
import type { GenericRow } from '@renderer/entities/rows';
import { trpc } from '@renderer/lib/trpc';
import { useShortcuts } from '@renderer/lib/use-shortcuts';
import { EXCEPTION_KIND } from '@shared/entities/auditops/options';
import { optionLabel } from '@shared/entities/option-label';
import { type EntityRow, entityOf } from '@shared/entities/registry';
import type { SampleOnSheet } from '@shared/wire/sampling';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import css from './ExceptionsCard.module.css';
import { type Drawn, drawnItems, projectedWords } from './exceptions';
import { useRecordWriter } from './records';

const EXCEPTION = entityOf('testExceptions');
/** As many as a list page carries; a test with more is described by its findings. */
const SHOWN = 200;

/** What stands in the dialog: a new exception, of an item or of none, or one that is there. */
type Open = { readonly item: Drawn | null } | { readonly row: GenericRow };

export function exceptionsOf(testId: string) {
  return trpc.entities.testExceptions.list.queryOptions({
    filter: [{ field: 'controlTestId', op: 'eq', value: testId }],
    sort: [{ field: 'createdAt', dir: 'asc' }],
    limit: SHOWN,
  });
}

export interface ExceptionsCardProps {
  readonly testId: string;
  readonly samples: readonly SampleOnSheet[];
  readonly mayWrite: boolean;
}

export function ExceptionsCard({ testId, samples, mayWrite }: ExceptionsCardProps) {
  const query = useQuery(exceptionsOf(testId));
  const writer = useRecordWriter();
  const [open, setOpen] = useState<Open | null>(null);
  const items = drawnItems(samples);
  const rows = query.data?.rows ?? [];
  const described = new Set(rows.map(({ sampleItemId }) => sampleItemId));
  const undescribed = [...items.values()].filter(({ item }) => item.result === 'exception' && !described.has(item.id));
  const loose = rows.filter(({ findingId }) => findingId === null).length;
  const begin = () => setOpen({ item: undescribed[0] ?? null });
  useShortcuts('Fieldwork', [{ keys: 'D', label: 'Describe an exception', enabled: mayWrite && open === null, run: begin }]);
  const note =
    rows.length + undescribed.length === 0
      ? 'none in this test'
      : [
          loose === 0 ? null : `${loose} without a finding`,
          undescribed.length === 0 ? null : `${undescribed.length} not described yet`,
        ]
          .filter((part) => part !== null)
          .join(', ');
  return (
    <Card
      flush
      title="Exceptions"
      note={query.isPending ? 'reading' : note}
      actions={
        mayWrite ? (
          <Button
            variant="transparent"
            leftSection={<Icon name="plus" size={14} />}
            rightSection={<KeyCap keys="D" />}
            onClick={begin}
          >
            {undescribed.length === 0 ? 'Add an exception' : 'Describe an exception'}
          </Button>
        ) : undefined
      }
    >
      {query.isError && !query.data ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      {rows.length + undescribed.length === 0 ? null : (
        <ul className={css.list} aria-label="Exceptions of this test">
          {rows.map((row) => (
            <Described
              key={row.id}
              row={row}
              drawn={row.sampleItemId === null ? null : (items.get(row.sampleItemId) ?? null)}
              finding={row.findingId === null ? null : (query.data?.labels?.[row.findingId] ?? 'Finding')}
              onEdit={mayWrite ? () => setOpen({ row }) : null}
              onRemove={mayWrite ? () => void writer.archive('testExceptions', row, 'Exception removed') : null}
            />
          ))}
          {undescribed.map((drawn) => (
            <li key={drawn.item.id} className={css.entry} data-undescribed>
              <div className={css.head}>
                <span className={css.key}>{drawn.item.itemKey}</span>
                <span className={css.second}>{drawn.sample.ref}</span>
                <span className={css.words}>{drawn.item.note ?? 'Marked as an exception, and not described yet'}</span>
                <Projected drawn={drawn} />
                {mayWrite ? (
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`Describe the exception of ${drawn.item.itemKey}`}
                    onClick={() => setOpen({ item: drawn })}
                  >
                    Describe
                  </Button>
                ) : null}
              </div>
            </li>
          ))}
        </ul>
      )}
      {(query.data?.total ?? 0) > SHOWN ? (
        <p className={css.more}>The first {SHOWN} are shown; the test's page has all of them.</p>
      ) : null}
      {open === null ? null : <ExceptionDialog testId={testId} open={open} onClose={() => setOpen(null)} />}
    </Card>
  );
}

interface DescribedProps {
  readonly row: EntityRow<'testExceptions'>;
  readonly drawn: Drawn | null;
  /** How its finding is called. */
  readonly finding: string | null;
  readonly onEdit: (() => void) | null;
  readonly onRemove: (() => void) | null;
}

function Described({ row, drawn, finding, onEdit, onRemove }: DescribedProps) {
  const kind = optionLabel(EXCEPTION_KIND, row.kind);
  const parts = [
    ['Found', row.description],
    ['Cause', row.cause],
    ['Effect', row.effect],
  ] as const;
  return (
    <li className={css.entry}>
      <div className={css.head}>
        <Icon name="alert" size={15} />
        <Link to={`/r/testExceptions/${row.id}`} className={css.title}>
          {row.title}
        </Link>
        <span className={css.second}>{kind.toLowerCase()}</span>
        <span className={css.grow} />
        {drawn === null ? (
          <span className={css.second}>outside of a sample</span>
        ) : (
          <>
            <span className={css.key}>{drawn.item.itemKey}</span>
            <span className={css.second}>{drawn.sample.ref}</span>
            {drawn.item.result === 'exception' ? (
              <Projected drawn={drawn} />
            ) : (
              <span className={css.attention}>the item is no longer marked as an exception</span>
            )}
          </>
        )}
      </div>
      {parts.every(([, text]) => text === null) ? null : (
        <dl className={css.parts}>
          {parts.map(([label, text]) =>
            text === null ? null : (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{text}</dd>
              </div>
            ),
          )}
        </dl>
      )}
      <div className={css.foot}>
        {row.findingId === null ? (
          <span className={css.attention}>No finding yet</span>
        ) : (
          <Link to={`/r/findings/${row.findingId}`} className={css.finding}>
            <Icon name="flag" size={13} /> {finding}
          </Link>
        )}
        <span className={css.grow} />
        {onEdit === null ? null : (
          <Button variant="transparent" aria-label={`Edit ${row.title}`} onClick={onEdit}>
            {row.findingId === null ? 'Edit or link to a finding' : 'Edit'}
          </Button>
        )}
        {onRemove === null ? null : (
          <Button variant="transparent" aria-label={`Remove ${row.title}`} onClick={onRemove}>
            Remove
          </Button>
        )}
      </div>
    </li>
  );
}

/** What the exception stands for in the population, with the method's own measure. */
function Projected({ drawn }: { readonly drawn: Drawn }) {
  const words = projectedWords(drawn);
  return words === null ? null : (
    <span className={words.missing ? css.attention : css.projected} title={words.title}>
      {words.text}
    </span>
  );
}

function ExceptionDialog({
  testId,
  open,
  onClose,
}: {
  readonly testId: string;
  readonly open: Open;
  readonly onClose: () => void;
}) {
  if ('row' in open)
    return (
      <RecordDialog
        name="testExceptions"
        definition={EXCEPTION}
        row={open.row}
        hidden={['controlTestId']}
        title={`Change ${String(open.row.title)}`}
        onClose={onClose}
      />
    );
  const { item } = open;
  return (
    <RecordDialog
      name="testExceptions"
      definition={EXCEPTION}
      row={null}
      prefill={{
        controlTestId: testId,
        ...(item === null ? {} : { sampleItemId: item.item.id }),
        ...(item?.item.note ? { title: item.item.note.slice(0, 255) } : {}),
      }}
      hidden={['controlTestId']}
      title={item === null ? 'Add an exception' : `Describe the exception of ${item.item.itemKey}`}
      onClose={onClose}
    />
  );
}
