/**
 * What a report is made of, read in one transaction: its own words, the audit's records, and the hash under which it can be issued. An
 * issued report is read from what was issued, never from what the records say today.
 */
import type { EntityContext, SqlClient } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import { readRow, readScope, recordIdSchema } from '@main/entities/read';
import type { EntityRow } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import { type RatingSuggestion, suggestRating } from '@shared/reports/rating';
import { type ReportBody, type ReportChange, type ReportFile, reportBodySchema } from '@shared/wire/reports';

export interface ComposedReport {
  readonly report: EntityRow<'auditReports'>;
  readonly body: ReportBody;
  /** Hash of words and records as they stand; of an issued report, the one that it was issued under. */
  readonly contentSha256: string;
  readonly suggestion: RatingSuggestion;
  readonly files: readonly ReportFile[];
  readonly changes: readonly ReportChange[];
  readonly replaces: ReportLink | null;
  readonly replacedBy: ReportLink | null;
  readonly issuedBy: string | null;
}
export interface ReportLink {
  readonly id: string;
  readonly ref: string;
  readonly versionNumber: number;
}

/** NOT_FOUND where the person sees no such report. */
export async function composeReport(ctx: EntityContext, reportId: string): Promise<ComposedReport> {
  const id = parseInput(recordIdSchema, reportId);
  return ctx.database.withTenant(
    readScope(ctx, ['auditReports', 'auditPlans', 'controlTests', 'findings', 'actions']),
    async (tx) => {
      const found = await readRow<EntityRow<'auditReports'>>(tx, 'auditReports', id);
      if (!found) throw new CodedError('NOT_FOUND', { entity: 'auditReports', id });
      const report = found.row;
      // First the hash, then what it stands for: what changes between the two is not issued under it.
      const { rows: hashes } = await tx.query<{ sha256: string }>('SELECT report_sha256($1::uuid) AS sha256', [id]);
      const links = await tx.query<{ id: string; ref: string; versionNumber: number; next: boolean }>(
        `SELECT r.id, r.ref, r.version_number AS "versionNumber", r.replaces_id = $1::uuid AS next FROM audit_reports r
       WHERE (r.replaces_id = $1::uuid AND r.archived_at IS NULL) OR r.id = $2::uuid`,
        [id, report.replacesId],
      );
      const issued = report.status === 'issued';
      const body = issued
        ? await issuedBody(tx, id)
        : { ...(await presentBody(tx, id, report.auditPlanId)), blocks: await blocksOf(tx, id) };
      const { rows: files } = await tx.query<ReportFile & Record<string, unknown>>(
        `SELECT f.format, f.file_name AS "fileName", f.size_bytes::integer AS "sizeBytes", f.sha256 FROM report_files f
       WHERE f.audit_report_id = $1::uuid ORDER BY f.format DESC`,
        [id],
      );
      const { rows: changes } = issued
        ? await tx.query<ReportChange & Record<string, unknown>>(
            `SELECT c.finding_id AS "findingId", c.ref, c.title, c.change FROM report_changes($1::uuid) c`,
            [id],
          )
        : { rows: [] };
      const { rows: issuers } = await tx.query<{ name: string }>('SELECT display_name AS name FROM people WHERE id = $1::uuid', [
        report.issuedBy,
      ]);
      return {
        report,
        body,
        contentSha256: report.contentSha256 ?? hashes[0]?.sha256 ?? '',
        suggestion: suggestRating(body.findings as readonly Pick<EntityRow<'findings'>, 'severity' | 'status'>[]),
        files,
        changes,
        replaces: links.rows.find(({ next }) => next !== true) ?? null,
        replacedBy: links.rows.find(({ next }) => next === true) ?? null,
        issuedBy: issuers[0]?.name ?? null,
      };
    },
  );
}

/** The content that went out, as it was kept; its hash is checked again. */
async function issuedBody(tx: SqlClient, id: string): Promise<ReportBody> {
  const { rows } = await tx.query<{ content: string; whole: boolean }>(
    `SELECT convert_from(f.bytes, 'UTF8') AS content, encode(sha256(f.bytes), 'hex') = f.sha256 AS whole
     FROM report_files f WHERE f.audit_report_id = $1::uuid AND f.format = 'json'`,
    [id],
  );
  const kept = rows[0];
  if (!kept?.whole) throw new CodedError('REPORT_FILE_DAMAGED', { entity: 'auditReports', id });
  return reportBodySchema.parse(JSON.parse(kept.content));
}

type Row<T> = T & Record<string, unknown>;

