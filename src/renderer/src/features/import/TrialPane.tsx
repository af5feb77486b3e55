/** What the import would do: the figures, the rows to look at with their reasons and differences, and the way on. */
import { Button, Checkbox } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import { type EntityName, isEntityName } from '@shared/entities/registry';
import type { ImportRow, ImportTrial } from '@shared/wire/imports';
import { useMemo, useState } from 'react';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { ViewTabs } from '../../components/Page';
import { Refusal } from '../../components/Refusal';
import { useNames, useTitles } from '../../entities/values/names';
import { count, formatNumber } from '../../lib/format';
import { useWorkspace } from '../../lib/session';
import { useShortcuts } from '../../lib/use-shortcuts';
import { missingFields, openQuestions } from './fields';
import css from './TrialPane.module.css';
import { TrialRow } from './TrialRow';
import { type Draft, type Import, isCurrent, writable } from './useImport';

export interface TrialPaneProps {
  readonly name: EntityName;
  readonly definition: Entity;
  readonly draft: Draft;
  readonly busy: 'trial' | 'run' | 'faults' | null;
  readonly work: Import;
}

/** Rows of one tab that are drawn; the file of faults has all of them. */
const DRAWN = 400;
const DOING: Readonly<Record<string, string>> = {
  reading: 'Rows are read',
  judging: 'References and keys are looked up',
  looking: 'Differences are gathered',
  writing: 'The rows are written',
};

export function TrialPane({ name, definition, draft, busy, work }: TrialPaneProps) {
  const workspace = useWorkspace();
  const { trial, map, found } = draft;
  const current = isCurrent(name, draft);
  const open = openQuestions(definition, map, found.columns);
  const missing = missingFields(definition, map).filter(({ key }) => (map.fixed[key] ?? '') === '');
  const number = writable(draft);
  const result = trial?.result ?? null;
  return (
    <section className={css.pane} aria-label="Trial run" data-pane="Trial run" data-testid="import-trial">
      {result === null || result.blocked !== null ? null : <Figures trial={result} />}
      {busy === 'trial' || busy === 'run' ? (
        <div className={css.working} role="status">
          <Icon name="hourglass" size={26} />
          <p className={css.strong}>
            {work.progress === null
              ? busy === 'run'
                ? 'The rows are brought in'
                : 'The file is tried'
              : busy === 'trial' && work.progress.what === 'writing'
                ? 'The database tries every row'
                : DOING[work.progress.what]}
          </p>
          <p>{work.progress === null ? '' : count(work.progress.rows, 'row')}</p>
          <progress className={css.progress} aria-label={busy === 'run' ? 'Import' : 'Trial run'} />
          <p className={css.hint}>
            {busy === 'run' ? 'All of it is written in one step, or nothing.' : 'Nothing is written by a trial.'}
          </p>
          <Button onClick={work.stop}>Stop</Button>
        </div>
      ) : result === null ? (
        <Before open={open.length} missing={missing.map(({ label }) => label)} />
      ) : result.blocked !== null ? (
        <div className={css.blocked} role="alert">
          <Icon name="alert-filled" size={20} />
          <div>
            <p className={css.strong}>
              {found.fileName} {result.blocked.row === null ? '' : `row ${formatNumber(result.blocked.row)} `}
              {result.blocked.reason}.
            </p>
            <p>Nothing of the file can be brought in as it is. Correct it and choose it again.</p>
          </div>
        </div>
      ) : (
        <Rows
          key={trial?.of}
          definition={definition}
          trial={result}
          draft={draft}
          disabled={busy !== null}
          onChange={work.change}
        />
      )}
      {draft.failure === null ? null : (
        <div className={css.failure}>
          <Refusal error={draft.failure} />
        </div>
      )}
      <div className={css.foot}>
        <p className={css.footText}>
          {result !== null && !current && busy === null
            ? 'Something has changed since the trial. Run it again.'
            : result !== null && result.counts.refused > 0
              ? ''
              : result === null
                ? `Into ${workspace?.name ?? 'this workspace'}. Nothing is written before you say so.`
                : `One step in ${workspace?.name ?? 'this workspace'}: all of it or nothing.`}
        </p>
        {result !== null && result.counts.refused > 0 ? (
          <Checkbox
            label={`Bring in only the good rows; ${count(result.counts.refused, 'row stays', 'rows stay')} out`}
            checked={draft.rows === 'good'}
            disabled={busy !== null}
            onChange={(event) => work.change({ ...draft, rows: event.currentTarget.checked ? 'good' : 'all' })}
          />
        ) : null}
        {result !== null && result.counts.refused > 0 ? (
          <span className={css.pair}>
            <Button
              leftSection={<Icon name="download" />}
              disabled={busy !== null || !current}
              loading={busy === 'faults'}
              onClick={() => void work.saveFaults(draft, 'xlsx')}
            >
              Faults as XLSX
            </Button>
            <Button disabled={busy !== null || !current} onClick={() => void work.saveFaults(draft, 'csv')}>
              CSV
            </Button>
          </span>
        ) : null}
        <Button
          variant={current ? 'default' : 'filled'}
          leftSection={<Icon name="refresh" />}
          disabled={busy !== null}
          onClick={() => void work.tryOut(draft)}
        >
          {result === null ? 'Run the trial' : 'Run the trial again'}
        </Button>
        {current && result?.blocked === null ? (
          <Button
            variant="filled"
            disabled={busy !== null || number === 0}
            loading={busy === 'run'}
            rightSection={<KeyCap keys="Ctrl+Enter" on="action" joined />}
            onClick={() => void work.bringIn(draft)}
          >
            {result.counts.created + result.counts.updated === 0 && result.counts.refused === 0
              ? 'Import, nothing changes'
              : `Bring in ${count(result.counts.created + result.counts.updated, 'row')}`}
          </Button>
        ) : null}
      </div>
    </section>
  );
}

