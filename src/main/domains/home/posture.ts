/**
 * The first page: how the controls stand by family, which requirements are met, which findings are open and how old, what is due,
 * and the person's own work. A handful of indexed statements in one read-only transaction, sent in one flush.
 *
 * Which controls count: live ones that are not deprecated. A control's standing is its last result (`not_tested` where it has
 * none). A requirement is met where at least one control is mapped to it (by any relation but `not_related`) and each of these
 * is effective or not applicable. Requirements count while their regulation is live and not retired.
 */
import type { EntityContext, SqlClient } from '@main/entities/context';
import { readScope } from '@main/entities/read';
import { together } from '@main/entities/together';
import type { FamilyPosture, MyWork, Posture, PostureCounts } from '@shared/wire/home';
import { readDue } from './due';
import { OPEN_ACTIONS, OPEN_PLANS, SETTLED_FINDINGS } from './open';
import { readOpenFindings } from './open-findings';

/** The posture as of the context's clock. */
export async function readPosture(ctx: EntityContext): Promise<Posture> {
  const facts = { today: ctx.clock.today(), now: ctx.clock.now().toISOString(), me: ctx.session.personId };
  const scope = readScope(ctx, ['controls', 'requirements', 'findings', 'actions', 'controlTests', 'auditPlans']);
  return ctx.database.withTenant(scope, async (tx) => {
    const [controls, requirements, findings, due, myWork, audits] = await together(
      readControls(tx),
      readRequirements(tx),
      readOpenFindings(tx, facts),
      readDue(tx, facts.today),
      readMyWork(tx, facts.me, ctx.session.functions.includes('auditor')),
      readAudits(tx),
    );
    return { ...controls, requirements, findings, due, myWork, audits, asOf: facts.now };
  });
}

const RESULT_KEYS = {
  effective: 'effective',
  partially_effective: 'partial',
  ineffective: 'ineffective',
  not_tested: 'notTested',
  not_applicable: 'notApplicable',
} as const satisfies Record<string, keyof PostureCounts>;

type Tally = { -readonly [K in keyof PostureCounts]: number };
const noTally = (): Tally => ({ effective: 0, partial: 0, ineffective: 0, notTested: 0, notApplicable: 0, total: 0 });

interface ControlRow extends Record<string, unknown> {
  readonly family: string;
  readonly keyControl: boolean;
  readonly result: keyof typeof RESULT_KEYS;
  readonly controls: number;
}

/** Controls by family, over all, and the key ones among them. */
async function readControls(
  tx: SqlClient,
): Promise<{ families: FamilyPosture[]; totals: PostureCounts; keyControls: PostureCounts }> {
  const [{ rows }, titles] = await together(
    tx.query<ControlRow>(
      `SELECT coalesce(c.family, '') AS family, c.key_control AS "keyControl", coalesce(c.last_result, 'not_tested') AS result,
              count(*)::integer AS controls
       FROM controls c WHERE c.archived_at IS NULL AND c.status <> 'deprecated' GROUP BY 1, 2, 3 ORDER BY 1`,
    ),
    tx.query<{ family: string; title: string }>(
      `SELECT DISTINCT ON (q.family) q.family, q.title FROM requirements q
       WHERE q.kind = 'group' AND q.archived_at IS NULL AND q.family IS NOT NULL AND q.title IS NOT NULL
       ORDER BY q.family, q.depth, q.order_index, q.id`,
    ),
  );
  const titleOf = new Map(titles.rows.map((row) => [row.family, row.title]));
  const byFamily = new Map<string, Tally>();
  const totals = noTally();
  const keyControls = noTally();
  for (const row of rows) {
    const family = byFamily.get(row.family) ?? noTally();
    byFamily.set(row.family, family);
    for (const tally of row.keyControl ? [family, totals, keyControls] : [family, totals]) {
      tally[RESULT_KEYS[row.result]] += row.controls;
      tally.total += row.controls;
    }
  }
  const families = [...byFamily].map(([family, tally]) => ({ family, title: titleOf.get(family) ?? null, ...tally }));
  return { families, totals, keyControls };
}

