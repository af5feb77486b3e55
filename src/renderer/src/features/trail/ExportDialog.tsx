/** Taking the trail out: as lines that anybody can prove, or for a system that watches. The taking out stands in the trail. */
import { Radio } from '@mantine/core';
import type { TrailExportInput } from '@shared/wire/trail';
import { useState } from 'react';
import { Dialog } from '../../components/Dialog';
import { Refusal } from '../../components/Refusal';
import { DateField } from '../../entities/form/DateField';
import { isDropped } from '../../lib/errors';
import { count, formatBytes, todayHere } from '../../lib/format';
import { notify } from '../../lib/notices';
import { trpcClient } from '../../lib/trpc';
import { NO_FILTERS, toQuery } from './filters';
import css from './TrailPage.module.css';

type Format = TrailExportInput['format'];

const FORMATS: readonly { readonly value: Format; readonly label: string; readonly text: string }[] = [
  {
    value: 'jsonl',
    label: 'JSON Lines, with seals and proofs',
    text: 'Whoever gets the file proves it without this server: “kompl audit verify --file”.',
  },
  { value: 'cef', label: 'CEF, for a system that watches', text: 'One line an entry, as SIEM systems read it. Holds no proofs.' },
];

type Day = { readonly day: string | null; readonly typed?: string };

export function ExportDialog({ onClose, onDone }: { readonly onClose: () => void; readonly onDone: () => void }) {
  const [format, setFormat] = useState<Format>('jsonl');
  const [from, setFrom] = useState<Day>({ day: null });
  const [to, setTo] = useState<Day>({ day: null });
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const save = async () => {
    if (from.typed !== undefined || to.typed !== undefined) return;
    setBusy(true);
    setFailure(null);
    try {
      const span = toQuery({ ...NO_FILTERS, when: 'days', from: from.day, to: to.day }, todayHere());
      const result = await trpcClient.trail.export.mutate({ format, from: span.from, to: span.to });
      if (result.saved !== null) {
        const faulty = result.faults.length > 0;
        notify({
          tone: faulty ? 'bad' : 'good',
          title: `${count(result.rows, 'entry', 'entries')} exported`,
          text: `${result.saved.fileName}, ${formatBytes(result.saved.size)}${faulty ? '. Not all of them agree with their seals.' : ''}`,
        });
        onDone();
      }
    } catch (error) {
      if (!isDropped(error)) setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const day = (label: string, value: Day, set: (day: Day) => void) => (
    <DateField
      label={label}
      withAsterisk={false}
      value={value.day ?? ''}
      typed={value.typed}
      error={value.typed === undefined ? undefined : 'A date, such as 31 Dec 2026'}
      onChange={(next, typed) => set({ day: typeof next === 'string' ? next : null, typed })}
    />
  );
  return (
    <Dialog opened onClose={onClose} title="Export the trail" action="Export the trail" onAction={() => void save()} busy={busy}>
      <div className={css.form}>
        <Refusal error={failure} />
        <Radio.Group label="As" value={format} onChange={(value) => setFormat(value === 'cef' ? 'cef' : 'jsonl')}>
          <div className={css.choices}>
            {FORMATS.map((one) => (
              <Radio key={one.value} value={one.value} label={one.label} description={one.text} />
            ))}
          </div>
        </Radio.Group>
        <div className={css.pair}>
          {day('From', from, setFrom)}
          {day('To', to, setTo)}
        </div>
        <p className={css.small}>
          Empty days: from its beginning, to now. Only sealed entries go out, in whole batches. That you took them out stands in
          the trail.
        </p>
      </div>
    </Dialog>
  );
}
