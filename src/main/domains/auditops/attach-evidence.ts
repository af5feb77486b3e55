/**
 * Files one more piece of evidence: the record (made on first use of its id, else given a further file) and the facts of the file
 * whose bytes the vault holds already. One operation, one transaction.
 */
import { functionFor } from '@main/entities/access';
import type { EntityContext, SqlClient } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import type { HookTable } from '@main/entities/hooks';
import { readRow, readScope, selectRows } from '@main/entities/read';
import { parseStored } from '@main/entities/results';
import { createWithin } from '@main/entities/write';
import { withLedger } from '@main/sync/ledger';
import type { EntityRow } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import { operationIdSchema } from '@shared/operations';
import type { AttachResult } from '@shared/wire/evidence';
import { attachInputSchema } from '@shared/wire/evidence';
import { z } from 'zod';

/** What the vault says of a file that it holds. */
export const fileFactsSchema = z.strictObject({
  /** The vault's own id of the file; becomes the id of its record. */
  fileId: z.uuid(),
  fileName: z.string().min(1).max(255),
  mediaType: z.string().min(1).max(127),
  sizeBytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  deviceId: z.string().min(1).max(64),
  capturedAt: z.iso.datetime({ offset: true }).nullable().default(null),
});

export const attachEvidenceSchema = attachInputSchema
  .omit({ grantId: true })
  .extend({ opId: operationIdSchema, description: z.string().max(100_000).optional(), file: fileFactsSchema });
export type AttachEvidenceInput = z.input<typeof attachEvidenceSchema>;
type Asked = z.output<typeof attachEvidenceSchema>;

const storedSchema = z.object({ evidenceId: z.guid(), fileId: z.guid() });
type Stored = z.output<typeof storedSchema>;

/**
 * Attaches the file. Bytes that the record holds already are not filed twice: the answer is then the file that is there, whose id
 * may differ from `file.fileId` (so it may too where the operation is repeated); the caller lets go of its own copy in the vault.
 * Throws STATE_FORBIDS (archived evidence), REFERENCE_MISSING, INPUT_INVALID, ROLE_FORBIDS.
 */
export async function attachEvidence(ctx: EntityContext, hooks: HookTable, input: AttachEvidenceInput): Promise<AttachResult> {
  const asked = parseInput(attachEvidenceSchema, input);
  // A second attempt seals the bytes anew under another file id; it is the same attachment all the same.
  const { fileId: _, ...facts } = asked.file;
  const { result, repeated } = await withLedger<Stored>(
    ctx,
    {
      opId: asked.opId,
      body: { command: 'attachEvidence', ...asked, file: facts },
      entity: 'auditEvidence',
      entityId: asked.evidenceId,
      function: functionFor(ctx.session, [
        ['auditEvidence', 'create'],
        ['evidenceFiles', 'create'],
      ]),
    },
    (stored) => parseStored(storedSchema, stored),
    (tx) => attach(tx, ctx, hooks, asked),
  );
  if (!repeated) ctx.onChanged?.(['auditEvidence', 'evidenceFiles']);
  return readAttachment(ctx, result);
}

async function attach(tx: SqlClient, ctx: EntityContext, hooks: HookTable, asked: Asked): Promise<Stored> {
  const { evidenceId, file } = asked;
  const found = await readRow<EntityRow<'auditEvidence'>>(tx, 'auditEvidence', evidenceId, true);
  if (found?.archived) throw new CodedError('STATE_FORBIDS', { entity: 'auditEvidence', state: 'archived' });
  if (!found) {
    const request = { entity: 'auditEvidence', id: evidenceId, hooks: hooks.auditEvidence } as const;
    await createWithin(tx, ctx, request, await newEvidence(tx, asked));
  }
  const files = await selectRows<EntityRow<'evidenceFiles'>>(tx, 'evidenceFiles', 'WHERE t.evidence_id = $1::uuid', [evidenceId]);
  const same = files.find((other) => other.sha256 === file.sha256);
  if (same) return { evidenceId, fileId: same.id };
  await createWithin(
    tx,
    ctx,
    { entity: 'evidenceFiles', id: file.fileId, hooks: hooks.evidenceFiles },
    {
      evidenceId,
      fileName: file.fileName,
      mediaType: file.mediaType,
      sizeBytes: file.sizeBytes,
      sha256: file.sha256,
      versionNumber: Math.max(0, ...files.map((other) => other.versionNumber)) + 1,
      deviceId: file.deviceId,
      capturedAt: file.capturedAt,
    },
  );
  return { evidenceId, fileId: file.fileId };
}

/** The values of a new record: what the person gave, the rest from the file and from where it is filed. */
async function newEvidence(tx: SqlClient, asked: Asked): Promise<Record<string, unknown>> {
  const home = await readHome(tx, asked);
  return {
    title: asked.title ?? asked.file.fileName,
    evidenceType: asked.evidenceType ?? typeOf(asked.file.mediaType),
    description: asked.description ?? null,
    controlTestId: asked.controlTestId ?? home.controlTestId,
    findingId: asked.findingId ?? null,
    auditPlanId: asked.auditPlanId ?? home.auditPlanId,
  };
}

/** The test and plan that the finding or test belongs to, so that evidence shows wherever it is looked for. */
async function readHome(tx: SqlClient, asked: Asked): Promise<{ controlTestId: string | null; auditPlanId: string | null }> {
  const { rows } = await tx.query<{ controlTestId: string | null; auditPlanId: string | null }>(
    `SELECT coalesce(t.id, f.control_test_id) AS "controlTestId", coalesce(t.audit_plan_id, f.audit_plan_id) AS "auditPlanId"
     FROM (SELECT $1::uuid AS test_id, $2::uuid AS finding_id) asked
     LEFT JOIN control_tests t ON t.id = asked.test_id
     LEFT JOIN findings f ON f.id = asked.finding_id`,
    [asked.controlTestId ?? null, asked.findingId ?? null],
  );
  return rows[0] ?? { controlTestId: null, auditPlanId: null };
}

function typeOf(mediaType: string): string {
  if (mediaType.startsWith('image/')) return 'photo';
  if (mediaType === 'application/pdf' || mediaType.startsWith('text/') || /word|document|sheet/.test(mediaType))
    return 'document';
  return 'other';
}

async function readAttachment(ctx: EntityContext, stored: Stored): Promise<AttachResult> {
  return ctx.database.withTenant(readScope(ctx, ['auditEvidence', 'evidenceFiles']), async (tx) => {
    const evidence = await readRow<EntityRow<'auditEvidence'>>(tx, 'auditEvidence', stored.evidenceId);
    const file = await readRow<EntityRow<'evidenceFiles'>>(tx, 'evidenceFiles', stored.fileId);
    if (!evidence || !file) throw new CodedError('NOT_FOUND', { entity: 'evidenceFiles', id: stored.fileId });
    return { evidence: evidence.row, file: file.row };
  });
}
