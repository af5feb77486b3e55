/** How far an audit is, by state, person, week and test, and all audits side by side in time. */
import type { EntityContext, SqlClient } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import { readRow, readScope, recordIdSchema, selectRows } from '@main/entities/read';
import { together } from '@main/entities/together';
import { FINDING_SETTLED } from '@shared/entities/auditops/options';
import { REQUEST_WAITING } from '@shared/entities/auditops/request';
import type { EntityRow } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { AuditProgress, PersonProgress, TestCounts, TestHours, TimelinePlan, WeekProgress } from '@shared/wire/progress';

const COUNTS = `count(*)::integer AS total,
  (count(*) FILTER (WHERE t.test_result = 'effective'))::integer AS effective,
  (count(*) FILTER (WHERE t.test_result = 'partially_effective'))::integer AS partial,
  (count(*) FILTER (WHERE t.test_result = 'ineffective'))::integer AS ineffective,
  (count(*) FILTER (WHERE t.test_result = 'not_applicable'))::integer AS "notApplicable",
  (count(*) FILTER (WHERE t.test_result = 'not_tested'))::integer AS "notTested",
  (count(*) FILTER (WHERE t.status = 'to_do'))::integer AS "toDo",
  (count(*) FILTER (WHERE t.status = 'in_progress'))::integer AS "inProgress",
  (count(*) FILTER (WHERE t.status = 'in_review'))::integer AS "inReview",
  (count(*) FILTER (WHERE t.status = 'done'))::integer AS done`;
const NO_TESTS: TestCounts = {
  ...{ total: 0, effective: 0, partial: 0, ineffective: 0, notApplicable: 0, notTested: 0 },
  ...{ toDo: 0, inProgress: 0, inReview: 0, done: 0 },
};
const LIVE_TESTS = 'FROM control_tests t WHERE t.audit_plan_id = $1::uuid AND t.archived_at IS NULL';
const MAX_TESTS = 50;
const MAX_PLANS = 200;
const MAX_WEEKS = 53;

type Row<T> = T & Record<string, unknown>;

/** NOT_FOUND where there is no such plan. */
export async function auditProgress(ctx: EntityContext, planId: string): Promise<AuditProgress> {
  const id = parseInput(recordIdSchema, planId);
  const today = ctx.clock.today();
  return ctx.database.withTenant(
    readScope(ctx, ['auditPlans', 'controlTests', 'timeEntries', 'evidenceRequests']),
    async (tx) => {
      const found = await readRow<EntityRow<'auditPlans'>>(tx, 'auditPlans', id);
      if (!found) throw new CodedError('NOT_FOUND', { entity: 'auditPlans', id });
      const [total, people, tests, weeks, signed, sums, milestones] = await together(
        tx.query<Row<TestCounts>>(`SELECT ${COUNTS} ${LIVE_TESTS}`, [id]),
        readPeople(tx, id),
        readHours(tx, id),
        readWeeks(tx, id),
        tx.query<Row<{ state: string; tests: number }>>(
          `SELECT t.sign_state AS state, count(*)::integer AS tests ${LIVE_TESTS} GROUP BY 1`,
          [id],
        ),
        readSums(tx, id, today),
        selectRows<EntityRow<'auditMilestones'>>(
          tx,
          'auditMilestones',
          'WHERE t.audit_plan_id = $1::uuid AND t.archived_at IS NULL ORDER BY t.due_date, t.id',
          [id],
        ),
      );
      const { waiting, overdue, toDecide, accepted, ...others } = sums;
      return {
        plan: found.row,
        total: total.rows[0] ?? NO_TESTS,
        people,
        tests,
        weeks,
        signed: Object.fromEntries(signed.rows.map(({ state, tests: count }) => [state, count])),
        ...others,
        requests: { waiting, overdue, toDecide, accepted },
        milestones,
      };
    },
  );
}

/** Everybody of the team, and whoever else tests or spent time. */
async function readPeople(tx: SqlClient, planId: string): Promise<PersonProgress[]> {
  const { rows } = await tx.query<Row<PersonProgress>>(
    `WITH tests AS (SELECT t.tested_by AS person, ${COUNTS} ${LIVE_TESTS} GROUP BY 1),
       spent AS (SELECT e.person_id AS person, sum(e.minutes)::integer AS minutes FROM time_entries e
                 WHERE e.audit_plan_id = $1::uuid AND e.archived_at IS NULL GROUP BY 1),
       team AS (SELECT m.person_id AS person, m.team_role, m.budget_hours FROM audit_team m
                WHERE m.audit_plan_id = $1::uuid AND m.archived_at IS NULL),
       everybody AS (SELECT person FROM tests UNION SELECT person FROM spent UNION SELECT person FROM team)
     SELECT p.person AS "personId", team.team_role AS "teamRole", team.budget_hours * 60 AS "budgetMinutes",
       coalesce(spent.minutes, 0) AS "spentMinutes", coalesce(tests.total, 0) AS total, coalesce(tests.effective, 0) AS effective,
       coalesce(tests.partial, 0) AS partial, coalesce(tests.ineffective, 0) AS ineffective,
       coalesce(tests."notApplicable", 0) AS "notApplicable", coalesce(tests."notTested", 0) AS "notTested",
       coalesce(tests."toDo", 0) AS "toDo", coalesce(tests."inProgress", 0) AS "inProgress",
       coalesce(tests."inReview", 0) AS "inReview", coalesce(tests.done, 0) AS done
     FROM everybody p LEFT JOIN tests ON tests.person IS NOT DISTINCT FROM p.person
     LEFT JOIN spent ON spent.person = p.person LEFT JOIN team ON team.person = p.person
     ORDER BY array_position(ARRAY['lead', 'auditor', 'reviewer', 'observer'], team.team_role::text), coalesce(tests.total, 0) DESC, p.person`,
    [planId],
  );
  return rows;
}

