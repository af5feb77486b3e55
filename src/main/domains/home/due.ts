/** What is due within a fortnight or late: findings, actions, tests, plans and the next tests of controls, the latest first. */
import { addDays, type SqlClient } from '@main/entities/context';
import type { EntityName } from '@shared/entities/registry';
import type { WorkItem } from '@shared/wire/home';
import { OPEN_ACTIONS, OPEN_PLANS, OPEN_TESTS, SETTLED_FINDINGS } from './open';

const DAYS_AHEAD = 14;
const MAX_ITEMS = 50;
/** No kind takes the whole list: a programme of 150 tests that all end on one day would hide everything else. */
const MAX_PER_KIND = 20;
const MAX_TESTS = 10;

interface Source {
  readonly entity: EntityName;
  /** Columns id, ref, title, status, due, owner of the live records that still wait, as a FROM … WHERE with alias `r`. */
  readonly select: string;
  readonly due: string;
  readonly limit: number;
}

/** A test that waits is due on its date; one under way has been made on that date and is due with its plan. */
const TEST_DUE = `CASE WHEN r.status = 'to_do' THEN r.test_date ELSE coalesce(p.end_date, r.test_date) END`;

const SOURCES: readonly Source[] = [
  {
    entity: 'findings',
    select: `r.ref, r.title, r.status, r.due_date AS due, r.owner_id AS owner FROM findings r WHERE r.status <> ALL($3::text[])`,
    due: 'r.due_date',
    limit: MAX_PER_KIND,
  },
  {
    entity: 'actions',
    select: `r.ref, r.title, r.status, r.due_date AS due, r.owner_id AS owner FROM actions r WHERE r.status = ANY($4::text[])`,
    due: 'r.due_date',
    limit: MAX_PER_KIND,
  },
  {
    entity: 'controlTests',
    select:
      `r.ref, r.title, r.status, ${TEST_DUE} AS due, r.tested_by AS owner FROM control_tests r ` +
      `LEFT JOIN audit_plans p ON p.id = r.audit_plan_id ` +
      `WHERE r.status = ANY($6::text[]) AND (p.id IS NULL OR (p.archived_at IS NULL AND p.status = ANY($5::text[])))`,
    due: TEST_DUE,
    limit: MAX_TESTS,
  },
  {
    entity: 'auditPlans',
    select:
      `r.ref, r.audit_name AS title, r.status, r.end_date AS due, r.lead_id AS owner FROM audit_plans r ` +
      `WHERE r.status = ANY($5::text[])`,
    due: 'r.end_date',
    limit: MAX_PER_KIND,
  },
  {
    entity: 'controls',
    select: `r.ref, r.name AS title, r.status, r.next_test AS due, r.owner_id AS owner FROM controls r WHERE r.status <> 'deprecated'`,
    due: 'r.next_test',
    limit: MAX_PER_KIND,
  },
];

const STATEMENT =
  `SELECT entity, id, ref, title, status, due AS "dueDate", owner AS "ownerId", (due - $1::date)::integer AS "daysLeft" FROM (` +
  SOURCES.map(
    ({ entity, select, due, limit }) =>
      `(SELECT '${entity}' AS entity, r.id, ${select} AND r.archived_at IS NULL AND ${due} <= $2::date ORDER BY ${due}, r.ref, r.id LIMIT ${limit})`,
  ).join(' UNION ALL ') +
  `) items ORDER BY due, entity, ref, id LIMIT ${MAX_ITEMS}`;

export async function readDue(tx: SqlClient, today: string): Promise<WorkItem[]> {
  const { rows } = await tx.query<WorkItem & Record<string, unknown>>(STATEMENT, [
    today,
    addDays(today, DAYS_AHEAD),
    SETTLED_FINDINGS,
    OPEN_ACTIONS,
    OPEN_PLANS,
    OPEN_TESTS,
  ]);
  return rows;
}
