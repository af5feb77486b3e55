/** Loads as the window asks for them: files by their grants, faults into a file that the person chooses. */
import type { Database } from '@main/db/database';
import type { EntityContext } from '@main/entities/context';
import type { LoadFaultsInput, LoadFaultsSaved, LoadReport, LoadSettings } from '@shared/wire/load';
import { faultsAsCsv, faultsAsJsonLines } from './faults';
import { type FoundFiles, findFiles } from './files';
import { type LoadOptions, loadFiles, previewLoad } from './load';

export interface LoadPort<Call> {
  /** A trial run: what would change, and what stands in the way. */
  preview(call: Call, settings: LoadSettings): Promise<LoadReport>;
  run(call: Call, opId: string, settings: LoadSettings): Promise<LoadReport>;
  /** Runs the trial and saves its faults where the person says; null where they did not want to. */
  saveFaults(call: Call, input: LoadFaultsInput): Promise<LoadFaultsSaved>;
}

export interface LoadPortOptions<Call> {
  readonly contextOf: (call: Call) => EntityContext;
  readonly databaseOf: (call: Call) => Database;
  readonly grantedFile: (call: Call, grantId: string) => Promise<{ readonly path: string }>;
  readonly saveFile: (call: Call, fileName: string, content: string) => Promise<{ fileName: string; size: number } | null>;
}

export function createLoadPort<Call>({ contextOf, databaseOf, grantedFile, saveFile }: LoadPortOptions<Call>): LoadPort<Call> {
  async function filesOf(call: Call, grantIds: readonly string[]): Promise<FoundFiles> {
    const files = await Promise.all(grantIds.map((id) => grantedFile(call, id)));
    return findFiles(files.map(({ path }) => path));
  }
  const optionsOf = ({ dateOrder, partial }: LoadSettings): LoadOptions => ({
    dateOrder: dateOrder ?? null,
    partial: partial ?? false,
  });
  return {
    async preview(call, settings) {
      const found = await filesOf(call, settings.grantIds);
      return (await previewLoad(contextOf(call), databaseOf(call), found, optionsOf(settings))).report;
    },
    async run(call, opId, settings) {
      const found = await filesOf(call, settings.grantIds);
      return (await loadFiles(contextOf(call), databaseOf(call), opId, found, optionsOf(settings))).report;
    },
    async saveFaults(call, { format, ...settings }) {
      const found = await filesOf(call, settings.grantIds);
      const { faults } = await previewLoad(contextOf(call), databaseOf(call), found, optionsOf(settings));
      const content = format === 'csv' ? faultsAsCsv(faults) : faultsAsJsonLines(faults);
      return { saved: await saveFile(call, `faults.${format}`, content) };
    },
  };
}
