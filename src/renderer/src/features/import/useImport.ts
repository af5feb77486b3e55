/**
 * The steps of an import of rows: choose a file, look at its columns, try, bring in. The operation's id belongs to what the trial saw:
 * sending it again after a lost reply is the same import. Only the newest question may change the screen.
 */
import type { EntityName } from '@shared/entities/registry';
import type { FileGrant } from '@shared/ipc';
import type {
  ImportCorrection,
  ImportInspection,
  ImportMap,
  ImportOutcome,
  ImportPlace,
  ImportSettings,
  ImportTrial,
} from '@shared/wire/imports';
import { useEffect, useRef, useState } from 'react';
import { bridge } from '../../lib/bridge';
import { errorClass, isDropped } from '../../lib/errors';
import { notify, notifyError } from '../../lib/notices';
import { recordsChanged, trpcClient } from '../../lib/trpc';
import { uuidv7 } from '../../lib/uuid';

export interface Progress {
  readonly what: string;
  readonly rows: number;
}

export interface Draft {
  readonly grant: FileGrant;
  readonly found: ImportInspection;
  readonly place: ImportPlace;
  readonly map: ImportMap;
  readonly corrections: readonly ImportCorrection[];
  readonly rows: ImportSettings['rows'];
  /** What the trial said, and of which settings. */
  readonly trial: { readonly of: string; readonly result: ImportTrial } | null;
  readonly failure: unknown;
}

export type ImportStep =
  | { readonly step: 'choose' }
  | { readonly step: 'reading'; readonly fileName: string }
  | { readonly step: 'refused'; readonly fileName: string; readonly error: unknown }
  | { readonly step: 'look'; readonly draft: Draft; readonly busy: 'trial' | 'run' | 'faults' | null }
  | { readonly step: 'done'; readonly draft: Draft; readonly outcome: ImportOutcome };

export const ANYWHERE: ImportPlace = { sheet: null, headerLine: null, delimiter: null, encoding: null };

export function settingsOf(entity: EntityName, { place, map, corrections, rows, found }: Draft): ImportSettings {
  return {
    entity,
    place: { ...place, sheet: found.sheet, headerLine: found.headerLine },
    map,
    corrections: [...corrections],
    rows,
  };
}

/** What a trial depends on; whether bad rows are left out does not change it. */
function keyOf(entity: EntityName, draft: Draft): string {
  return JSON.stringify({ ...settingsOf(entity, draft), rows: null });
}

export function isCurrent(entity: EntityName, draft: Draft): boolean {
  return draft.trial !== null && draft.trial.of === keyOf(entity, draft);
}

/** How many rows would be written now. */
export function writable({ trial, rows }: Draft): number {
  if (trial === null || trial.result.blocked !== null) return 0;
  const { created, updated, unchanged, refused } = trial.result.counts;
  if (refused > 0 && rows === 'all') return 0;
  return created + updated + (refused === 0 ? unchanged : 0);
}

