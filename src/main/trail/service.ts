/** The administrator's trail: read, proven and taken out over the person's own connection. */
import { CodedError } from '@shared/errors';
import type {
  FullTrailQuery,
  TrailEntryDetails,
  TrailEntryInput,
  TrailExportInput,
  TrailExportResult,
  TrailFacets,
  TrailPage,
  TrailProof,
} from '@shared/wire/trail';
import { z } from 'zod';
import type { Database } from '../db/database';
import type { EntityContext } from '../entities/context';
import { noteTenantExport, requireTrailAdministrator, withTenantSource } from './access';
import { exportCef } from './cef-export';
import { proveEntry } from './entry-proof';
import { exportLines } from './export';
import { listTrail, readTrailEntry, readTrailFacets } from './list';
import { proveChain } from './prove';

export type TrailContext = Pick<EntityContext, 'session' | 'source' | 'clock'> & {
  readonly database: Pick<Database, 'withTenant'>;
};

/** Text that a window's dialog may save; more is for `kompl audit export`, which needs no memory for it. */
const MAX_EXPORT_CHARS = 64 * 1024 * 1024;

export const readTrailPage = (ctx: TrailContext, query: FullTrailQuery): Promise<TrailPage> =>
  administered(ctx, () => listTrail(ctx, query, ctx.clock.now()));
export const readEntry = (ctx: TrailContext, input: TrailEntryInput): Promise<TrailEntryDetails> =>
  administered(ctx, async () => {
    const entry = await readTrailEntry(ctx, input);
    const { origin, seal, leaf } = entry;
    if (origin !== 'tenant' || seal === null || leaf === null) return { ...entry, proof: null };
    return { ...entry, proof: await withTenantSource(ctx, (source) => proveEntry(source, seal, leaf)) };
  });
export const readFacets = (ctx: TrailContext): Promise<TrailFacets> =>
  administered(ctx, () => readTrailFacets(ctx, ctx.clock.now()));

async function administered<T>(ctx: TrailContext, work: () => Promise<T>): Promise<T> {
  requireTrailAdministrator(ctx);
  return work();
}

const keyRow = z.object({ id: z.string(), label: z.string(), last: z.string().nullable() });

/** Proves the tenant's own chain on this machine. ROLE_FORBIDS for anybody but its administrator. */
export async function proveTrail(ctx: TrailContext, signal?: AbortSignal): Promise<TrailProof> {
  const report = await withTenantSource(ctx, (source) => proveChain(source, signal ? { signal } : {}));
  const { tenantId, personId } = ctx.session;
  const keys = await ctx.database.withTenant(
    { tenantId, personId, function: 'admin', source: ctx.source, readOnly: true },
    async (tx) => {
      const { rows } = await tx.query(
        `SELECT s.key_id AS id, s.key_label AS label, to_char(max(s.sealed_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS last
         FROM trail_seals s GROUP BY 1, 2 ORDER BY 3`,
      );
      return rows.map((row) => keyRow.parse(row));
    },
  );
  const { rows, seals, head, waiting, oldestWaiting, faults } = report;
  return {
    whole: faults.length === 0,
    rows,
    seals,
    head,
    lastSealedAt: keys.at(-1)?.last ?? null,
    waiting,
    oldestWaiting,
    keys: keys.map(({ id, label }) => ({ id, label })),
    faults: faults.map(({ chain: _, ...fault }) => fault),
    checkedAt: ctx.clock.now().toISOString(),
  };
}

type Save = (fileName: string, content: string) => Promise<{ fileName: string; size: number } | null>;

/** Writes the export to where the person says; noted in the trail first. INPUT_TOO_LARGE for what a window should not hold. */
export async function exportTrail(
  ctx: TrailContext,
  input: TrailExportInput,
  version: string,
  save: Save,
): Promise<TrailExportResult> {
  await noteTenantExport(ctx, { ...input });
  const lines: string[] = [];
  let size = 0;
  const take = async (line: string) => {
    size += line.length + 1;
    if (size > MAX_EXPORT_CHARS) throw new CodedError('INPUT_TOO_LARGE', { limit: MAX_EXPORT_CHARS });
    lines.push(line);
  };
  const now = ctx.clock.now().toISOString();
  const { rows, seals, faults } = await withTenantSource(ctx, (source) =>
    input.format === 'cef'
      ? exportCef(source, input, version, take)
      : exportLines(source, { ...input, exportedAt: now, by: ctx.source }, take),
  );
  const fileName = `trail-${now.slice(0, 10)}.${input.format === 'cef' ? 'cef' : 'jsonl'}`;
  const saved = await save(fileName, lines.map((line) => `${line}\n`).join(''));
  return { saved, rows, seals, faults: faults.map(({ chain: _, ...fault }) => fault) };
}