/**
 * The mappings stand in IN lists inside the aggregate, which are hashed once whatever the planner believes. As a join, a table
 * without statistics (just imported, or on the embedded server, which has no autovacuum) was read once for each requirement.
 */
async function readRequirements(tx: SqlClient): Promise<{ total: number; met: number }> {
  const mapped =
    `SELECT cr.requirement_id FROM control_requirements cr JOIN controls c ON c.id = cr.control_id ` +
    `WHERE cr.archived_at IS NULL AND cr.relation <> 'not_related' AND c.archived_at IS NULL AND c.status <> 'deprecated'`;
  const failing = `${mapped} AND coalesce(c.last_result, 'not_tested') NOT IN ('effective', 'not_applicable')`;
  const { rows } = await tx.query<{ total: number; met: number }>(
    `SELECT count(*)::integer AS total, count(*) FILTER (WHERE q.id IN (${mapped}) AND q.id NOT IN (${failing}))::integer AS met
     FROM requirements q
     WHERE q.assessable AND q.archived_at IS NULL
       AND q.regulation_id IN (SELECT g.id FROM regulations g WHERE g.archived_at IS NULL AND g.status <> 'retired')`,
  );
  return rows[0] ?? { total: 0, met: 0 };
}

/** Open findings and actions that the person owns, tests they have not done, and (for auditors) tests that wait for a review. */
async function readMyWork(tx: SqlClient, me: string, reviews: boolean): Promise<MyWork> {
  const { rows } = await tx.query<MyWork & Record<string, unknown>>(
    `SELECT
       (SELECT count(*)::integer FROM findings
        WHERE owner_id = $1::uuid AND archived_at IS NULL AND status <> ALL($2::text[])) AS findings,
       (SELECT count(*)::integer FROM actions
        WHERE owner_id = $1::uuid AND archived_at IS NULL AND status = ANY($3::text[])) AS actions,
       (SELECT count(*)::integer FROM control_tests t LEFT JOIN audit_plans p ON p.id = t.audit_plan_id
        WHERE t.tested_by = $1::uuid AND t.archived_at IS NULL AND t.status <> 'done'
          AND (p.id IS NULL OR (p.archived_at IS NULL AND p.status = ANY($4::text[])))) AS tests,
       (SELECT count(*)::integer FROM control_tests t LEFT JOIN audit_plans p ON p.id = t.audit_plan_id
        WHERE $5::boolean AND t.archived_at IS NULL AND t.status = 'in_review'
          AND (p.id IS NULL OR (p.archived_at IS NULL AND p.status = ANY($4::text[])))) AS "readyForReview"`,
    [me, SETTLED_FINDINGS, OPEN_ACTIONS, OPEN_PLANS, reviews],
  );
  return rows[0] ?? { findings: 0, actions: 0, tests: 0, readyForReview: 0 };
}

type AuditRow = Posture['audits'][number];
const MAX_AUDITS = 50;

/** Plans under way with the state of their programme; the one that ends first comes first. */
async function readAudits(tx: SqlClient): Promise<AuditRow[]> {
  const { rows } = await tx.query<AuditRow & Record<string, unknown>>(
    `SELECT p.id, p.ref, p.audit_name AS title, p.status, p.end_date AS "endDate",
            coalesce(t.tests, 0) AS tests, coalesce(t.tested, 0) AS tested
     FROM audit_plans p
     LEFT JOIN LATERAL (
       SELECT count(*)::integer AS tests, count(*) FILTER (WHERE ct.test_result <> 'not_tested')::integer AS tested
       FROM control_tests ct WHERE ct.audit_plan_id = p.id AND ct.archived_at IS NULL
     ) t ON true
     WHERE p.archived_at IS NULL AND p.status = ANY($1::text[])
     ORDER BY p.end_date NULLS LAST, p.ref, p.id LIMIT ${MAX_AUDITS}`,
    [OPEN_PLANS],
  );
  return rows;
}
