/** Watching, attachments, and which notices have been read. */
import type { EntityContext } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import { parseStored } from '@main/entities/results';
import { withLedger } from '@main/sync/ledger';
import { entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import { TENANT_FUNCTIONS } from '@shared/roles';
import {
  type AttachFileInput,
  type AttachLinkInput,
  attachLinkInputSchema,
  type DetachInput,
  detachInputSchema,
  type ReadNoticesInput,
  readNoticesInputSchema,
  type WatchInput,
  watchInputSchema,
} from '@shared/wire/collab';
import { z } from 'zod';
import { entryOf, functionOn, perform, readingAs } from './command';

/** Watches, or stops; also where the person would watch by being owner, author or mentioned. */
export async function watch(ctx: EntityContext, input: WatchInput): Promise<void> {
  const asked = parseInput(watchInputSchema, input);
  const fn = functionOn(ctx, asked.entity, TENANT_FUNCTIONS);
  await perform(ctx, 'watch', asked, fn, (tx) =>
    tx.query(
      `INSERT INTO watchers (resource_type, resource_id, watching) VALUES ($1::text, $2::uuid, $3::boolean)
       ON CONFLICT (resource_id, person_id) DO UPDATE SET watching = excluded.watching WHERE watchers.watching <> excluded.watching`,
      [entityOf(asked.entity).table, asked.recordId, asked.watching],
    ),
  );
}

export async function attachLink(ctx: EntityContext, input: AttachLinkInput): Promise<void> {
  const asked = parseInput(attachLinkInputSchema, input);
  const fn = functionOn(ctx, asked.entity, entityOf(asked.entity).access.update);
  await perform(ctx, 'attachLink', asked, fn, (tx) =>
    tx.query(
      `INSERT INTO attachments (id, resource_type, resource_id, kind, name, url)
       VALUES ($1::uuid, $2::text, $3::uuid, 'link', $4::text, $5::text)`,
      [asked.attachmentId, entityOf(asked.entity).table, asked.recordId, asked.name, asked.url],
    ),
  );
}

/** What the vault says of a file that it holds. */
export interface VaultFile {
  readonly fileId: string;
  readonly fileName: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly deviceId: string;
  readonly capturedAt: string;
}

const attachedSchema = z.object({ attachmentId: z.guid() });

/**
 * Files the facts of a file whose bytes the vault holds. Bytes that the record has already are not filed twice: the answer is then the id
 * of the attachment that is there, and the caller lets go of its own copy.
 */
export async function attachFile(ctx: EntityContext, input: Omit<AttachFileInput, 'grantId'>, file: VaultFile): Promise<string> {
  const { table, access } = entityOf(input.entity);
  const fn = functionOn(ctx, input.entity, access.update);
  // A second attempt seals the bytes anew under another file id; it is the same attachment all the same.
  const { fileId: _, ...facts } = file;
  const { result, repeated } = await withLedger(
    ctx,
    { ...entryOf('attachFile', input, fn), body: { command: 'attachFile', ...input, file: facts } },
    (stored) => parseStored(attachedSchema, stored),
    async (tx) => {
      const { rows } = await tx.query<{ id: string }>(
        'SELECT id FROM attachments WHERE resource_id = $1::uuid AND sha256 = $2::text AND archived_at IS NULL',
        [input.recordId, file.sha256],
      );
      const there = rows[0];
      if (there) return { attachmentId: there.id };
      await tx.query(
        `INSERT INTO attachments (id, resource_type, resource_id, kind, name, media_type, size_bytes, sha256, device_id, captured_at)
         VALUES ($1::uuid, $2::text, $3::uuid, 'file', $4::text, $5::text, $6::bigint, $7::text, $8::text, $9::timestamptz)`,
        [
          ...[file.fileId, table, input.recordId, file.fileName, file.mediaType],
          ...[file.sizeBytes, file.sha256, file.deviceId, file.capturedAt],
        ],
      );
      return { attachmentId: file.fileId };
    },
  );
  if (!repeated) ctx.onChanged?.([input.entity]);
  return result.attachmentId;
}

/** The file of an attachment as this person may read it, as whichever of their functions sees its record; null where it is none. */
export async function attachmentFile(ctx: EntityContext, id: string): Promise<{ readonly sha256: string } | null> {
  for (const fn of ctx.session.functions) {
    const { rows } = await ctx.database.withTenant(readingAs(ctx, fn), (tx) =>
      tx.query<{ sha256: string }>("SELECT sha256 FROM attachments WHERE id = $1::uuid AND kind = 'file'", [id]),
    );
    if (rows[0]) return rows[0];
  }
  return null;
}

/** Takes an attachment off its record; the row and the bytes stay for the history. */
export async function detach(ctx: EntityContext, input: DetachInput): Promise<void> {
  const asked = parseInput(detachInputSchema, input);
  const fn = functionOn(ctx, asked.entity, entityOf(asked.entity).access.update);
  await perform(ctx, 'detach', asked, fn, async (tx) => {
    const { rows } = await tx.query(
      `UPDATE attachments SET archived_at = now()
       WHERE id = $1::uuid AND resource_id = $2::uuid AND archived_at IS NULL RETURNING id`,
      [asked.attachmentId, asked.recordId],
    );
    if (rows.length === 0) throw new CodedError('NOT_FOUND', { entity: asked.entity });
  });
}

/** Marks notices as read. Reading one again changes nothing, so it needs no base. */
export async function readNotices(ctx: EntityContext, input: ReadNoticesInput): Promise<void> {
  const asked = parseInput(readNoticesInputSchema, input);
  const fn = ctx.session.functions[0];
  if (fn === undefined) throw new CodedError('NO_MEMBERSHIP', {});
  await withLedger(
    ctx,
    { opId: asked.opId, body: { command: 'readNotices', ...asked }, entity: 'notices', entityId: null, function: fn },
    (stored) => parseStored(z.object({ done: z.literal(true) }), stored),
    async (tx) => {
      await tx.query(
        `INSERT INTO notice_reads (notice_key) SELECT DISTINCT k FROM unnest($1::text[]) k ON CONFLICT (person_id, notice_key) DO NOTHING`,
        [asked.keys],
      );
      return { done: true as const };
    },
  );
}
