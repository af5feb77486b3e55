/**
 * A sample on the sheet: what it was drawn from, its items with their results, and what they say of the population. One item is
 * current; P, X and N mark it and go on, the arrows move, Enter writes a note.
 */

import { Button, TextInput } from '@mantine/core';
import { Card } from '@renderer/components/Card';
import { HashText, shortHash } from '@renderer/components/HashText';
import { Icon } from '@renderer/components/Icon';
import { OptionPill, Pill } from '@renderer/components/Pill';
import { bridge } from '@renderer/lib/bridge';
import { errorWords } from '@renderer/lib/error-texts';
import { toErrorData } from '@renderer/lib/errors';
import { formatNumber } from '@renderer/lib/format';
import { trpcClient } from '@renderer/lib/trpc';
import { ITEM_RESULT, SAMPLE_METHOD } from '@shared/entities/auditops/options';
import { optionLabel } from '@shared/entities/option-label';
import { amountWords } from '@shared/sampling/amounts';
import { BY_INTERVAL, countsOf } from '@shared/sampling/evaluate';
import type { SampleOnSheet } from '@shared/wire/sampling';
import { useMutation } from '@tanstack/react-query';
import { type KeyboardEvent, useRef, useState } from 'react';
import { Link } from 'react-router';
import { useRecordWriter } from './records';
import css from './SampleCard.module.css';
import { SampleEstimate } from './SampleEstimate';

type Item = SampleOnSheet['items'][number];

const KEYS: Readonly<Record<string, string>> = { p: 'pass', x: 'exception', n: 'not_applicable', o: 'open' };

export interface SampleCardProps extends SampleOnSheet {
  readonly mayWrite: boolean;
}

export function SampleCard({ sample, items, mayWrite }: SampleCardProps) {
  const [current, setCurrent] = useState(0);
  const writer = useRecordWriter();
  const table = useRef<HTMLTableElement>(null);
  const counts = countsOf(items);
  const hasAmounts = sample.amountColumn !== null;
  const method = optionLabel(SAMPLE_METHOD, sample.method);

  const go = (to: number) => {
    const next = Math.max(0, Math.min(items.length - 1, to));
    setCurrent(next);
    table.current?.querySelector<HTMLElement>(`[data-item="${next}"]`)?.focus();
  };
  const mark = async (item: Item, result: string, at: number) => {
    if (!mayWrite || item.result === result) return go(at + 1);
    const patch: Record<string, string | null> = { result };
    if (result !== 'exception' && item.auditedAmount !== null) patch.auditedAmount = null;
    if (await writer.change('sampleItems', item, patch)) go(at + 1);
  };
  const onKey = (event: KeyboardEvent<HTMLTableRowElement>, item: Item, at: number) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.altKey || event.metaKey) return;
    const result = KEYS[event.key.toLowerCase()];
    if (result !== undefined) void mark(item, result, at);
    else if (event.key === 'ArrowDown' || event.key === 'j') go(at + 1);
    else if (event.key === 'ArrowUp' || event.key === 'k') go(at - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(items.length - 1);
    else if (event.key === 'Enter') event.currentTarget.querySelector('input')?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <Card
      flush
      title="Sample"
      note={
        <>
          <Link className={css.ref} to={`/r/samples/${sample.id}`}>
            {sample.ref}
          </Link>{' '}
          {formatNumber(items.length)} of {formatNumber(sample.populationRows)} · {method.toLowerCase()}
        </>
      }
      actions={
        <>
          {counts.exception > 0 ? (
            <strong className={css.exceptions}>{`${counts.exception} exception${counts.exception === 1 ? '' : 's'}`}</strong>
          ) : null}
          <Redraw sampleId={sample.id} populationName={sample.populationName} />
        </>
      }
    >
      <p className={css.facts}>
        seed <span className="k-mono">{shortHash(sample.seed)}</span> · population{' '}
        <span title={sample.populationName}>
          <HashText hash={sample.populationSha256} />
        </span>
        <span className={css.file}>{sample.populationName}</span>
      </p>
      {/* rows take the keys; a table alone could not be reached */}
      <div className={css.scroll}>
        <table className={css.table} ref={table} aria-label={`Items of ${sample.ref}`}>
          <thead>
            <tr>
              <th scope="col" className={css.number}>
                No.
              </th>
              <th scope="col">{sample.keyColumn}</th>
              {hasAmounts ? (
                <th scope="col" className={css.amount}>
                  {sample.amountColumn}
                </th>
              ) : null}
              <th scope="col" className={css.result}>
                Result
              </th>
              {hasAmounts ? (
                <th scope="col" className={css.audited}>
                  Audited
                </th>
              ) : null}
              <th scope="col" className={css.note}>
                Note
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((item, at) => (
              <tr
                key={item.id}
                data-item={at}
                data-current={at === current || undefined}
                tabIndex={at === current ? 0 : -1}
                onFocus={() => setCurrent(at)}
                onKeyDown={(event) => onKey(event, item, at)}
                aria-label={`${item.position} ${item.itemKey}`}
              >
                <td className={css.number}>{item.position}</td>
                <td className="k-mono">
                  {item.itemKey}
                  {item.stratum && item.stratum !== BY_INTERVAL ? <span className={css.stratum}>{item.stratum}</span> : null}
                </td>
                {hasAmounts ? <td className={css.amount}>{item.amount === null ? '' : amountWords(item.amount)}</td> : null}
                <td className={css.result}>
                  {mayWrite ? (
                    <ResultButtons item={item} onMark={(result) => void mark(item, result, at)} />
                  ) : (
                    <OptionPill options={ITEM_RESULT} value={item.result} bare />
                  )}
                </td>
                {hasAmounts ? (
                  <td className={css.audited}>
                    <CellInput
                      label={`Audited amount of ${item.itemKey}`}
                      value={item.auditedAmount ?? ''}
                      words={amountWords}
                      disabled={!mayWrite || item.result !== 'exception'}
                      onSave={(text) =>
                        writer.change('sampleItems', item, { auditedAmount: text === '' ? null : plainAmount(text) })
                      }
                    />
                  </td>
                ) : null}
                <td>
                  <CellInput
                    label={`Note on ${item.itemKey}`}
                    value={item.note ?? ''}
                    disabled={!mayWrite}
                    onSave={(text) => writer.change('sampleItems', item, { note: text === '' ? null : text })}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <SampleEstimate sample={sample} items={items} />
    </Card>
  );
}

/** `1 234.50` and `1,234.5` as the plain decimal that is stored; what is none goes as it is, and the server says so. */
function plainAmount(text: string): string {
  const bare = text.replace(/[\s\u202F,’']/g, '');
  return /^-?\d+\.\d*0+$/.test(bare) ? bare.replace(/\.?0+$/, '') : bare;
}

function ResultButtons({ item, onMark }: { readonly item: Item; readonly onMark: (result: string) => void }) {
  return (
    <span className={css.buttons}>
      {ITEM_RESULT.filter((option) => option.value !== 'open').map((option) => (
        <button
          key={option.value}
          type="button"
          tabIndex={-1}
          className={css.mark}
          data-tone={item.result === option.value ? option.tone : undefined}
          aria-pressed={item.result === option.value}
          aria-label={`${option.label}: ${item.itemKey}`}
          title={option.label}
          onClick={() => onMark(item.result === option.value ? 'open' : option.value)}
        >
          <Icon name={option.shape} size={14} />
        </button>
      ))}
    </span>
  );
}

interface CellInputProps {
  readonly label: string;
  readonly value: string;
  readonly disabled: boolean;
  /** How the value is shown while nobody writes it. */
  readonly words?: (value: string) => string;
  readonly onSave: (text: string) => Promise<boolean>;
}

/** A cell that is saved when it is left, or by Enter; Esc takes back what was typed. */
function CellInput({ label, value, disabled, words, onSave }: CellInputProps) {
  const [typed, setTyped] = useState<string | null>(null);
  if (disabled && value === '') return null;
  const leave = async () => {
    if (typed === null) return;
    const text = typed.trim();
    if (text === value || (await onSave(text))) setTyped(null);
  };
  return (
    <TextInput
      size="xs"
      classNames={{ input: css.cell }}
      aria-label={label}
      readOnly={disabled}
      tabIndex={disabled ? -1 : 0}
      value={typed ?? (words === undefined || value === '' ? value : words(value))}
      data-number={words !== undefined || undefined}
      onFocus={() => {
        if (words !== undefined && !disabled) setTyped(value);
      }}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={() => void leave()}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === 'Escape') {
          if (event.key === 'Escape') setTyped(null);
          event.stopPropagation();
          event.currentTarget.closest('tr')?.focus();
        }
      }}
    />
  );
}

