/** What leaves as OSCAL, read in one transaction: an audit plan with its programme, findings, actions and evidence. */
import type { EntityContext, SqlClient } from '@main/entities/context';
import { readScope } from '@main/entities/read';
import { together } from '@main/entities/together';
import { CodedError } from '@shared/errors';

export interface PlanFacts {
  readonly id: string;
  readonly ref: string;
  readonly name: string;
  readonly scope: string | null;
  readonly objective: string | null;
  readonly status: string;
  readonly start: string | null;
  readonly end: string | null;
  readonly version: number;
  readonly created: string;
  readonly leadId: string | null;
  readonly lead: string | null;
  readonly regulationId: string | null;
  readonly regulation: string | null;
}

export interface RequirementFacts {
  readonly refId: string;
  readonly sourceId: string | null;
  readonly oscal: boolean;
}

export interface TestFacts {
  readonly id: string;
  readonly ref: string;
  readonly title: string;
  readonly procedure: string | null;
  readonly status: string;
  readonly result: string;
  readonly design: string | null;
  readonly operating: string | null;
  readonly notes: string | null;
  readonly date: string;
  readonly testerId: string | null;
  readonly tester: string | null;
  readonly controlRef: string | null;
  readonly requirements: readonly RequirementFacts[];
  readonly evidence: readonly {
    readonly ref: string;
    readonly title: string;
    readonly files: readonly { readonly name: string; readonly sha256: string }[];
  }[];
}

export interface FindingFacts {
  readonly id: string;
  readonly ref: string;
  readonly title: string;
  readonly kind: string;
  readonly severity: string;
  readonly status: string;
  readonly due: string | null;
  readonly criteria: string | null;
  readonly condition: string | null;
  readonly cause: string | null;
  readonly effect: string | null;
  readonly recommendation: string | null;
  readonly response: string | null;
  readonly testId: string | null;
  readonly created: string;
  readonly actions: readonly {
    readonly id: string;
    readonly ref: string;
    readonly title: string;
    readonly description: string | null;
    readonly due: string | null;
    readonly status: string;
    readonly owner: string | null;
  }[];
}

export interface AuditFacts {
  readonly plan: PlanFacts;
  readonly tests: readonly TestFacts[];
  readonly findings: readonly FindingFacts[];
  /** The newest change of anything in it, ISO 8601 in UTC. */
  readonly changed: string;
}

const utc = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Throws NOT_FOUND. */
export async function readAudit(ctx: EntityContext, planId: string): Promise<AuditFacts> {
  const reads = [
    'auditPlans',
    'controlTests',
    'controls',
    'controlRequirements',
    'requirements',
    'findings',
    'actions',
    'auditEvidence',
    'evidenceFiles',
  ] as const;
  return ctx.database.withTenant(readScope(ctx, [...reads]), async (tx) => {
    const [plan, tests, findings, changed] = await together(
      readPlan(tx, planId),
      readTests(tx, planId),
      readFindings(tx, planId),
      readChanged(tx, planId),
    );
    if (plan === undefined) throw new CodedError('NOT_FOUND', { entity: 'auditPlans', id: planId });
    return { plan, tests, findings, changed: changed ?? plan.created };
  });
}

async function readPlan(tx: SqlClient, id: string): Promise<PlanFacts | undefined> {
  const { rows } = await tx.query<PlanFacts & Record<string, unknown>>(
    `SELECT p.id, p.ref, p.audit_name AS name, p.scope, p.objective, p.status, p.start_date::text AS start, p.end_date::text AS "end",
       p.row_version AS version, ${utc('p.created_at')} AS created, p.lead_id AS "leadId", l.display_name AS lead,
       g.id AS "regulationId", g.name AS regulation
     FROM audit_plans p LEFT JOIN regulations g ON g.id = p.regulation_id LEFT JOIN people l ON l.id = p.lead_id
     WHERE p.id = $1::uuid`,
    [id],
  );
  return rows[0];
}