async function presentBody(tx: SqlClient, reportId: string, planId: string | null): Promise<ReportBody> {
  if (planId === null) return { plan: null, findings: [], tests: [], samples: [], evidence: [], signOffs: [], blocks: [] };
  const all = async <T>(text: string) => (await tx.query<Row<T>>(text, [planId, reportId])).rows;
  // A record that is restricted by itself is read by fewer people than the report: it stays out.
  const open = (alias: string) =>
    `${alias}.archived_at IS NULL AND ${alias}.restricted_root IS NOT DISTINCT FROM (SELECT r.restricted_root FROM audit_reports r WHERE r.id = $2::uuid)`;
  const ofPlan = `(f.audit_plan_id = $1::uuid OR f.control_test_id IN (SELECT t.id FROM control_tests t WHERE t.audit_plan_id = $1::uuid))`;
  const [plan] = await all<NonNullable<ReportBody['plan']>>(
    `SELECT p.id, p.ref, p.audit_name AS name, p.scope, p.objective, o.display_name AS lead
     FROM audit_plans p LEFT JOIN people o ON o.id = p.lead_id WHERE p.id = $1::uuid AND $2::uuid IS NOT NULL`,
  );
  const findings = await all<ReportBody['findings'][number]>(
    `SELECT f.id, f.ref, f.title, f.kind, f.severity, f.status, o.display_name AS owner, f.due_date::text AS "dueDate", f.criteria,
       f.condition, f.cause, f.effect, f.recommendation, f.management_response AS "managementResponse",
       f.response_kind AS "responseKind", f.responded_on::text AS "respondedOn", m.display_name AS "respondedBy",
       (SELECT concat_ws(' ', e.ref, e.title) FROM findings e WHERE e.id = f.repeat_of_id) AS repeats, f.extension_count AS extensions,
       coalesce((SELECT jsonb_agg(jsonb_build_object('ref', t.ref, 'date', t.test_date, 'result', t.test_result) ORDER BY t.test_date, t.ref)
         FROM control_tests t WHERE t.retest_of_id = f.id AND t.status = 'done' AND t.archived_at IS NULL), '[]') AS retests,
       coalesce((SELECT jsonb_agg(jsonb_build_object('ref', a.ref, 'title', a.title, 'owner', ao.display_name, 'dueDate', a.due_date,
         'status', a.status) ORDER BY a.ref) FROM actions a LEFT JOIN people ao ON ao.id = a.owner_id
         WHERE a.finding_id = f.id AND a.archived_at IS NULL), '[]') AS actions
     FROM findings f LEFT JOIN people o ON o.id = f.owner_id LEFT JOIN people m ON m.id = f.responded_by
     WHERE ${ofPlan} AND ${open('f')} ORDER BY f.ref`,
  );
  const tests = await all<ReportBody['tests'][number]>(
    `SELECT t.title, c.ref AS control, t.design_effectiveness AS design, t.operating_effectiveness AS operating, t.test_result AS result,
       o.display_name AS "testedBy", t.test_date::text AS date
     FROM control_tests t LEFT JOIN controls c ON c.id = t.control_id LEFT JOIN people o ON o.id = t.tested_by
     WHERE t.audit_plan_id = $1::uuid AND ${open('t')} ORDER BY t.ref, t.id`,
  );
  const samples = await all<ReportBody['samples'][number]>(
    `SELECT s.ref, t.title AS test, s.method, s.sample_size AS size, s.population_rows AS rows, s.seed, s.population_sha256 AS sha256,
       (SELECT count(*)::integer FROM sample_items i WHERE i.sample_id = s.id AND i.result = 'exception' AND i.archived_at IS NULL) AS exceptions
     FROM samples s JOIN control_tests t ON t.id = s.control_test_id
     WHERE t.audit_plan_id = $1::uuid AND ${open('t')} AND s.archived_at IS NULL ORDER BY s.ref`,
  );
  const evidence = await all<ReportBody['evidence'][number]>(
    `SELECT e.ref, e.title, e.status, x.file_name AS "fileName", x.sha256
     FROM audit_evidence e LEFT JOIN evidence_files x ON x.evidence_id = e.id AND x.archived_at IS NULL
     WHERE ${open('e')} AND (e.audit_plan_id = $1::uuid
       OR e.control_test_id IN (SELECT t.id FROM control_tests t WHERE t.audit_plan_id = $1::uuid AND ${open('t')})
       OR e.finding_id IN (SELECT f.id FROM findings f WHERE ${ofPlan} AND ${open('f')}))
     ORDER BY e.ref, x.version_number`,
  );
  const signOffs = await all<ReportBody['signOffs'][number]>(
    `SELECT w.what, s.kind, o.display_name AS by, to_char(s.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS at, s.content_sha256 AS sha256
     FROM sign_offs s LEFT JOIN people o ON o.id = s.created_by JOIN (
       SELECT p.id, concat_ws(' ', p.ref, p.audit_name) AS what FROM audit_plans p WHERE p.id = $1::uuid
       UNION ALL SELECT t.id, concat_ws(' ', t.ref, t.title) FROM control_tests t WHERE t.audit_plan_id = $1::uuid AND ${open('t')}
       UNION ALL SELECT f.id, concat_ws(' ', f.ref, f.title) FROM findings f WHERE ${ofPlan} AND ${open('f')}
     ) w ON w.id = s.resource_id
     WHERE s.withdrawn_at IS NULL AND s.superseded_at IS NULL ORDER BY s.created_at, s.id`,
  );
  return reportBodySchema.parse({ plan: plan ?? null, findings, tests, samples, evidence, signOffs });
}

async function blocksOf(tx: SqlClient, reportId: string): Promise<ReportBody['blocks']> {
  const { rows } = await tx.query<Row<ReportBody['blocks'][number]>>(
    `SELECT b.id, b.row_version AS "rowVersion", b.title, b.content FROM report_blocks b
     WHERE b.audit_report_id = $1::uuid AND b.archived_at IS NULL ORDER BY b.created_at, b.id`,
    [reportId],
  );
  return rows;
}
