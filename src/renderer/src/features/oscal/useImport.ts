/**
 * The steps of an import: choose, look a document through, read, look at the trial run, bring in. The operation's id belongs to the file
 * and the options that were looked at: trying again after a lost reply is the same import, and the service answers with its first result.
 */
import type { FileGrant } from '@shared/ipc';
import type { CatalogImportResult, CatalogOptions, CatalogPreview } from '@shared/wire/oscal';
import { useRef, useState } from 'react';
import { bridge } from '../../lib/bridge';
import { errorClass, isDropped } from '../../lib/errors';
import { recordsChanged, trpcClient } from '../../lib/trpc';
import { uuidv7 } from '../../lib/uuid';
import type { ReviewNode } from './review/detect';

export type ImportStep =
  | { readonly step: 'choose' }
  | { readonly step: 'reading'; readonly fileName: string }
  /** The file cannot be taken; nothing was written. */
  | { readonly step: 'refused'; readonly fileName: string; readonly error: unknown }
  /** The outline of a document, for a person to look through. */
  | { readonly step: 'review'; readonly grant: FileGrant; readonly draft: readonly ReviewNode[] }
  | {
      readonly step: 'look';
      readonly grant: FileGrant;
      readonly preview: CatalogPreview;
      readonly options: CatalogOptions;
      readonly failure: unknown;
      /** The reviewed outline, to which the way back leads. */
      readonly reviewed: readonly ReviewNode[] | null;
    }
  | { readonly step: 'importing'; readonly grant: FileGrant; readonly preview: CatalogPreview; readonly options: CatalogOptions }
  | { readonly step: 'done'; readonly preview: CatalogPreview; readonly result: CatalogImportResult };

export interface Import {
  readonly state: ImportStep;
  readonly choose: (file: File) => void;
  /** The reviewed outline goes on to the trial run. */
  readonly reviewed: (nodes: readonly ReviewNode[]) => void;
  /** From the trial run back to the outline. */
  readonly back: () => void;
  /** Looks again with other options. */
  readonly change: (options: CatalogOptions) => void;
  readonly bringIn: () => void;
  readonly again: () => void;
}

/** What an import may have touched. */
const TOUCHED = ['regulations', 'requirements', 'controlSets', 'controls', 'controlRequirements'] as const;
const REVIEWED = /\.(pdf|docx)$/i;

export function useImport(): Import {
  const [state, setState] = useState<ImportStep>({ step: 'choose' });
  const opId = useRef<string | null>(null);
  /** Only the newest choice may change the screen. */
  const turn = useRef(0);

  const inTurn = async (fileName: string, work: (mine: () => boolean) => Promise<void>) => {
    turn.current += 1;
    const turnNow = turn.current;
    const mine = () => turnNow === turn.current;
    opId.current = null;
    try {
      await work(mine);
    } catch (error) {
      if (mine() && !isDropped(error)) setState({ step: 'refused', fileName, error });
    }
  };
  const read = (file: File) =>
    inTurn(file.name, async (mine) => {
      setState({ step: 'reading', fileName: file.name });
      const grant = await bridge().grantFile(file);
      if (REVIEWED.test(file.name)) {
        const { readDocument } = await import('./review/readDocument');
        const draft = await readDocument(file);
        if (mine()) setState({ step: 'review', grant, draft });
        return;
      }
      const preview = await trpcClient.oscal.preview.mutate({ grantId: grant.grantId });
      if (mine()) setState({ step: 'look', grant, preview, options: {}, failure: null, reviewed: null });
    });
  const look = (grant: FileGrant, options: CatalogOptions, reviewed: readonly ReviewNode[] | null) =>
    inTurn(grant.name, async (mine) => {
      const preview = await trpcClient.oscal.preview.mutate({ grantId: grant.grantId, options });
      if (mine()) setState({ step: 'look', grant, preview, options, failure: null, reviewed });
    });
  const write = async () => {
    if (state.step !== 'look') return;
    const { grant, preview, options } = state;
    opId.current ??= uuidv7();
    setState({ step: 'importing', grant, preview, options });
    try {
      const sent = Object.keys(options).length === 0 ? {} : { options };
      const result = await trpcClient.oscal.import.mutate({ opId: opId.current, grantId: grant.grantId, ...sent });
      opId.current = null;
      await recordsChanged(TOUCHED);
      setState({ step: 'done', preview, result });
    } catch (error) {
      if (isDropped(error)) return;
      if (errorClass(error) !== 'network') opId.current = null;
      setState({ ...state, failure: error });
    }
  };
  return {
    state,
    choose: (file) => void read(file),
    reviewed: (nodes) => {
      if (state.step !== 'review') return;
      const { grant } = state;
      void inTurn(grant.name, async () => {
        const { toOutlineNodes } = await import('./review/detect');
        setState({ step: 'reading', fileName: grant.name });
        await look(grant, { nodes: toOutlineNodes(nodes) }, nodes);
      });
    },
    back: () => {
      if (state.step === 'look' && state.reviewed !== null)
        setState({ step: 'review', grant: state.grant, draft: state.reviewed });
    },
    change: (options) => {
      if (state.step === 'look') void look(state.grant, options, state.reviewed);
    },
    bringIn: () => void write(),
    again: () => {
      turn.current += 1;
      opId.current = null;
      setState({ step: 'choose' });
    },
  };
}
