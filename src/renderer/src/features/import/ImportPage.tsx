/** Rows of a file become records: the file, its columns, a trial that says what would happen, and then the import. */
import { Button } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import { type EntityName, entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import { type DragEvent, useEffect, useRef, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { ErrorState } from '../../components/ErrorState';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { Page } from '../../components/Page';
import { SkeletonRows } from '../../components/Skeleton';
import { Screen } from '../../entities/parts/Screen';
import { DOMAIN_LABELS, importPath, listPath } from '../../entities/paths';
import { count, formatNumber } from '../../lib/format';
import { takeFile } from '../../lib/handed-file';
import { useRights } from '../../lib/rights';
import { useShortcuts } from '../../lib/use-shortcuts';
import { Choose } from './Choose';
import { ColumnsPane } from './ColumnsPane';
import { IMPORTABLE, openQuestions } from './fields';
import css from './ImportPage.module.css';
import { Outcome } from './Outcome';
import { TrialPane } from './TrialPane';
import { type Draft, type ImportStep, isCurrent, useImport, writable } from './useImport';

export function ImportPage() {
  const { entity = '' } = useParams();
  const name = IMPORTABLE.find((one) => one === entity);
  return <Screen>{name === undefined ? <Nothing /> : <ImportRows key={name} name={name} definition={entityOf(name)} />}</Screen>;
}

function Nothing() {
  const navigate = useNavigate();
  return (
    <Page title="Import">
      <ErrorState error={new CodedError('NOT_FOUND')} actions={<Button onClick={() => void navigate('/')}>Go home</Button>} />
    </Page>
  );
}

const ENDINGS = '.csv,.tsv,.xlsx,.json,.jsonl,.ndjson,.xls,.xlsm';

function ImportRows({ name, definition }: { readonly name: EntityName; readonly definition: Entity }) {
  const rights = useRights(name);
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const work = useImport(name);
  const { state } = work;
  const many = definition.label.many.toLowerCase();
  const allowed = rights.create || rights.update;
  const busy = state.step === 'reading' || (state.step === 'look' && state.busy !== null);
  const draft = state.step === 'look' ? state.draft : null;
  const tryAtOnce = ({ map, found }: Draft) => openQuestions(definition, map, found.columns).length === 0;
  const choose = (file: File) => void work.choose(file, tryAtOnce);
  const pick = () => input.current?.click();
  const back = () => void navigate(listPath(name));
  const ready = draft !== null && !busy && isCurrent(name, draft) && writable(draft) > 0;

  // A file that was dropped on the list is taken once, when the screen opens.
  const taken = useRef(false);
  useEffect(() => {
    if (taken.current || !allowed) return;
    taken.current = true;
    const file = takeFile(importPath(name));
    if (file !== null) choose(file);
  });

  useShortcuts('Import', [
    {
      keys: 'Ctrl+Enter',
      label: `Bring in the ${many}`,
      hint: 'bring in',
      enabled: ready,
      run: () => draft && void work.bringIn(draft),
    },
    {
      keys: 'T',
      label: 'Run the trial',
      hint: 'trial run',
      enabled: draft !== null && !busy,
      run: () => draft && void work.tryOut(draft),
    },
    { keys: 'O', label: 'Choose a file', hint: 'choose a file', enabled: allowed && !busy, run: pick },
    // Not from a mapping that somebody is at: one Escape too many would lose it.
    { keys: 'Escape', label: 'Leave', enabled: draft === null && !busy, run: back },
  ]);

  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file !== undefined && !busy && allowed) choose(file);
  };
  const crumbs = [
    { label: DOMAIN_LABELS[definition.domain] },
    { label: definition.label.many, to: listPath(name) },
    { label: 'Import' },
  ];
  if (!allowed) {
    return (
      <Page title={`Import ${many}`} crumbs={crumbs}>
        <ErrorState error={new CodedError('ROLE_FORBIDS')} actions={<Button onClick={back}>Back to {many}</Button>} />
      </Page>
    );
  }
  return (
    <Page
      title={`Import ${many}`}
      crumbs={crumbs}
      note={noteOf(state)}
      actions={
        <>
          <Button variant="subtle" onClick={back}>
            Leave
          </Button>
          {state.step === 'choose' || state.step === 'done' ? null : (
            <Button leftSection={<Icon name="import" />} onClick={pick} disabled={busy} rightSection={<KeyCap keys="O" />}>
              Another file
            </Button>
          )}
        </>
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a short way; the button does the same */}
      <div
        className={css.area}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <input
          ref={input}
          type="file"
          accept={ENDINGS}
          className="k-visually-hidden"
          tabIndex={-1}
          aria-label="File to import"
          data-testid="import-file"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = '';
            if (file !== undefined) choose(file);
          }}
        />
        {state.step === 'choose' ? <Choose name={name} definition={definition} onPick={pick} /> : null}
        {state.step === 'reading' ? (
          <div className={css.card}>
            <SkeletonRows rows={12} label={`${state.fileName} is read`} />
          </div>
        ) : null}
        {state.step === 'refused' ? (
          <div className={css.card} data-testid="import-refused">
            <ErrorState error={state.error} actions={<Button onClick={pick}>Choose another file</Button>} />
          </div>
        ) : null}
        {state.step === 'look' ? (
          <div className={css.columns} data-testid="import-look">
            <ColumnsPane
              definition={definition}
              draft={state.draft}
              disabled={state.busy !== null}
              onChange={work.change}
              onPlace={(place) => void work.inspect(state.draft.grant, place, tryAtOnce)}
            />
            <TrialPane name={name} definition={definition} draft={state.draft} busy={state.busy} work={work} />
          </div>
        ) : null}
        {state.step === 'done' ? (
          <Outcome name={name} definition={definition} draft={state.draft} outcome={state.outcome} work={work} />
        ) : null}
      </div>
    </Page>
  );
}

function noteOf(state: ImportStep): string {
  switch (state.step) {
    case 'choose':
      return 'CSV, Excel workbook or JSON; a trial run comes first';
    case 'reading':
      return `${state.fileName} is read; nothing has been written`;
    case 'refused':
      return `${state.fileName}; nothing has been written`;
    case 'look': {
      const { found } = state.draft;
      const sheet = found.sheets.length > 0 && found.sheet !== null ? `, sheet “${found.sheet}”` : '';
      const rows = state.draft.trial?.result.counts.rows ?? (found.whole ? found.rows : null);
      const ending = state.busy === 'run' ? 'is brought in, in one step' : 'nothing has been written';
      return `${found.fileName}${sheet}${rows === null ? '' : `, ${count(rows, 'row')}`} · ${ending}`;
    }
    case 'done':
      return `${state.draft.found.fileName}, ${formatNumber(state.outcome.counts.rows)} rows`;
  }
}
