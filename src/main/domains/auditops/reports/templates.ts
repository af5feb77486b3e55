/** The tenant's own Word template for reports: kept with its hash, set by an administrator or a lead, read when a report is made. */
import type { EntityContext, SqlClient } from '@main/entities/context';
import { readScope } from '@main/entities/read';
import { parseStored } from '@main/entities/results';
import { withLedger } from '@main/sync/ledger';
import { CodedError } from '@shared/errors';
import type { TenantFunction } from '@shared/roles';
import type { TemplateInUse } from '@shared/wire/reports';
import { z } from 'zod';

export interface TemplateFile {
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

const setSchema = z.object({ fileName: z.string().nullable() });
export type TemplateSet = z.infer<typeof setSchema>;

const LEADS = `SELECT EXISTS (SELECT FROM audit_plans p WHERE p.lead_id = $1::uuid AND p.archived_at IS NULL)
  OR EXISTS (SELECT FROM audit_team m WHERE m.person_id = $1::uuid AND m.team_role = 'lead' AND m.archived_at IS NULL) AS leads`;

/** The template in use, and whether the person may set another one. */
export async function templateInUse(
  ctx: EntityContext,
): Promise<{ readonly template: TemplateInUse | null; readonly maySet: boolean }> {
  const { functions, personId } = ctx.session;
  return ctx.database.withTenant(readScope(ctx, ['auditReports', 'auditPlans', 'auditTeam']), async (tx) => {
    const { rows } = await tx.query<TemplateInUse & Record<string, unknown>>(
      `SELECT t.file_name AS "fileName", t.sha256, t.size_bytes AS "sizeBytes", o.display_name AS by, t.created_at AS at
       FROM report_templates t LEFT JOIN people o ON o.id = t.created_by WHERE t.archived_at IS NULL`,
    );
    const leads =
      functions.includes('auditor') && (await tx.query<{ leads: boolean }>(LEADS, [personId])).rows[0]?.leads === true;
    return { template: rows[0] ?? null, maySet: functions.includes('admin') || leads };
  });
}

/** The bytes of the template in use, held against their hash; null where reports use the built-in one. */
export async function templateBytes(ctx: EntityContext): Promise<TemplateFile | null> {
  const { rows } = await ctx.database.withTenant(readScope(ctx, ['auditReports']), (tx: SqlClient) =>
    tx.query<{ fileName: string; content: string; whole: boolean }>(
      `SELECT t.file_name AS "fileName", encode(t.bytes, 'base64') AS content, encode(sha256(t.bytes), 'hex') = t.sha256 AS whole
       FROM report_templates t WHERE t.archived_at IS NULL`,
    ),
  );
  const kept = rows[0];
  if (!kept) return null;
  if (!kept.whole) throw new CodedError('REPORT_FILE_DAMAGED', { fileName: kept.fileName });
  return { fileName: kept.fileName, bytes: new Uint8Array(Buffer.from(kept.content, 'base64')) };
}

/**
 * Puts a checked file in the place of the template, or with null takes it away; the former one stays on record, archived. ROLE_FORBIDS for
 * who is neither administrator nor the lead of an audit.
 */
export async function setTemplate(
  ctx: EntityContext,
  input: { readonly opId: string; readonly templateId: string },
  file: TemplateFile | null,
): Promise<TemplateSet> {
  const { functions } = ctx.session;
  const acting: TenantFunction | undefined = (['admin', 'auditor'] as const).find((fn) => functions.includes(fn));
  if (acting === undefined) throw new CodedError('ROLE_FORBIDS', { entity: 'auditReports', action: 'update' });
  const content = file === null ? null : Buffer.from(file.bytes).toString('base64');
  const { result, repeated } = await withLedger<TemplateSet>(
    ctx,
    {
      opId: input.opId,
      body: { command: 'setReportTemplate', templateId: input.templateId, fileName: file?.fileName ?? null, content },
      entity: 'auditReports',
      entityId: null,
      function: acting,
    },
    (stored) => parseStored(setSchema, stored),
    async (tx) => {
      await tx.query('SELECT set_report_template($1::uuid, $2::text, $3::text)', [
        input.templateId,
        file?.fileName ?? null,
        content,
      ]);
      return { fileName: file?.fileName ?? null };
    },
  );
  if (!repeated) ctx.onChanged?.(['auditReports']);
  return result;
}
