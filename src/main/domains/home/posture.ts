/**
 * The first page: how the controls stand by family, which requirements are met, which findings are open and how old, what is due,
 * and the person's own work. A handful of indexed statements in one read-only transaction, sent in one flush; what would have to count
 * thousands of records comes from the rollups that every change keeps up to date (`rollup.ts`).
 */
import { cachedRead } from '@main/entities/cache';
import type { EntityContext, SqlClient } from '@main/entities/context';
import { readScope } from '@main/entities/read';
import { together } from '@main/entities/together';
import type { MyWork, Posture, PostureCounts } from '@shared/wire/home';
import { readDue } from './due';
import { OPEN_ACTIONS, OPEN_PLANS, SETTLED_FINDINGS } from './open';
import { quarterStart, readOpenFindings } from './open-findings';
import { type ControlRow, RESULT_KEYS, readLiveRollup, readRollup } from './rollup';

/** What the figures are read from. */
const TABLES = [
  ...['controls', 'requirements', 'regulations', 'control_requirements'],
  ...['findings', 'actions', 'control_tests', 'audit_plans'],
];
/** Ages grow by themselves. */
const MAX_AGE_MS = 60_000;

/** The posture as of the context's clock; at most a minute old where nothing has changed. */
export async function readPosture(ctx: EntityContext): Promise<Posture> {
  const facts = { today: ctx.clock.today(), now: ctx.clock.now().toISOString(), me: ctx.session.personId };
  const scope = readScope(ctx, ['controls', 'requirements', 'findings', 'actions', 'controlTests', 'auditPlans']);
  const question = ['posture', facts.today];
  return cachedRead(ctx, scope, { question, tables: TABLES, maxAgeMs: MAX_AGE_MS }, async (tx) => {
    const [rollup, titles, open, due, myWork, plans] = await together(
      readRollup(tx, quarterStart(facts.today)),
      readFamilyTitles(tx),
      readOpenFindings(tx, facts),
      readDue(tx, facts.today),
      readMyWork(tx, facts.me, ctx.session.functions.includes('auditor')),
      readPlans(tx),
    );
    // Only where a transaction of another kind than ours made the joined figures unsure, until the next upkeep.
    const live = rollup.stale ? await readLiveRollup(tx) : rollup;
    return {
      ...tallyControls(live.controls, titles),
      requirements: live.requirements,
      findings: { ...open, verifiedThisQuarter: rollup.verified },
      due,
      myWork,
      audits: plans.map((plan) => ({ ...plan, ...(live.programmes.get(plan.id) ?? { tests: 0, tested: 0 }) })),
      asOf: facts.now,
    };
  });
}

type Tally = { -readonly [K in keyof PostureCounts]: number };
const noTally = (): Tally => ({ effective: 0, partial: 0, ineffective: 0, notTested: 0, notApplicable: 0, total: 0 });

/** Controls by family, over all, and the key ones among them. */
function tallyControls(rows: readonly ControlRow[], titleOf: ReadonlyMap<string, string>) {
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

async function readFamilyTitles(tx: SqlClient): Promise<ReadonlyMap<string, string>> {
  const { rows } = await tx.query<{ family: string; title: string }>(
    `SELECT DISTINCT ON (q.family) q.family, q.title FROM requirements q
     WHERE q.kind = 'group' AND q.archived_at IS NULL AND q.family IS NOT NULL AND q.title IS NOT NULL
     ORDER BY q.family, q.depth, q.order_index, q.id`,
  );
  return new Map(rows.map(({ family, title }) => [family, title]));
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

type PlanRow = Omit<Posture['audits'][number], 'tests' | 'tested'>;
const MAX_AUDITS = 50;

/** Plans under way; the one that ends first comes first. */
async function readPlans(tx: SqlClient): Promise<PlanRow[]> {
  const { rows } = await tx.query<PlanRow & Record<string, unknown>>(
    `SELECT p.id, p.ref, p.audit_name AS title, p.status, p.end_date AS "endDate"
     FROM audit_plans p
     WHERE p.archived_at IS NULL AND p.status = ANY($1::text[])
     ORDER BY p.end_date NULLS LAST, p.ref, p.id LIMIT ${MAX_AUDITS}`,
    [OPEN_PLANS],
  );
  return rows;
}
