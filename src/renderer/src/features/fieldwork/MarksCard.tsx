/** Marks of a sheet: cross-references to other papers with the marks that stay, what refers to this one, tick marks, and time spent. */
import { Button, NumberInput, Select, TextInput } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { ErrorState } from '@renderer/components/ErrorState';
import { listOptions } from '@renderer/entities/api';
import { DayField } from '@renderer/entities/form/DateField';
import { ReferencePicker } from '@renderer/entities/form/pickers';
import type { GenericRow } from '@renderer/entities/rows';
import { formatDate, todayHere } from '@renderer/lib/format';
import { useMe } from '@renderer/lib/session';
import { SHEET_PLACE } from '@shared/entities/auditops/options';
import type { EntityName } from '@shared/entities/registry';
import type { Workpaper } from '@shared/wire/audits';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import css from './MarksCard.module.css';
import { useRecordWriter } from './records';

const TARGETS: readonly { readonly field: string; readonly entity: EntityName; readonly label: string }[] = [
  { field: 'toTestId', entity: 'controlTests', label: 'Control test' },
  { field: 'toEvidenceId', entity: 'auditEvidence', label: 'Evidence' },
  { field: 'toRequirementId', entity: 'requirements', label: 'Requirement' },
  { field: 'toFindingId', entity: 'findings', label: 'Finding' },
  { field: 'toSampleId', entity: 'samples', label: 'Sample' },
];

const idIn = (row: GenericRow, field: string) => {
  const value = row[field];
  return typeof value === 'string' ? value : '';
};
const placeWord = (value: unknown) => SHEET_PLACE.find((option) => option.value === value)?.label.toLowerCase() ?? '';

function filtered(name: EntityName, field: string, id: string) {
  return listOptions(name, { filter: [{ field, op: 'eq', value: id }], limit: 200 });
}

export function MarksCard({ paper, mayWrite }: { readonly paper: Workpaper; readonly mayWrite: boolean }) {
  const { id, auditPlanId } = paper.test.row;
  const out = useQuery(filtered('crossReferences', 'controlTestId', id));
  const back = useQuery(filtered('crossReferences', 'toTestId', id));
  const ticks = useQuery(filtered('ticks', 'controlTestId', id));
  const time = useQuery(filtered('timeEntries', 'controlTestId', id));
  const [open, setOpen] = useState<'reference' | 'tick' | 'time' | null>(null);
  const writer = useRecordWriter();
  const labels = { ...out.data?.labels, ...back.data?.labels, ...ticks.data?.labels };
  const minutes = (time.data?.rows ?? []).reduce((sum, row) => sum + (typeof row.minutes === 'number' ? row.minutes : 0), 0);
  const budget = paper.test.row.budgetMinutes;
  const failed = [out, back, ticks, time].find((query) => query.isError && !query.data);
  const toggle = (part: typeof open) => setOpen(open === part ? null : part);
  return (
    <Card
      title="Marks and time"
      note={`${hours(minutes)} spent${budget === null ? '' : ` of ${hours(budget)}`}`}
      actions={
        mayWrite ? (
          <>
            <Button variant="transparent" aria-expanded={open === 'reference'} onClick={() => toggle('reference')}>
              Refer to
            </Button>
            <Button variant="transparent" aria-expanded={open === 'tick'} onClick={() => toggle('tick')}>
              Tick
            </Button>
            {auditPlanId === null ? null : (
              <Button variant="transparent" aria-expanded={open === 'time'} onClick={() => toggle('time')}>
                Add time
              </Button>
            )}
          </>
        ) : undefined
      }
    >
      {failed ? <ErrorState error={failed.error} onRetry={() => void failed.refetch()} /> : null}
      {[out, back, ticks].every(({ data }) => data?.rows.length === 0) && open === null ? (
        <p className={css.none}>No cross-reference or tick mark yet.</p>
      ) : null}
      <ul className={css.marks}>
        {(out.data?.rows ?? []).map((row) => {
          const target = TARGETS.find(({ field }) => idIn(row, field) !== '');
          if (!target) return null;
          const to = idIn(row, target.field);
          const at =
            target.entity === 'controlTests' && auditPlanId ? `/fieldwork/${auditPlanId}/${to}` : `/r/${target.entity}/${to}`;
          return (
            <li key={row.id}>
              <Link className={css.mark} to={at}>
                {String(row.mark)}
              </Link>
              <span>
                {labels[to] ?? target.label} <span className={css.second}>beside {placeWord(row.place)}</span>
              </span>
              {mayWrite ? (
                <Remove onClick={() => void writer.archive('crossReferences', row)} label={`Remove ${String(row.mark)}`} />
              ) : null}
            </li>
          );
        })}
        {(back.data?.rows ?? []).map((row) => (
          <li key={row.id}>
            <Link
              className={css.mark}
              data-back
              to={
                auditPlanId
                  ? `/fieldwork/${auditPlanId}/${idIn(row, 'controlTestId')}`
                  : `/r/controlTests/${idIn(row, 'controlTestId')}`
              }
            >
              {String(row.mark)}
            </Link>
            <span>
              {labels[idIn(row, 'controlTestId')] ?? 'Another sheet'} <span className={css.second}>refers to this one</span>
            </span>
          </li>
        ))}
        {(ticks.data?.rows ?? []).map((row) => (
          <li key={row.id}>
            <Link className={css.tick} to={`/r/tickMarks/${idIn(row, 'tickMarkId')}`}>
              {labels[idIn(row, 'tickMarkId')] ?? '✓'}
            </Link>
            <span>
              {typeof row.note === 'string' ? row.note : ''} <span className={css.second}>beside {placeWord(row.place)}</span>
            </span>
            {mayWrite ? <Remove onClick={() => void writer.archive('ticks', row)} label="Remove the tick mark" /> : null}
          </li>
        ))}
        {open !== 'time'
          ? null
          : (time.data?.rows ?? []).map((row) => (
              <li key={row.id}>
                <span className={css.second}>{formatDate(String(row.spentOn))}</span>
                <span>
                  {hours(typeof row.minutes === 'number' ? row.minutes : 0)} {typeof row.note === 'string' ? row.note : ''}
                </span>
              </li>
            ))}
      </ul>
      {open === 'reference' ? <ReferenceForm testId={id} onDone={() => setOpen(null)} /> : null}
      {open === 'tick' ? <TickForm testId={id} onDone={() => setOpen(null)} /> : null}
      {open === 'time' && auditPlanId !== null ? (
        <TimeForm testId={id} planId={auditPlanId} onDone={() => setOpen(null)} />
      ) : null}
    </Card>
  );
}