async function readTests(tx: SqlClient, planId: string): Promise<TestFacts[]> {
  const { rows } = await tx.query<TestFacts & Record<string, unknown>>(
    `SELECT t.id, t.ref, t.title, t.procedure, t.status, t.test_result AS result, t.design_effectiveness AS design,
       t.operating_effectiveness AS operating, concat_ws(E'\\n\\n', t.design_notes, t.operating_notes, t.test_notes) AS notes,
       t.test_date::text AS date, t.tested_by AS "testerId", w.display_name AS tester, c.ref AS "controlRef",
       coalesce((SELECT jsonb_agg(DISTINCT jsonb_build_object('refId', q.ref_id, 'sourceId', q.source_id, 'oscal', coalesce(g.source_format = 'oscal-json', false)))
         FROM requirements q JOIN regulations g ON g.id = q.regulation_id
         WHERE q.id = t.requirement_id OR (t.requirement_id IS NULL AND q.id IN (SELECT m.requirement_id FROM control_requirements m
           WHERE m.control_id = t.control_id AND m.archived_at IS NULL AND m.relation <> 'not_related'))), '[]') AS requirements,
       coalesce((SELECT jsonb_agg(jsonb_build_object('ref', e.ref, 'title', e.title, 'files', coalesce(
           (SELECT jsonb_agg(jsonb_build_object('name', f.file_name, 'sha256', f.sha256) ORDER BY f.version_number, f.id)
            FROM evidence_files f WHERE f.evidence_id = e.id AND f.archived_at IS NULL), '[]')) ORDER BY e.ref)
         FROM audit_evidence e WHERE e.control_test_id = t.id AND e.archived_at IS NULL AND e.status <> 'rejected'), '[]') AS evidence
     FROM control_tests t LEFT JOIN controls c ON c.id = t.control_id LEFT JOIN people w ON w.id = t.tested_by
     WHERE t.audit_plan_id = $1::uuid AND t.archived_at IS NULL ORDER BY t.ref`,
    [planId],
  );
  return rows;
}

async function readFindings(tx: SqlClient, planId: string): Promise<FindingFacts[]> {
  const { rows } = await tx.query<FindingFacts & Record<string, unknown>>(
    `SELECT f.id, f.ref, f.title, f.kind, f.severity, f.status, f.due_date::text AS due, f.criteria, f.condition, f.cause, f.effect,
       f.recommendation, f.management_response AS response, f.control_test_id AS "testId", ${utc('f.created_at')} AS created,
       coalesce((SELECT jsonb_agg(jsonb_build_object('id', a.id, 'ref', a.ref, 'title', a.title, 'description', a.description,
           'due', a.due_date, 'status', a.status, 'owner', o.display_name) ORDER BY a.ref)
         FROM actions a LEFT JOIN people o ON o.id = a.owner_id WHERE a.finding_id = f.id AND a.archived_at IS NULL), '[]') AS actions
     FROM findings f
     WHERE f.archived_at IS NULL AND f.status <> 'dismissed' AND (f.audit_plan_id = $1::uuid OR f.control_test_id IN (
       SELECT t.id FROM control_tests t WHERE t.audit_plan_id = $1::uuid AND t.archived_at IS NULL))
     ORDER BY f.ref`,
    [planId],
  );
  return rows;
}

async function readChanged(tx: SqlClient, planId: string): Promise<string | null> {
  const { rows } = await tx.query<{ at: string | null }>(
    `SELECT ${utc('max(at)')} AS at FROM (
       SELECT updated_at AS at FROM audit_plans WHERE id = $1::uuid
       UNION ALL SELECT updated_at FROM control_tests WHERE audit_plan_id = $1::uuid
       UNION ALL SELECT updated_at FROM findings WHERE audit_plan_id = $1::uuid
       UNION ALL SELECT a.updated_at FROM actions a JOIN findings f ON f.id = a.finding_id WHERE f.audit_plan_id = $1::uuid) c`,
    [planId],
  );
  return rows[0]?.at ?? null;
}
