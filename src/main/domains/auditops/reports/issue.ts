/** Issues reports and makes new versions of issued ones; both under the ledger, so that a second sending does nothing twice. */
import { functionFor } from '@main/entities/access';
import type { EntityContext, SqlClient } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import type { HookTable } from '@main/entities/hooks';
import { readRow } from '@main/entities/read';
import { parseStored } from '@main/entities/results';
import { createWithin, updateWithin } from '@main/entities/write';
import { withLedger } from '@main/sync/ledger';
import type { EntityRow } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import { blockKey, layoutOf, TEXT_SECTIONS } from '@shared/reports/layout';
import {
  type IssueReportInput,
  issueReportSchema,
  type ReportFile,
  type ReviseReportInput,
  reportFileSchema,
  reviseReportSchema,
} from '@shared/wire/reports';
import { v5 as uuidv5 } from 'uuid';
import { z } from 'zod';

export interface MadeFile {
  readonly format: ReportFile['format'];
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

const issuedSchema = z.object({ files: z.array(reportFileSchema) });
export type Issued = z.infer<typeof issuedSchema>;
const revisedSchema = z.object({ reportId: z.guid(), ref: z.string() });
export type Revised = z.infer<typeof revisedSchema>;

/**
 * Issues a report with the files that were made of it. CONTENT_CHANGED where it or its audit's records are others by now,
 * APPROVAL_MISSING without the approval of this very content, TEAM_FORBIDS for who does not lead the audit, TRANSITION_REFUSED where it is not
 * in review, INPUT_INVALID without audit or rating: all of it by the database (`issue_report`).
 */
export async function issueReport(ctx: EntityContext, input: IssueReportInput, files: readonly MadeFile[]): Promise<Issued> {
  const asked = parseInput(issueReportSchema, input);
  const { result, repeated } = await withLedger<Issued>(
    ctx,
    {
      opId: asked.opId,
      body: { command: 'issueReport', ...asked },
      entity: 'auditReports',
      entityId: asked.reportId,
      function: functionFor(ctx.session, [['auditReports', 'update']]),
    },
    (stored) => parseStored(issuedSchema, stored),
    async (tx) => {
      const sent = files.map(({ format, fileName, bytes }) => ({
        format,
        fileName,
        base64: Buffer.from(bytes).toString('base64'),
      }));
      const { rows } = await tx.query<{ files: unknown }>('SELECT issue_report($1::uuid, $2::text, $3::jsonb) AS files', [
        asked.reportId,
        asked.contentSha256,
        JSON.stringify(sent),
      ]);
      return issuedSchema.parse({ files: rows[0]?.files });
    },
  );
  if (!repeated) ctx.onChanged?.(['auditReports']);
  return result;
}

/** A new draft in the place of an issued report, with its words. DUPLICATE where somebody began one already. */
export async function reviseReport(ctx: EntityContext, hooks: HookTable, input: ReviseReportInput): Promise<Revised> {
  const asked = parseInput(reviseReportSchema, input);
  const { result, repeated } = await withLedger<Revised>(
    ctx,
    {
      opId: asked.opId,
      body: { command: 'reviseReport', ...asked },
      entity: 'auditReports',
      entityId: asked.newReportId,
      function: functionFor(ctx.session, [['auditReports', 'create']]),
    },
    (stored) => parseStored(revisedSchema, stored),
    async (tx) => {
      const found = await readRow<EntityRow<'auditReports'>>(tx, 'auditReports', asked.reportId);
      if (!found) throw new CodedError('NOT_FOUND', { entity: 'auditReports', id: asked.reportId });
      const before = found.row;
      const taken = [
        ...(['title', 'auditPlanId', 'reportType', 'periodFrom', 'periodTo', 'distribution', 'layout', 'overallRating'] as const),
        ...(Object.keys(TEXT_SECTIONS) as (keyof typeof TEXT_SECTIONS)[]),
      ];
      const words = Object.fromEntries(taken.flatMap((key) => (before[key] === null ? [] : [[key, before[key]]])));
      const made = await createWithin(
        tx,
        ctx,
        { entity: 'auditReports', id: asked.newReportId, hooks: hooks.auditReports },
        { ...words, versionNumber: before.versionNumber + 1, replacesId: before.id },
      );
      await carryBlocks(tx, ctx, before, asked.newReportId);
      return { reportId: asked.newReportId, ref: String(made.row.ref) };
    },
  );
  if (!repeated) ctx.onChanged?.(['auditReports']);
  return result;
}

/** The text blocks of a report come along, each at its place; their ids are their own, made of those before so that a repetition is the same. */
async function carryBlocks(
  tx: SqlClient,
  ctx: EntityContext,
  before: EntityRow<'auditReports'>,
  reportId: string,
): Promise<void> {
  const { rows } = await tx.query<{ id: string; title: string; content: string | null }>(
    'SELECT b.id, b.title, b.content FROM report_blocks b WHERE b.audit_report_id = $1::uuid AND b.archived_at IS NULL ORDER BY b.created_at, b.id',
    [before.id],
  );
  if (rows.length === 0) return;
  const layout = layoutOf(before.layout, rows);
  const carried = new Map<string, string>();
  for (const { id, title, content } of rows) {
    const newId = uuidv5(id, reportId);
    carried.set(blockKey(id), blockKey(newId));
    await createWithin(
      tx,
      ctx,
      { entity: 'reportBlocks', id: newId },
      { auditReportId: reportId, title, ...(content === null ? {} : { content }) },
    );
  }
  const sections = layout.sections.map(({ key, shown }) => ({ key: carried.get(key) ?? key, shown }));
  const found = await readRow<EntityRow<'auditReports'>>(tx, 'auditReports', reportId);
  if (!found) throw new CodedError('NOT_FOUND', { entity: 'auditReports', id: reportId });
  await updateWithin(
    tx,
    ctx,
    { entity: 'auditReports', id: reportId },
    {
      baseVersion: found.row.rowVersion,
      base: { layout: found.row.layout },
      patch: { layout: { ...layout, sections, without: [...layout.without] } },
    },
  );
}

/** The bytes of a file of an issued report, held against its hash. */
export async function issuedFile(
  ctx: EntityContext,
  reportId: string,
  format: ReportFile['format'],
): Promise<{ readonly fileName: string; readonly bytes: Uint8Array } | null> {
  const scope = { tenantId: ctx.session.tenantId, personId: ctx.session.personId, source: ctx.source, readOnly: true };
  const fn = functionFor(ctx.session, [['auditReports', 'read']]);
  const { rows } = await ctx.database.withTenant({ ...scope, function: fn }, (tx) =>
    tx.query<{ fileName: string; content: string; whole: boolean }>(
      `SELECT f.file_name AS "fileName", encode(f.bytes, 'base64') AS content, encode(sha256(f.bytes), 'hex') = f.sha256 AS whole
       FROM report_files f WHERE f.audit_report_id = $1::uuid AND f.format = $2::text`,
      [reportId, format],
    ),
  );
  const kept = rows[0];
  if (!kept) return null;
  if (!kept.whole) throw new CodedError('REPORT_FILE_DAMAGED', { entity: 'auditReports', id: reportId });
  return { fileName: kept.fileName, bytes: new Uint8Array(Buffer.from(kept.content, 'base64')) };
}