/** `1 h 30`, `45 min`. */
export function hours(minutes: number): string {
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')}`;
}

function Remove({ onClick, label }: { readonly onClick: () => void; readonly label: string }) {
  return (
    <Button variant="transparent" aria-label={label} onClick={onClick}>
      Remove
    </Button>
  );
}

interface FormProps {
  readonly testId: string;
  readonly onDone: () => void;
}

function PlaceSelect({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  return (
    <Select
      label="Beside"
      data={SHEET_PLACE.map(({ value: place, label }) => ({ value: place, label }))}
      value={value}
      onChange={(next) => next && onChange(next)}
      allowDeselect={false}
    />
  );
}

function ReferenceForm({ testId, onDone }: FormProps) {
  const writer = useRecordWriter();
  const [kind, setKind] = useState('toTestId');
  const [place, setPlace] = useState('procedure');
  const [to, setTo] = useState('');
  const target = TARGETS.find(({ field }) => field === kind);
  if (!target) return null;
  return (
    <div className={css.form}>
      <Select
        label="To"
        data={TARGETS.map(({ field, label }) => ({ value: field, label }))}
        value={kind}
        onChange={(next) => {
          if (next) setKind(next);
          setTo('');
        }}
        allowDeselect={false}
      />
      <ReferencePicker
        label={target.label}
        value={to}
        required
        withAsterisk
        target={target.entity}
        onChange={(value) => setTo(typeof value === 'string' ? value : '')}
      />
      <PlaceSelect value={place} onChange={setPlace} />
      <Button
        variant="filled"
        loading={writer.busy}
        disabled={to === ''}
        onClick={() =>
          void writer.create('crossReferences', { controlTestId: testId, place, [kind]: to }).then((done) => done && onDone())
        }
      >
        Refer
      </Button>
    </div>
  );
}

function TickForm({ testId, onDone }: FormProps) {
  const writer = useRecordWriter();
  const legend = useQuery(listOptions('tickMarks', { limit: 200 }));
  const [mark, setMark] = useState('');
  const [place, setPlace] = useState('notes');
  const [note, setNote] = useState('');
  const marks = legend.data?.rows ?? [];
  return (
    <div className={css.form}>
      <Select
        label="Tick mark"
        placeholder={marks.length === 0 ? 'The legend is empty' : 'choose'}
        data={marks.map((row) => ({ value: row.id, label: `${String(row.symbol)} ${String(row.meaning)}` }))}
        value={mark === '' ? null : mark}
        onChange={(next) => setMark(next ?? '')}
      />
      <PlaceSelect value={place} onChange={setPlace} />
      <TextInput label="Note" maxLength={500} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      <Button
        variant="filled"
        loading={writer.busy}
        disabled={mark === ''}
        onClick={() =>
          void writer
            .create('ticks', {
              controlTestId: testId,
              tickMarkId: mark,
              place,
              ...(note.trim() === '' ? {} : { note: note.trim() }),
            })
            .then((done) => done && onDone())
        }
      >
        Tick
      </Button>
      <Link to="/r/tickMarks">Legend</Link>
    </div>
  );
}

function TimeForm({ testId, planId, onDone }: FormProps & { readonly planId: string }) {
  const writer = useRecordWriter();
  const me = useMe();
  const [minutes, setMinutes] = useState<number | null>(30);
  const [spentOn, setSpentOn] = useState(todayHere);
  const [note, setNote] = useState('');
  return (
    <div className={css.form}>
      <NumberInput
        label="Minutes"
        min={1}
        max={1440}
        allowDecimal={false}
        value={minutes ?? ''}
        onChange={(value) => setMinutes(typeof value === 'number' ? value : null)}
      />
      <DayField label="Day" value={spentOn} onChange={setSpentOn} />
      <TextInput label="Note" maxLength={255} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      <Button
        variant="filled"
        loading={writer.busy}
        disabled={minutes === null || spentOn === '' || !me}
        onClick={() =>
          me &&
          void writer
            .create('timeEntries', {
              auditPlanId: planId,
              controlTestId: testId,
              personId: me.id,
              spentOn,
              minutes,
              ...(note.trim() === '' ? {} : { note: note.trim() }),
            })
            .then((done) => done && onDone())
        }
      >
        Add
      </Button>
    </div>
  );
}
