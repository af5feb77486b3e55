/**
 * The imports that were sent and whose answer has not been seen: kept on this machine until it has, so that after a crash a person is
 * told what became of theirs. Holds names of files and ids, no rows.
 */
import type { EntityContext } from '@main/entities/context';
import { parseStored } from '@main/entities/results';
import type { ImportOutcome, PendingImport } from '@shared/wire/imports';
import { z } from 'zod';
import { importShape } from './plan';
import { importFunctions } from './rights';
import { outcomeSchema } from './run';

const entrySchema = z.object({
  opId: z.string(),
  tenantId: z.string(),
  personId: z.string(),
  entity: z.string(),
  fileName: z.string(),
  startedAt: z.string(),
});
export const importJournalSchema = z.object({ entries: z.array(entrySchema).max(100) });
export type ImportJournal = z.output<typeof importJournalSchema>;
type Entry = z.output<typeof entrySchema>;

/** Where the journal is kept; a file in the data folder. */
export interface JournalStore {
  get(): ImportJournal;
  update(change: (journal: ImportJournal) => ImportJournal): ImportJournal;
}

const MAX_ENTRIES = 50;

/** Written before an import is sent. */
export function noteStart(store: JournalStore, ctx: EntityContext, entry: Pick<Entry, 'opId' | 'entity' | 'fileName'>): void {
  const { personId, tenantId } = ctx.session;
  const started: Entry = { ...entry, personId, tenantId, startedAt: ctx.clock.now().toISOString() };
  store.update(({ entries }) => ({
    entries: [...entries.filter(({ opId }) => opId !== entry.opId), started].slice(-MAX_ENTRIES),
  }));
}

/** Taken out when its answer has come, whatever it says. */
export function noteEnd(store: JournalStore, id: string): void {
  store.update(({ entries }) => ({ entries: entries.filter(({ opId }) => opId !== id) }));
}

/** This person's imports of such records in this tenant that never had an answer, with what the ledger says of each. */
export async function pendingImports(store: JournalStore, ctx: EntityContext, entity: string): Promise<PendingImport[]> {
  const { personId, tenantId } = ctx.session;
  const mine = store
    .get()
    .entries.filter((one) => one.personId === personId && one.tenantId === tenantId && one.entity === entity);
  if (mine.length === 0) return [];
  const shape = importShape(entity);
  const { create, update } = importFunctions(ctx, shape);
  const fn = create ?? update;
  if (fn === null) return [];
  const answers = await ctx.database.withTenant(
    { personId, tenantId, function: fn, source: ctx.source, readOnly: true },
    async (tx) => {
      const { rows } = await tx.query<{ id: string; result: unknown }>(
        'SELECT op_id AS id, result FROM sync_ops WHERE op_id = ANY($1::uuid[])',
        [mine.map(({ opId }) => opId)],
      );
      return new Map(rows.map(({ id, result }) => [id, parseStored(outcomeSchema, result)]));
    },
  );
  return mine.map(({ opId, fileName, startedAt }): PendingImport => {
    const outcome: ImportOutcome | null = answers.get(opId) ?? null;
    return { opId, entity, fileName, startedAt, state: outcome === null ? 'lost' : 'done', outcome };
  });
}
