/**
 * The tenant's side of the library: what it was given, what taking it in would change, taking it in. A person of the tenant does it
 * with their own rights; the library is read through the tenant's own functions, which know of no other tenant.
 */
import { type LoadDatabase, LoadRunner, TakenBack } from '@main/bulk/connection';
import { functionFor } from '@main/entities/access';
import type { EntityContext, SqlClient } from '@main/entities/context';
import { parseStored } from '@main/entities/results';
import { withLedger } from '@main/sync/ledger';
import { CodedError } from '@shared/errors';
import { LIBRARY_KINDS, type LibraryDifference, type LibraryOffer } from '@shared/wire/library';
import { z } from 'zod';
import { applyVersion, type LibraryVersion, lastReceipt } from './apply';
import { type LibraryContent, readContent } from './content';

const offerRow: z.ZodType<LibraryOffer> = z.object({
  itemId: z.string(),
  versionId: z.string(),
  slug: z.string(),
  kind: z.enum(LIBRARY_KINDS),
  title: z.string(),
  version: z.string(),
  sha256: z.string(),
  givenAt: z.string(),
  takenVersion: z.string().nullable(),
  takenAt: z.string().nullable(),
});

const OFFERS = `SELECT item_id AS "itemId", version_id AS "versionId", slug, kind, title, version, sha256, given_at AS "givenAt",
  taken_version AS "takenVersion", taken_at AS "takenAt" FROM library_offers()`;

async function offersIn(tx: SqlClient): Promise<LibraryOffer[]> {
  const { rows } = await tx.query(OFFERS);
  return z.array(offerRow).parse(rows);
}

/** What this tenant was given. Any member may see it. */
export function listOffers(ctx: EntityContext): Promise<LibraryOffer[]> {
  const { personId, tenantId } = ctx.session;
  const fn = functionFor(ctx.session, []);
  return ctx.database.withTenant({ personId, tenantId, function: fn, source: ctx.source, readOnly: true }, offersIn);
}

/** What taking the version in would change. Writes nothing. */
export async function previewOffer(ctx: EntityContext, database: LoadDatabase, versionId: string): Promise<LibraryDifference> {
  requireTaker(ctx);
  const { personId, tenantId } = ctx.session;
  let result: LibraryDifference | null = null;
  try {
    await new LoadRunner(database).withTenant({ personId, tenantId, function: 'compliance', source: ctx.source }, async (tx) => {
      result = await take(tx, versionId);
      throw new TakenBack();
    });
  } catch (error) {
    if (!(error instanceof TakenBack) || result === null) throw error;
  }
  if (result === null) throw new CodedError('INTERNAL', { reference: 'library-preview' });
  return result;
}

const names = z.array(z.string());
const count = z.int().min(0);
const differenceSchema: z.ZodType<LibraryDifference> = z.object({
  counts: z.object({ created: count, updated: count, unchanged: count, kept: count }),
  records: z.array(
    z.object({ key: z.string(), change: z.enum(['created', 'updated', 'unchanged', 'kept']), updated: names, kept: names }),
  ),
});

/** Takes the version in, as the operation `opId`. Throws ROLE_FORBIDS, NOT_FOUND where the tenant was not given that version. */
export async function acceptOffer(
  ctx: EntityContext,
  database: LoadDatabase,
  opId: string,
  versionId: string,
): Promise<LibraryDifference> {
  requireTaker(ctx);
  const { result, repeated } = await withLedger<LibraryDifference>(
    { ...ctx, database: new LoadRunner(database) },
    {
      opId,
      body: { kind: 'library', versionId },
      entity: 'library',
      entityId: versionId,
      function: 'compliance',
      reason: 'Library',
    },
    (stored) => parseStored(differenceSchema, stored),
    (tx) => take(tx, versionId),
  );
  if (!repeated) ctx.onChanged?.(['regulations', 'requirements', 'controlSets', 'controls', 'controlRequirements']);
  return result;
}

/** Policies and catalogues are compliance's to write. */
function requireTaker(ctx: EntityContext): void {
  if (ctx.session.functions.includes('compliance')) return;
  throw new CodedError('ROLE_FORBIDS', { entity: 'controlSets', action: 'create', functions: ctx.session.functions });
}

async function take(tx: SqlClient, versionId: string): Promise<LibraryDifference> {
  const offer = (await offersIn(tx)).find((one) => one.versionId === versionId);
  if (offer === undefined) throw new CodedError('NOT_FOUND', { what: 'This tenant was not given that version' });
  const version: LibraryVersion = { ...offer, content: await contentOf(tx, versionId, offer.slug) };
  const receipt = await lastReceipt(tx, offer.itemId);
  const base = receipt === null ? null : await contentOf(tx, receipt.versionId, offer.slug);
  return applyVersion(tx, version, base);
}

async function contentOf(tx: SqlClient, versionId: string, name: string): Promise<LibraryContent> {
  const { rows } = await tx.query<{ text: string }>('SELECT library_content($1::uuid) AS text', [versionId]);
  return readContent(rows[0]?.text ?? '', name);
}