function Before({ open, missing }: { readonly open: number; readonly missing: readonly string[] }) {
  return (
    <div className={css.working}>
      <Icon name="import" size={26} />
      <p className={css.strong}>A trial run comes first</p>
      <p className={css.words}>
        It does everything that the import does and takes it back: you see what would be new, what would change field by field,
        and every row that stays out with the reason.
      </p>
      {open === 0 ? null : (
        <p className={css.ask}>
          <Icon name="alert-filled" />
          {count(open, 'column')} with dates that may be read in two ways. Say which at the left.
        </p>
      )}
      {missing.length === 0 ? null : (
        <p className={css.ask}>
          <Icon name="alert-filled" />
          New records need {missing.join(', ')}. Match a column, or say it once for every row.
        </p>
      )}
    </div>
  );
}

function Figures({ trial: { counts } }: { readonly trial: ImportTrial }) {
  const figures: readonly (readonly [number, string, string])[] = [
    [counts.created, 'new', 'good'],
    [counts.updated, 'change', 'underway'],
    [counts.unchanged, 'the same', 'neutral'],
    ...(counts.lacking > 0 ? ([[counts.lacking, 'lack a value', 'attention']] as const) : []),
    [counts.refused, 'stay out', 'bad'],
  ];
  return (
    <div className={css.figures}>
      {figures.map(([number, word, tone]) => (
        <p key={word} className={css.figure} data-testid={`figure-${word.replaceAll(' ', '-')}`}>
          <span className={css.number}>{formatNumber(number)}</span>
          <span className={css.word} data-tone={number === 0 ? 'neutral' : tone}>
            {word}
          </span>
        </p>
      ))}
    </div>
  );
}

type Tab = 'look' | 'refused' | 'lacking' | 'changed' | 'created';

interface RowsProps {
  readonly definition: Entity;
  readonly trial: ImportTrial;
  readonly draft: Draft;
  readonly disabled: boolean;
  readonly onChange: (draft: Draft) => void;
}

