/** Bringing a catalogue in: a file is chosen or dropped, read, shown with what it would change, and only then written. */
import { Button } from '@mantine/core';
import { CodedError } from '@shared/errors';
import { type DragEvent, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { ErrorState } from '../../components/ErrorState';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { Page } from '../../components/Page';
import { SkeletonRows } from '../../components/Skeleton';
import { Screen } from '../../entities/parts/Screen';
import { DOMAIN_LABELS, listPath } from '../../entities/paths';
import { useRights } from '../../lib/rights';
import { useShortcuts } from '../../lib/use-shortcuts';
import css from './ImportPage.module.css';
import { Outcome } from './Outcome';
import { Refused } from './Refused';
import { ReviewPane } from './review/ReviewPane';
import { TrialRun } from './TrialRun';
import { useImport } from './useImport';

export function ImportPage() {
  return (
    <Screen>
      <Import />
    </Screen>
  );
}

function Import() {
  const rights = useRights('requirements');
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const { state, choose, reviewed, back, change, bringIn, again } = useImport();
  const busy = state.step === 'importing' || state.step === 'reading';
  const pick = () => input.current?.click();
  const canWrite = state.step === 'look' && rights.create;

  useShortcuts('Import', [
    { keys: 'Ctrl+Enter', label: 'Import the catalogue', hint: 'bring in', enabled: canWrite, run: bringIn },
    { keys: 'O', label: 'Choose a file', hint: 'choose a file', enabled: !busy && rights.create, run: pick },
    { keys: 'Escape', label: 'Leave', run: () => navigate(listPath('regulations')) },
  ]);

  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file !== undefined && !busy) choose(file);
  };
  const crumbs = [{ label: DOMAIN_LABELS.regops }, { label: 'Regulations', to: listPath('regulations') }, { label: 'Import' }];
  if (!rights.create) {
    return (
      <Page title="Import a catalogue" crumbs={crumbs}>
        <ErrorState
          error={new CodedError('ROLE_FORBIDS')}
          actions={<Button onClick={() => void navigate(listPath('regulations'))}>Back to regulations</Button>}
        />
      </Page>
    );
  }
  return (
    <Page
      title="Import a catalogue"
      crumbs={crumbs}
      note={noteOf(state)}
      actions={
        <>
          <Button variant="subtle" onClick={() => void navigate(listPath('regulations'))}>
            Leave
          </Button>
          {state.step === 'look' && state.reviewed !== null ? <Button onClick={back}>Back to the outline</Button> : null}
          {state.step === 'choose' ? null : (
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
          accept=".json,.csv,.tsv,.xlsx,.docx,.pdf"
          className="k-visually-hidden"
          tabIndex={-1}
          aria-label="Catalogue file"
          data-testid="catalog-file"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = '';
            if (file !== undefined) choose(file);
          }}
        />
        {state.step === 'choose' ? <Choose onPick={pick} /> : null}
        {state.step === 'reading' ? (
          <div className={css.card}>
            <SkeletonRows rows={12} label={`${state.fileName} is read`} />
          </div>
        ) : null}
        {state.step === 'review' ? <ReviewPane key={state.grant.grantId} draft={state.draft} onDone={reviewed} /> : null}
        {state.step === 'refused' ? <Refused error={state.error} onPick={pick} /> : null}
        {state.step === 'look' || state.step === 'importing' ? (
          <TrialRun
            preview={state.preview}
            options={state.options}
            busy={state.step === 'importing'}
            failure={state.step === 'look' ? state.failure : null}
            onChange={change}
            onBringIn={bringIn}
          />
        ) : null}
        {state.step === 'done' ? <Outcome preview={state.preview} result={state.result} onAgain={again} /> : null}
      </div>
    </Page>
  );
}

function noteOf(state: ReturnType<typeof useImport>['state']): string {
  switch (state.step) {
    case 'choose':
      return 'OSCAL, law in JSON, CSV, XLSX, Word or PDF; a trial run comes first';
    case 'reading':
      return `${state.fileName} is read; nothing has been written`;
    case 'refused':
      return `${state.fileName}; nothing has been written`;
    case 'review':
      return `${state.grant.name} · look its outline through; nothing has been written`;
    case 'look':
      return `${state.grant.name} · a trial run: nothing has been written`;
    case 'importing':
      return `${state.grant.name} is brought in, all of it or nothing`;
    case 'done':
      return state.preview.fileName;
  }
}

function Choose({ onPick }: { readonly onPick: () => void }) {
  return (
    <div className={css.drop}>
      <span className={css.sign}>
        <Icon name="import" size={26} />
      </span>
      <h2 className={css.dropTitle}>Drop a catalogue here</h2>
      <p className={css.dropText}>
        An OSCAL catalogue or a law in JSON, a table (CSV, XLSX) with references, titles and texts, or a document (Word, PDF)
        whose outline you look through. It is read on this laptop and shown first: what it holds, and what would be new or
        changed.
      </p>
      <Button
        size="lg"
        variant="filled"
        leftSection={<Icon name="file" />}
        rightSection={<KeyCap keys="O" on="action" />}
        onClick={onPick}
        data-autofocus
      >
        Choose a file
      </Button>
    </div>
  );
}
