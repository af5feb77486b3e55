/** Imports as the window asks for them: files by their grants, progress by events, the file of faults where the person says. */
import { basename } from 'node:path';
import type { Database } from '@main/db/database';
import type { EntityContext } from '@main/entities/context';
import { CodedError } from '@shared/errors';
import type {
  ImportFaultsInput,
  ImportFaultsSaved,
  ImportInspectInput,
  ImportInspection,
  ImportOutcome,
  ImportProgress,
  ImportRememberInput,
  ImportRunInput,
  ImportTrial,
  ImportTrialInput,
  PendingImport,
} from '@shared/wire/imports';
import { faultFile } from './fault-file';
import { inspectFile } from './inspect';
import { type JournalStore, noteEnd, noteStart, pendingImports } from './journal';
import { rememberMapping } from './mappings';
import { type ImportFile, importShape } from './plan';
import { type ImportHooks, runImport } from './run';
import { trialImport } from './trial';

export interface ImportPort<Call> {
  /** What the file holds, with a mapping to begin with. */
  inspect(call: Call, input: ImportInspectInput): Promise<ImportInspection>;
  trial(call: Call, input: ImportTrialInput): Promise<ImportTrial>;
  run(call: Call, input: ImportRunInput): Promise<ImportOutcome>;
  /** Runs the trial and saves the rows that stay out; null where the person did not want to. */
  saveFaults(call: Call, input: ImportFaultsInput): Promise<ImportFaultsSaved>;
  remember(call: Call, input: ImportRememberInput): Promise<{ readonly id: string; readonly rowVersion: number }>;
  /** Imports of such records that were sent and never answered, with what became of them. */
  pending(call: Call, entity: string): Promise<readonly PendingImport[]>;
  /** The person has seen what became of it. */
  settle(call: Call, opId: string): Promise<void>;
}

export interface ImportPortOptions<Call> {
  readonly contextOf: (call: Call) => EntityContext;
  readonly databaseOf: (call: Call) => Database;
  readonly signalOf: (call: Call) => AbortSignal | undefined;
  readonly grantedFile: (call: Call, grantId: string) => Promise<ImportFile>;
  /** Where the person wants a file; null where they do not. */
  readonly chooseFile: (call: Call, fileName: string) => Promise<string | null>;
  readonly writeFile: (path: string, content: Uint8Array) => void;
  readonly progress: (call: Call, progress: ImportProgress) => void;
  readonly journal: JournalStore;
}

/** Between two words about the progress, milliseconds: an event each is more than anybody can see. */
const PROGRESS_MS = 150;

export function createImportPort<Call>(options: ImportPortOptions<Call>): ImportPort<Call> {
  const { contextOf, databaseOf, grantedFile, journal } = options;

  function hooksOf(call: Call, jobId: string): ImportHooks {
    let last = 0;
    let phase = '';
    return {
      signal: options.signalOf(call),
      onProgress(progress) {
        const now = performance.now();
        if (progress.phase === phase && now - last < PROGRESS_MS) return;
        last = now;
        phase = progress.phase;
        options.progress(call, { ...progress, jobId });
      },
    };
  }

  return {
    inspect: async (call, { grantId, entity, place }) =>
      inspectFile(contextOf(call), await grantedFile(call, grantId), entity, place),
    async trial(call, { grantId, settings, jobId }) {
      const file = await grantedFile(call, grantId);
      return (await trialImport(contextOf(call), databaseOf(call), file, settings, hooksOf(call, jobId))).trial;
    },
    async run(call, { grantId, settings, base, opId, jobId }) {
      const file = await grantedFile(call, grantId);
      const ctx = contextOf(call);
      noteStart(journal, ctx, { opId, entity: settings.entity, fileName: file.name });
      try {
        const outcome = await runImport(ctx, databaseOf(call), file, settings, base, opId, hooksOf(call, jobId));
        noteEnd(journal, opId);
        return outcome;
      } catch (error) {
        // Whatever the server refused was not written; only a lost answer leaves the question open.
        if (!(error instanceof CodedError) || error.class !== 'network') noteEnd(journal, opId);
        throw error;
      }
    },
    async saveFaults(call, { grantId, settings, format, jobId }) {
      const file = await grantedFile(call, grantId);
      const trial = await trialImport(contextOf(call), databaseOf(call), file, settings, hooksOf(call, jobId));
      const { fileName, content } = await faultFile(trial, format);
      const path = await options.chooseFile(call, fileName);
      if (path === null) return { saved: null };
      options.writeFile(path, content);
      return { saved: { fileName: basename(path), size: content.length } };
    },
    remember: async (call, { entity, signature, map, shared, opId }) =>
      rememberMapping(contextOf(call), importShape(entity), opId, signature, map, shared),
    pending: async (call, entity) => pendingImports(journal, contextOf(call), entity),
    settle: async (_call, opId) => noteEnd(journal, opId),
  };
}
