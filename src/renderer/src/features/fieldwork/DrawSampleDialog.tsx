/** Draws a sample: the population's file, its columns, the method with what it asks for, and the seed. Nothing of the file is kept but what is drawn. */
import { Button, NumberInput, Select, TextInput } from '@mantine/core';
import { Dialog } from '@renderer/components/Dialog';
import { HashText } from '@renderer/components/HashText';
import { Icon } from '@renderer/components/Icon';
import { bridge } from '@renderer/lib/bridge';
import { errorWords } from '@renderer/lib/error-texts';
import { toErrorData } from '@renderer/lib/errors';
import { formatInstant, formatNumber } from '@renderer/lib/format';
import { notify } from '@renderer/lib/notices';
import { recordsChanged, trpc, trpcClient } from '@renderer/lib/trpc';
import { uuidv7 } from '@renderer/lib/uuid';
import { SAMPLE_METHOD } from '@shared/entities/auditops/options';
import { attributeSize } from '@shared/sampling/statistics';
import type { Drawing } from '@shared/wire/sampling';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import css from './DrawSampleDialog.module.css';
import { useOperationIds } from './records';

/** 32 random bytes as hex. */
function newSeed(): string {
  return [...crypto.getRandomValues(new Uint8Array(32))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const EXPLAINED: Readonly<Record<Drawing['method'], string>> = {
  random: 'Every item is as likely as any other.',
  systematic: 'Every n-th item in the order of the keys, from a random start.',
  monetary_unit:
    'Every n-th unit of money. Items as large as the interval are all drawn; zero and negative ones are left out and counted.',
  attribute: 'Random items; the size follows from the rates.',
  stratified: 'Random items of each stratum, by its share of the population.',
};

interface Props {
  readonly testId: string;
  readonly onClose: () => void;
}

export function DrawSampleDialog({ testId, onClose }: Props) {
  const [grant, setGrant] = useState<{ readonly grantId: string; readonly name: string } | null>(null);
  const [sheet, setSheet] = useState<string | null>(null);
  const [title, setTitle] = useState('');
  const [drawing, setDrawing] = useState<Drawing>(() => ({
    method: 'random',
    seed: newSeed(),
    sheet: null,
    keyColumn: '',
    amountColumn: null,
    stratumColumn: null,
    decimalMark: null,
    size: 25,
    confidence: 95,
    tolerableRate: 5,
    expectedRate: 0,
    tolerableAmount: null,
    expectedAmount: null,
  }));
  const input = useRef<HTMLInputElement>(null);
  const sampleId = useRef(uuidv7());
  const ids = useOperationIds();
  const set = (patch: Partial<Drawing>) => setDrawing((before) => ({ ...before, ...patch }));

  const population = useQuery({
    ...trpc.fieldwork.population.queryOptions(
      { grantId: grant?.grantId ?? sampleId.current, sheet },
      { staleTime: Number.POSITIVE_INFINITY },
    ),
    enabled: grant !== null,
  });
  const found = grant === null ? undefined : population.data;
  const header = found?.header ?? [];
  const keyColumn = header.includes(drawing.keyColumn) ? drawing.keyColumn : (header[0] ?? '');
  const amountColumn = drawing.amountColumn !== null && header.includes(drawing.amountColumn) ? drawing.amountColumn : null;
  const stratumColumn = drawing.stratumColumn !== null && header.includes(drawing.stratumColumn) ? drawing.stratumColumn : null;
  const computed = drawing.method === 'attribute' || drawing.method === 'monetary_unit';

  const draw = useMutation({
    mutationFn: (file: { grantId: string; name: string }) => {
      const asked: Drawing = {
        ...drawing,
        sheet: found?.sheet ?? null,
        keyColumn,
        amountColumn,
        stratumColumn: drawing.method === 'stratified' ? stratumColumn : null,
        size: computed ? null : drawing.size,
      };
      const body = {
        sampleId: sampleId.current,
        controlTestId: testId,
        title: title.trim() === '' ? file.name : title.trim(),
        drawing: asked,
      };
      return trpcClient.fieldwork.draw.mutate({ ...body, grantId: file.grantId, opId: ids.of(body) });
    },
    meta: { quiet: true },
    onSuccess: (made) => {
      void recordsChanged(['samples', 'sampleItems', 'controlTests']);
      notify({ tone: 'good', title: `Sample ${made.ref} drawn`, text: `${formatNumber(made.items)} items` });
      onClose();
    },
  });
  const choose = async (file: File | undefined) => {
    if (!file) return;
    draw.reset();
    setSheet(null);
    const { grantId } = await bridge().grantFile(file);
    setGrant({ grantId, name: file.name });
  };
  const trouble = population.isError && grant ? population.error : draw.error;
  const words = trouble ? errorWords(toErrorData(trouble)) : null;
  const faults = draw.isError ? toErrorData(draw.error).faults : [];
  const faultOf = (field: string) => faults.find((fault) => fault.path === `drawing.${field}`)?.message;
  const planned =
    drawing.method === 'attribute' && drawing.tolerableRate !== null
      ? attributeSize({
          confidence: drawing.confidence / 100,
          tolerable: drawing.tolerableRate / 100,
          expected: (drawing.expectedRate ?? 0) / 100,
        })
      : null;
  const columns = header.filter((name, at) => name !== '' && header.indexOf(name) === at);

  return (
    <Dialog
      opened
      onClose={onClose}
      title="Draw a sample"
      action="Draw the sample"
      onAction={() => grant && draw.mutate(grant)}
      busy={draw.isPending}
      disabled={!found || !/^[0-9a-f]{64}$/.test(drawing.seed)}
      size={720}
    >
      <div className={css.form}>
        {words ? (
          <p className={css.fault} role="alert">
            <strong>{words.title}.</strong> {faults.length > 0 ? faults.map((fault) => fault.message).join(', ') : words.text}
          </p>
        ) : null}
        <div className={css.file}>
          <input
            ref={input}
            type="file"
            hidden
            data-testid="population-input"
            accept=".csv,.tsv,.txt,.xlsx,.json,.jsonl"
            onChange={(event) => {
              void choose(event.currentTarget.files?.[0]);
              event.currentTarget.value = '';
            }}
          />
          <Button
            variant="default"
            leftSection={<Icon name="file" size={15} />}
            onClick={() => input.current?.click()}
            data-autofocus
          >
            {grant ? 'Choose another file' : 'Choose the population'}
          </Button>
          {found ? (
            <span className={css.facts}>
              <strong>{grant?.name}</strong> {formatNumber(found.rows)} rows · <HashText hash={found.sha256} />
            </span>
          ) : (
            <span className={css.facts}>
              {population.isFetching ? 'Reading and hashing …' : 'CSV, XLSX, JSON. It stays where it is.'}
            </span>
          )}
        </div>
        {found?.otherBytes ? (
          <p className={css.notice} role="status">
            <Icon name="alert" size={14} /> {found.otherBytes.ref} of {formatInstant(found.otherBytes.drawnAt)} was drawn from a
            file of this name with other content.
          </p>
        ) : null}
        {found ? (
          <>
            <div className={css.preview} data-fade={found.rows > found.first.length || undefined}>
              <table>
                <thead>
                  <tr>
                    {columns.slice(0, 8).map((name) => (
                      <th
                        key={name}
                        scope="col"
                        data-chosen={name === keyColumn || name === amountColumn || name === stratumColumn || undefined}
                      >
                        {name}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {found.first.slice(0, 3).map((row) => (
                    <tr key={row.join('\u001f')}>
                      {columns.slice(0, 8).map((name) => (
                        <td key={name}>{row[header.indexOf(name)]}</td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            <div className={css.row}>
              {found.sheets.length > 1 ? (
                <Select label="Sheet" data={[...found.sheets]} value={found.sheet} onChange={setSheet} allowDeselect={false} />
              ) : null}
              <Select
                label="Key column"
                data={columns}
                value={keyColumn}
                onChange={(value) => value && set({ keyColumn: value })}
                allowDeselect={false}
                error={faultOf('keyColumn')}
              />
              <Select
                label="Amount column"
                placeholder="none"
                data={columns}
                value={amountColumn}
                onChange={(value) => set({ amountColumn: value })}
                clearable
                error={faultOf('amountColumn')}
              />
              {amountColumn ? (
                <Select
                  label="Decimal mark"
                  data={[
                    { value: '', label: 'as it reads' },
                    { value: '.', label: 'point' },
                    { value: ',', label: 'comma' },
                  ]}
                  value={drawing.decimalMark ?? ''}
                  onChange={(value) => set({ decimalMark: value === '.' || value === ',' ? value : null })}
                  allowDeselect={false}
                />
              ) : null}
            </div>
          </>
        ) : null}
        <div className={css.row}>
          <Select
            label="Method"
            description={EXPLAINED[drawing.method]}
            data={SAMPLE_METHOD.map(({ value, label }) => ({ value, label }))}
            value={drawing.method}
            onChange={(value) => {
              const method = SAMPLE_METHOD.find((option) => option.value === value)?.value;
              if (method) set({ method });
            }}
            allowDeselect={false}
          />
        </div>
        <div className={css.row}>
          {computed ? null : (
            <NumberInput
              label="Items"
              min={1}
              max={10_000}
              allowDecimal={false}
              value={drawing.size ?? ''}
              onChange={(value) => set({ size: typeof value === 'number' ? value : null })}
              error={faultOf('size')}
            />
          )}
          {drawing.method === 'stratified' ? (
            <Select
              label="Stratum column"
              data={columns}
              value={stratumColumn}
              onChange={(value) => set({ stratumColumn: value })}
              error={faultOf('stratumColumn')}
            />
          ) : null}
          <NumberInput
            label="Confidence, %"
            min={50}
            max={99.9}
            decimalScale={1}
            value={drawing.confidence}
            onChange={(value) => typeof value === 'number' && set({ confidence: value })}
          />
          {drawing.method === 'attribute' ? (
            <>
              <NumberInput
                label="Tolerable rate, %"
                min={0.1}
                max={50}
                decimalScale={2}
                value={drawing.tolerableRate ?? ''}
                onChange={(value) => set({ tolerableRate: typeof value === 'number' ? value : null })}
                error={faultOf('tolerableRate')}
              />
              <NumberInput
                label="Expected rate, %"
                min={0}
                max={50}
                decimalScale={2}
                value={drawing.expectedRate ?? ''}
                onChange={(value) => set({ expectedRate: typeof value === 'number' ? value : null })}
                error={faultOf('expectedRate')}
              />
            </>
          ) : null}
          {drawing.method === 'monetary_unit' ? (
            <>
              <TextInput
                label="Tolerable misstatement"
                value={drawing.tolerableAmount ?? ''}
                onChange={(event) => set({ tolerableAmount: event.currentTarget.value.trim() || null })}
                error={faultOf('tolerableAmount')}
              />
              <TextInput
                label="Expected misstatement"
                placeholder="0"
                value={drawing.expectedAmount ?? ''}
                onChange={(event) => set({ expectedAmount: event.currentTarget.value.trim() || null })}
                error={faultOf('expectedAmount')}
              />
            </>
          ) : null}
        </div>
        {planned ? (
          <p className={css.notice} role="status">
            {formatNumber(planned.size)} items; up to {formatNumber(planned.allowed)} deviations support the tolerable rate (exact
            binomial).
          </p>
        ) : null}
        <div className={css.row}>
          <TextInput
            label="Name"
            placeholder={grant?.name ?? ''}
            maxLength={255}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
        </div>
        <div className={css.seed}>
          <TextInput
            label="Seed"
            description="64 hex digits. Kept with the sample, so that it can be drawn again."
            classNames={{ input: 'k-mono' }}
            value={drawing.seed}
            error={/^[0-9a-f]{64}$/.test(drawing.seed) ? undefined : '64 digits from 0 to f'}
            onChange={(event) => set({ seed: event.currentTarget.value.trim().toLowerCase() })}
          />
          <Button variant="default" onClick={() => set({ seed: newSeed() })}>
            Another
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