async function readHours(tx: SqlClient, planId: string): Promise<TestHours[]> {
  const { rows } = await tx.query<Row<TestHours>>(
    `SELECT t.id AS "testId", t.ref, t.title, t.budget_minutes AS "budgetMinutes", coalesce(s.minutes, 0) AS "spentMinutes"
     FROM control_tests t LEFT JOIN LATERAL (
       SELECT sum(e.minutes)::integer AS minutes FROM time_entries e WHERE e.control_test_id = t.id AND e.archived_at IS NULL) s ON true
     WHERE t.audit_plan_id = $1::uuid AND t.archived_at IS NULL AND (t.budget_minutes IS NOT NULL OR s.minutes IS NOT NULL)
     ORDER BY coalesce(s.minutes, 0)::numeric / nullif(t.budget_minutes, 0) DESC NULLS LAST, s.minutes DESC NULLS LAST, t.ref LIMIT ${MAX_TESTS}`,
    [planId],
  );
  return rows;
}

/** Hours and results by the week that they were written down for. */
async function readWeeks(tx: SqlClient, planId: string): Promise<WeekProgress[]> {
  const { rows } = await tx.query<Row<WeekProgress>>(
    `WITH spent AS (
       SELECT date_trunc('week', e.spent_on::timestamp)::date AS week, sum(e.minutes)::integer AS minutes FROM time_entries e
       WHERE e.audit_plan_id = $1::uuid AND e.archived_at IS NULL GROUP BY 1),
     tested AS (
       SELECT date_trunc('week', t.test_date::timestamp)::date AS week, count(*)::integer AS tests ${LIVE_TESTS}
         AND t.test_result <> 'not_tested' GROUP BY 1)
     SELECT week::text, coalesce(spent.minutes, 0) AS "spentMinutes", coalesce(tested.tests, 0) AS tested
     FROM spent FULL JOIN tested USING (week) ORDER BY week DESC LIMIT ${MAX_WEEKS}`,
    [planId],
  );
  return [...rows].reverse();
}

interface Sums extends Record<string, unknown> {
  readonly spentMinutes: number;
  readonly openFindings: number;
  readonly openNotes: number;
  readonly waiting: number;
  readonly overdue: number;
  readonly toDecide: number;
  readonly accepted: number;
}

async function readSums(tx: SqlClient, planId: string, today: string): Promise<Sums> {
  const { rows } = await tx.query<Sums>(
    `SELECT
       (SELECT coalesce(sum(e.minutes), 0)::integer FROM time_entries e WHERE e.audit_plan_id = $1::uuid AND e.archived_at IS NULL) AS "spentMinutes",
       (SELECT count(*)::integer FROM findings f WHERE f.audit_plan_id = $1::uuid AND f.archived_at IS NULL AND f.status <> ALL($2::text[])) AS "openFindings",
       open_notes('audit_plans', $1::uuid) AS "openNotes", r.*
     FROM (
       SELECT (count(*) FILTER (WHERE r.status = ANY($3::text[])))::integer AS waiting,
              (count(*) FILTER (WHERE r.status = ANY($3::text[]) AND r.due_date < $4::date))::integer AS overdue,
              (count(*) FILTER (WHERE r.status = 'in_review'))::integer AS "toDecide",
              (count(*) FILTER (WHERE r.status = 'accepted'))::integer AS accepted
       FROM evidence_requests r LEFT JOIN control_tests t ON t.id = r.control_test_id
       WHERE coalesce(r.audit_plan_id, t.audit_plan_id) = $1::uuid AND r.archived_at IS NULL) r`,
    [planId, FINDING_SETTLED, REQUEST_WAITING, today],
  );
  const sums = rows[0];
  if (!sums) throw new CodedError('INTERNAL', {});
  return sums;
}

/** Audits that are not cancelled, by their start. */
export async function auditTimeline(ctx: EntityContext): Promise<TimelinePlan[]> {
  return ctx.database.withTenant(readScope(ctx, ['auditPlans', 'controlTests', 'auditMilestones', 'timeEntries']), async (tx) => {
    const { rows } = await tx.query<Row<TimelinePlan>>(
      `SELECT p.id, p.ref, p.audit_name AS "auditName", p.status, p.lead_id AS "leadId", p.start_date AS "startDate",
         p.end_date AS "endDate", p.fieldwork_start AS "fieldworkStart", p.fieldwork_end AS "fieldworkEnd",
         p.report_date AS "reportDate", p.budget_hours AS "budgetHours", n.tests, n.tested,
         (SELECT coalesce(sum(e.minutes), 0)::integer FROM time_entries e WHERE e.audit_plan_id = p.id AND e.archived_at IS NULL) AS "spentMinutes",
         (SELECT coalesce(json_agg(json_build_object('id', m.id, 'title', m.title, 'dueDate', m.due_date::text, 'done', m.done_on IS NOT NULL)
            ORDER BY m.due_date, m.id), '[]')
          FROM audit_milestones m WHERE m.audit_plan_id = p.id AND m.archived_at IS NULL) AS milestones
       FROM audit_plans p CROSS JOIN LATERAL (
         SELECT count(*)::integer AS tests, (count(*) FILTER (WHERE t.test_result <> 'not_tested'))::integer AS tested
         FROM control_tests t WHERE t.audit_plan_id = p.id AND t.archived_at IS NULL) n
       WHERE p.archived_at IS NULL AND p.status <> 'cancelled'
       ORDER BY coalesce(p.start_date, p.fieldwork_start, p.end_date) DESC NULLS LAST, p.ref DESC LIMIT ${MAX_PLANS}`,
    );
    return [...rows].reverse();
  });
}
