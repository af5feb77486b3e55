/**
 * The steps of an import: choose, read, look, bring in. The operation's id belongs to the file that was looked at: trying again
 * after a lost reply is the same import, and the service answers with its first result.
 */
import type { FileGrant } from '@shared/ipc';
import type { CatalogImportResult, CatalogPreview } from '@shared/wire/oscal';
import { useRef, useState } from 'react';
import { bridge } from '../../lib/bridge';
import { errorClass, isDropped } from '../../lib/errors';
import { recordsChanged, trpcClient } from '../../lib/trpc';
import { uuidv7 } from '../../lib/uuid';

export type ImportStep =
  | { readonly step: 'choose' }
  | { readonly step: 'reading'; readonly fileName: string }
  /** The file cannot be taken; nothing was written. */
  | { readonly step: 'refused'; readonly fileName: string; readonly error: unknown }
  | { readonly step: 'look'; readonly grant: FileGrant; readonly preview: CatalogPreview; readonly failure: unknown }
  | { readonly step: 'importing'; readonly grant: FileGrant; readonly preview: CatalogPreview }
  | { readonly step: 'done'; readonly preview: CatalogPreview; readonly result: CatalogImportResult };

export interface Import {
  readonly state: ImportStep;
  readonly choose: (file: File) => void;
  readonly bringIn: () => void;
  readonly again: () => void;
}

/** What an import may have touched. */
const TOUCHED = ['regulations', 'requirements', 'controlSets', 'controls', 'controlRequirements'] as const;

export function useImport(): Import {
  const [state, setState] = useState<ImportStep>({ step: 'choose' });
  const opId = useRef<string | null>(null);
  /** Only the newest choice may change the screen. */
  const turn = useRef(0);

  const read = async (file: File) => {
    turn.current += 1;
    const mine = turn.current;
    opId.current = null;
    setState({ step: 'reading', fileName: file.name });
    try {
      const grant = await bridge().grantFile(file);
      const preview = await trpcClient.oscal.preview.mutate({ grantId: grant.grantId });
      if (mine === turn.current) setState({ step: 'look', grant, preview, failure: null });
    } catch (error) {
      if (mine === turn.current && !isDropped(error)) setState({ step: 'refused', fileName: file.name, error });
    }
  };
  const write = async () => {
    if (state.step !== 'look') return;
    const { grant, preview } = state;
    opId.current ??= uuidv7();
    setState({ step: 'importing', grant, preview });
    try {
      const result = await trpcClient.oscal.import.mutate({ opId: opId.current, grantId: grant.grantId });
      opId.current = null;
      await recordsChanged(TOUCHED);
      setState({ step: 'done', preview, result });
    } catch (error) {
      if (isDropped(error)) return;
      if (errorClass(error) !== 'network') opId.current = null;
      setState({ step: 'look', grant, preview, failure: error });
    }
  };
  return {
    state,
    choose: (file) => void read(file),
    bringIn: () => void write(),
    again: () => {
      turn.current += 1;
      opId.current = null;
      setState({ step: 'choose' });
    },
  };
}