/** Chooses the population's file and says whether the same items come out. */
function Redraw({ sampleId, populationName }: { readonly sampleId: string; readonly populationName: string }) {
  const input = useRef<HTMLInputElement>(null);
  const prove = useMutation({
    mutationFn: async (file: File) => {
      const { grantId } = await bridge().grantFile(file);
      return trpcClient.fieldwork.proveSample.mutate({ sampleId, grantId });
    },
    meta: { quiet: true },
  });
  const proof = prove.data;
  const failure = prove.isError ? errorWords(toErrorData(prove.error)) : null;
  const same = proof?.itemsAgree && proof.contentAgrees;
  return (
    <>
      <span aria-live="polite">
        {failure ? <Pill word={failure.title} title={failure.text} tone="attention" shape="alert" /> : null}
        {proof && same ? (
          <Pill
            word={proof.fileAgrees ? 'Drawn again, the same' : 'Drawn again, the same; other file'}
            title={
              proof.fileAgrees
                ? 'The very bytes of the population give the same items.'
                : 'The file has other bytes, but the same items.'
            }
            tone="good"
            shape="seal"
          />
        ) : null}
        {proof && !same ? <Pill word="Not the same population" title={proof.why ?? undefined} tone="bad" shape="alert" /> : null}
      </span>
      <input
        ref={input}
        type="file"
        hidden
        data-testid="redraw-input"
        accept=".csv,.tsv,.txt,.xlsx,.json,.jsonl"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file) prove.mutate(file);
          event.currentTarget.value = '';
        }}
      />
      <Button
        variant="transparent"
        loading={prove.isPending}
        leftSection={<Icon name="refresh" size={14} />}
        title={`Choose ${populationName} and draw again`}
        onClick={() => input.current?.click()}
      >
        Draw again
      </Button>
    </>
  );
}