export function useImport(entity: EntityName) {
  const [state, setState] = useState<ImportStep>({ step: 'choose' });
  const [progress, setProgress] = useState<Progress | null>(null);
  const turn = useRef(0);
  const job = useRef<{ readonly id: string; readonly stop: AbortController } | null>(null);
  const operation = useRef<{ readonly of: string; readonly opId: string } | null>(null);

  useEffect(
    () =>
      bridge().onEvent((event) => {
        if (event.type === 'progress' && event.job === job.current?.id) setProgress({ what: event.what ?? '', rows: event.done });
      }),
    [],
  );
  useEffect(() => () => job.current?.stop.abort(), []);

  const begin = () => {
    turn.current += 1;
    job.current?.stop.abort();
    job.current = { id: crypto.randomUUID(), stop: new AbortController() };
    setProgress(null);
    return { mine: turn.current, ...job.current };
  };

  const inspect = async (grant: FileGrant, place: ImportPlace, thenTry: (draft: Draft) => boolean) => {
    const { mine } = begin();
    setState({ step: 'reading', fileName: grant.name });
    try {
      const found = await trpcClient.imports.inspect.mutate({ grantId: grant.grantId, entity, place });
      if (mine !== turn.current) return;
      const draft: Draft = { grant, found, place, map: found.map, corrections: [], rows: 'all', trial: null, failure: null };
      setState({ step: 'look', draft, busy: null });
      if (thenTry(draft)) await tryOut(draft);
    } catch (error) {
      if (mine === turn.current && !isDropped(error)) setState({ step: 'refused', fileName: grant.name, error });
    }
  };

  const tryOut = async (draft: Draft) => {
    const { mine, id, stop } = begin();
    setState({ step: 'look', draft: { ...draft, failure: null }, busy: 'trial' });
    const of = keyOf(entity, draft);
    try {
      const result = await trpcClient.imports.trial.mutate(
        { grantId: draft.grant.grantId, settings: settingsOf(entity, draft), jobId: id },
        { signal: stop.signal },
      );
      if (mine === turn.current)
        setState({ step: 'look', draft: { ...draft, trial: { of, result }, failure: null }, busy: null });
    } catch (error) {
      if (mine === turn.current)
        setState({ step: 'look', draft: { ...draft, failure: isDropped(error) ? null : error }, busy: null });
    }
  };

  const bringIn = async (draft: Draft) => {
    if (draft.trial === null || !isCurrent(entity, draft)) return;
    const of = `${draft.trial.of} ${draft.rows} ${JSON.stringify(draft.trial.result.base)}`;
    if (operation.current?.of !== of) operation.current = { of, opId: uuidv7() };
    const { opId } = operation.current;
    const { mine, id, stop } = begin();
    setState({ step: 'look', draft: { ...draft, failure: null }, busy: 'run' });
    try {
      const settings = settingsOf(entity, draft);
      const outcome = await trpcClient.imports.run.mutate(
        { grantId: draft.grant.grantId, settings, base: draft.trial.result.base, opId, jobId: id },
        { signal: stop.signal },
      );
      // The answer does not wait until every list on the screen has been read again.
      if (outcome.written) void recordsChanged([entity]);
      if (mine !== turn.current) return;
      setState({ step: 'done', draft, outcome });
      remember(draft);
    } catch (error) {
      if (mine !== turn.current) return;
      if (errorClass(error) !== 'network') operation.current = null;
      setState({ step: 'look', draft: { ...draft, failure: isDropped(error) ? null : error }, busy: null });
    }
  };

  /** What was used once is how the next file of the kind is read. */
  const remember = (
    draft: Draft,
    shared = draft.found.from.kind === 'remembered' && draft.found.from.mine && draft.found.from.shared,
  ) => {
    const { found, map } = draft;
    return trpcClient.imports.remember
      .mutate({ entity, signature: found.signature, map, shared, opId: uuidv7() })
      .then(() => true)
      .catch((error: unknown) => {
        notifyError(error, 'The columns are not remembered');
        return false;
      });
  };

  const saveFaults = async (draft: Draft, format: 'csv' | 'xlsx') => {
    const { mine, id, stop } = begin();
    setState({ step: 'look', draft, busy: 'faults' });
    try {
      const input = { grantId: draft.grant.grantId, settings: settingsOf(entity, draft), format, jobId: id };
      const { saved } = await trpcClient.imports.faults.mutate(input, { signal: stop.signal });
      if (saved !== null)
        notify({
          tone: 'good',
          title: 'The rows that stay out are saved',
          text: `${saved.fileName}: correct them and import the file again.`,
        });
    } catch (error) {
      notifyError(error, 'The rows were not saved');
    }
    if (mine === turn.current) setState({ step: 'look', draft, busy: null });
  };

  return {
    state,
    progress,
    async choose(file: File, thenTry: (draft: Draft) => boolean) {
      setState({ step: 'reading', fileName: file.name });
      try {
        operation.current = null;
        await inspect(await bridge().grantFile(file), ANYWHERE, thenTry);
      } catch (error) {
        if (!isDropped(error)) setState({ step: 'refused', fileName: file.name, error });
      }
    },
    inspect,
    tryOut,
    bringIn,
    remember,
    saveFaults,
    change: (draft: Draft) => setState({ step: 'look', draft, busy: null }),
    stop: () => {
      job.current?.stop.abort();
    },
    again: () => {
      begin();
      operation.current = null;
      setState({ step: 'choose' });
    },
  };
}

export type Import = ReturnType<typeof useImport>;