function Rows({ definition, trial, draft, disabled, onChange }: RowsProps) {
  const { counts, rows } = trial;
  const [tab, setTab] = useState<Tab>(counts.refused + counts.lacking + counts.updated > 0 ? 'look' : 'created');
  const [cursor, setCursor] = useState(0);
  const [editing, setEditing] = useState<number | null>(null);
  const shown = useMemo(
    () => rows.filter(({ kind }) => (tab === 'look' ? kind !== 'created' : kind === tab)).slice(0, DRAWN),
    [rows, tab],
  );
  const names = useRowNames(definition, shown);
  const all = {
    look: counts.refused + counts.lacking + counts.updated,
    refused: counts.refused,
    lacking: counts.lacking,
    changed: counts.updated,
    created: counts.created,
  }[tab];
  const at = Math.min(cursor, Math.max(0, shown.length - 1));
  const move = (by: number) => {
    const next = Math.max(0, Math.min(shown.length - 1, at + by));
    setCursor(next);
    document.getElementById(`import-row-${next}`)?.scrollIntoView({ block: 'nearest' });
  };
  const editable = shown[at]?.faults.some(({ at: column }) => column !== null) === true && !disabled;
  useShortcuts('Import', [
    { keys: 'J', label: 'Next row', hint: 'next row', enabled: editing === null, run: () => move(1) },
    { keys: 'K', label: 'Previous row', enabled: editing === null, run: () => move(-1) },
    {
      keys: 'E',
      label: 'Edit the cell',
      hint: 'edit the cell',
      enabled: editable && editing === null,
      run: () => setEditing(at),
    },
  ]);
  const tabs: readonly { key: Tab; label: string; count: number }[] = [
    { key: 'look', label: 'To look at', count: counts.refused + counts.lacking + counts.updated },
    { key: 'refused', label: 'Stay out', count: counts.refused },
    ...(counts.lacking > 0 ? [{ key: 'lacking' as const, label: 'Lack a value', count: counts.lacking }] : []),
    { key: 'changed', label: 'Change', count: counts.updated },
    { key: 'created', label: 'New', count: counts.created },
  ];
  return (
    <>
      <ViewTabs
        label="Rows of the trial"
        views={tabs}
        value={tab}
        onChange={(key) => {
          setTab(tabs.find((one) => one.key === key)?.key ?? 'look');
          setCursor(0);
          setEditing(null);
        }}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is long is scrolled by keys */}
      <section className={css.scroll} tabIndex={0} aria-label="Rows">
        {shown.length === 0 ? (
          <p className={css.nothing}>{tab === 'look' ? 'Nothing to look at: every row is new or the same.' : 'None.'}</p>
        ) : (
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col" className={css.narrow}>
                  Row
                </th>
                <th scope="col" className={css.record}>
                  {definition.label.one}
                </th>
                <th scope="col" className={css.column}>
                  Column
                </th>
                <th scope="col" className={css.cell}>
                  In the file
                </th>
                <th scope="col">What it means</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((row, index) => (
                <TrialRow
                  key={`${row.kind} ${row.row}`}
                  id={`import-row-${index}`}
                  definition={definition}
                  row={row}
                  names={names}
                  current={index === at}
                  editing={index === at && editing === at}
                  disabled={disabled}
                  corrections={draft.corrections}
                  onCurrent={() => setCursor(index)}
                  onEdit={() => {
                    setCursor(index);
                    setEditing(index);
                  }}
                  onDone={(correction) => {
                    setEditing(null);
                    if (correction === null) return;
                    const others = draft.corrections.filter(
                      (one) => one.row !== correction.row || one.column !== correction.column,
                    );
                    onChange({ ...draft, corrections: [...others, correction] });
                  }}
                />
              ))}
            </tbody>
          </table>
        )}
        {all > shown.length && shown.length > 0 ? (
          <p className={css.nothing}>
            These are the first {formatNumber(shown.length)} of {formatNumber(all)}.
          </p>
        ) : null}
      </section>
    </>
  );
}

/** Names of what the differences refer to. */
function useRowNames(definition: Entity, rows: readonly ImportRow[]) {
  const wanted = useMemo(() => {
    const ids: Record<string, string[]> = {};
    for (const { differences } of rows) {
      for (const { field, from } of differences) {
        const target = definition.fields[field]?.target;
        if (target === undefined || !isEntityName(target) || typeof from !== 'string') continue;
        ids[target] = [...(ids[target] ?? []), from];
      }
    }
    return ids;
  }, [definition, rows]);
  return useNames(useTitles(wanted));
}
