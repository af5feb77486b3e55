/** Exporting what the list shows: the format is asked, the file is chosen in the system's own dialog, main writes it. */
import { Radio } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import type { EntityName } from '@shared/entities/registry';
import type { ExportFormat } from '@shared/wire/lists';
import { useState } from 'react';
import { Dialog } from '../../components/Dialog';
import { Refusal } from '../../components/Refusal';
import { isDropped } from '../../lib/errors';
import { count, formatBytes, formatNumber } from '../../lib/format';
import { notify } from '../../lib/notices';
import { trpcClient } from '../../lib/trpc';
import { uuidv7 } from '../../lib/uuid';
import { JobProgress } from './JobProgress';
import css from './JobProgress.module.css';
import type { GroupKey } from './query';
import type { ListQuestion } from './usePagedRows';

export interface ExportDialogProps {
  readonly name: EntityName;
  readonly definition: Entity;
  readonly query: ListQuestion;
  readonly columns: readonly string[];
  readonly by: GroupKey | null;
  readonly view: string;
  readonly total: number;
  /** Only these; null for all that the list holds. */
  readonly ids: readonly string[] | null;
  readonly onClose: () => void;
}

const FORMATS: readonly { readonly value: ExportFormat; readonly label: string; readonly text: string }[] = [
  {
    value: 'xlsx',
    label: 'Excel workbook',
    text: 'Dates and numbers stay what they are; a second sheet says where it comes from.',
  },
  { value: 'csv', label: 'CSV', text: 'Text for any spreadsheet. What looks like a formula is marked as text.' },
  { value: 'json', label: 'JSON', text: 'For programs, with the names of the fields.' },
];

export function ExportDialog(props: ExportDialogProps) {
  const { name, definition, query, columns, by, view, total, ids, onClose } = props;
  const [format, setFormat] = useState<ExportFormat>('xlsx');
  const [job, setJob] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const rows = ids?.length ?? total;
  const noun = count(rows, definition.label.one, definition.label.many).toLowerCase();
  const save = async () => {
    const id = uuidv7();
    setJob(id);
    setFailure(null);
    try {
      const { saved } = await trpcClient.lists.export.mutate({
        ...{ entity: name, job: id, format, query, columns: [...columns], by, view },
        ...(ids === null ? {} : { ids: [...ids] }),
      });
      if (saved === null) return setJob(null);
      notify({
        tone: 'good',
        title: `${count(saved.rows, definition.label.one, definition.label.many).toLowerCase()} exported`,
        text: `${saved.fileName}, ${formatBytes(saved.size)}`,
      });
      return onClose();
    } catch (error) {
      if (!isDropped(error)) setFailure(error);
      return setJob(null);
    }
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={`Export ${noun}`}
      action={`Export ${noun}`}
      onAction={() => void save()}
      busy={job !== null}
    >
      <div className={css.form}>
        <Refusal error={failure} />
        <Radio.Group
          label="As"
          value={format}
          onChange={(value) => setFormat(FORMATS.find((one) => one.value === value)?.value ?? 'xlsx')}
        >
          {FORMATS.map((one) => (
            <Radio key={one.value} value={one.value} label={one.label} description={one.text} mt={8} />
          ))}
        </Radio.Group>
        {job === null ? (
          <p className={css.note}>
            {ids === null ? 'Every row that the list holds' : `The ${formatNumber(rows)} selected rows`}, in its order
            {by === null ? '' : ' and groups'}, with the {columns.length} columns that are shown. Personal data stays masked. That
            you exported them stands in the trail.
          </p>
        ) : (
          <JobProgress job={job} what="written" />
        )}
      </div>
    </Dialog>
  );
}
