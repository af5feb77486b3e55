/**
 * The timeline of one audit: plan dates and milestones, tests concluded, findings raised, extended and settled, evidence, requests,
 * sign-offs and reports, from the records; and the steps of the audit itself, from the trail. What the person does not see is not told.
 */

import type { EntityContext, SqlClient } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import { readRow, readScope, recordIdSchema } from '@main/entities/read';
import { PLAN_STATUS, TEST_RESULT } from '@shared/entities/auditops/options';
import type { EnumOption } from '@shared/entities/fields';
import { optionLabel } from '@shared/entities/option-label';
import type { EntityRow } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { AuditStory, StoryEvent, StoryKind } from '@shared/wire/story';

/** An audit with more than this is told by its newest events. */
const MAX_EVENTS = 2_000;

type Found = StoryEvent & Record<string, unknown>;

/** NOT_FOUND where the person sees no such audit. */
export async function auditStory(ctx: EntityContext, planId: string): Promise<AuditStory> {
  const id = parseInput(recordIdSchema, planId);
  return ctx.database.withTenant(
    readScope(ctx, ['auditPlans', 'controlTests', 'findings', 'auditEvidence', 'evidenceRequests', 'auditReports']),
    async (tx) => {
      const found = await readRow<EntityRow<'auditPlans'>>(tx, 'auditPlans', id);
      if (!found) throw new CodedError('NOT_FOUND', { entity: 'auditPlans', id });
      const plan = found.row;
      const happened = await readEvents(tx, id);
      const events = [...happened.map(worded), ...planned(plan)].sort(
        (a, b) => a.day.localeCompare(b.day) || (a.at ?? '').localeCompare(b.at ?? '') || a.title.localeCompare(b.title),
      );
      const days = [...events.map(({ day }) => day), plan.startDate, plan.endDate].filter((day) => day !== null).sort();
      return {
        from: days[0] ?? null,
        to: days.at(-1) ?? null,
        fieldworkStart: plan.fieldworkStart,
        fieldworkEnd: plan.fieldworkEnd,
        today: ctx.clock.today(),
        events: events.slice(-MAX_EVENTS),
        cut: events.length > MAX_EVENTS,
      };
    },
  );
}

/** The plan's own dates are of no record but the plan. */
function planned(plan: EntityRow<'auditPlans'>): StoryEvent[] {
  const dates: readonly (readonly [string, string | null])[] = [
    ['Planned to begin', plan.startDate],
    ['Fieldwork begins', plan.fieldworkStart],
    ['Fieldwork ends', plan.fieldworkEnd],
    ['Report is due', plan.reportDate],
    ['Planned to end', plan.endDate],
  ];
  const title = [plan.ref, plan.auditName].filter(Boolean).join(' ');
  return dates.flatMap(([what, day]): StoryEvent[] =>
    day === null
      ? []
      : [{ kind: 'plan', day, at: null, what, title, entity: 'auditPlans', id: plan.id, by: null, weighs: false }],
  );
}

const label = (options: readonly EnumOption[], value: string) => optionLabel(options, value).toLowerCase();

/** The words of values that SQL gives as they are stored. */
function worded({ what, ...event }: StoryEvent): StoryEvent {
  const [verb = '', value] = what.split('|');
  if (value === undefined) return { ...event, what };
  const options: Readonly<Partial<Record<StoryKind, readonly EnumOption[]>>> = {
    plan: PLAN_STATUS,
    test: TEST_RESULT,
    finding: TEST_RESULT,
  };
  return { ...event, what: `${verb} ${label(options[event.kind] ?? [], value)}` };
}

async function readEvents(tx: SqlClient, planId: string): Promise<readonly StoryEvent[]> {
  const { rows } = await tx.query<Found>(
    `WITH tests AS (SELECT t.* FROM control_tests t WHERE t.audit_plan_id = $1::uuid AND t.archived_at IS NULL),
       found AS (SELECT f.* FROM findings f WHERE f.archived_at IS NULL
         AND (f.audit_plan_id = $1::uuid OR f.control_test_id IN (SELECT id FROM tests))),
       shown AS (SELECT e.* FROM audit_evidence e WHERE e.archived_at IS NULL
         AND (e.audit_plan_id = $1::uuid OR e.control_test_id IN (SELECT id FROM tests) OR e.finding_id IN (SELECT id FROM found))),
       asked AS (SELECT r.* FROM evidence_requests r WHERE r.archived_at IS NULL
         AND (r.audit_plan_id = $1::uuid OR r.control_test_id IN (SELECT id FROM tests))),
       events (kind, day, at, what, title, entity, id, person, weighs) AS (
         SELECT 'plan', m.done_on, NULL::timestamptz, 'Milestone reached', m.title, 'auditMilestones', m.id, NULL::uuid, false
         FROM audit_milestones m WHERE m.audit_plan_id = $1::uuid AND m.archived_at IS NULL AND m.done_on IS NOT NULL
         UNION ALL SELECT 'plan', m.due_date, NULL, 'Milestone due', m.title, 'auditMilestones', m.id, NULL, false
         FROM audit_milestones m WHERE m.audit_plan_id = $1::uuid AND m.archived_at IS NULL AND m.done_on IS NULL
         UNION ALL SELECT 'plan', NULL, l.at, 'Now|' || (l.new_values ->> 'status'), concat_ws(' ', p.ref, p.audit_name), 'auditPlans', p.id, l.actor, false
         FROM trail l JOIN audit_plans p ON p.id = $1::uuid
         WHERE l.origin = 'tenant' AND l.resource_type = 'audit_plans' AND l.resource_id = $1::uuid AND l.action = 'update'
           AND l.new_values ->> 'status' <> l.old_values ->> 'status'
         UNION ALL SELECT 'test', t.test_date, NULL, 'Concluded:|' || t.test_result, concat_ws(' ', t.ref, t.title), 'controlTests', t.id, t.tested_by,
           t.test_result = 'ineffective' FROM tests t WHERE t.status = 'done'
         UNION ALL SELECT 'finding', NULL, f.created_at, 'Raised', concat_ws(' ', f.ref, f.title), 'findings', f.id, f.created_by, true FROM found f
         UNION ALL SELECT 'finding', f.responded_on, NULL, 'Management answered', concat_ws(' ', f.ref, f.title), 'findings', f.id, f.responded_by, false
         FROM found f WHERE f.responded_on IS NOT NULL
         UNION ALL SELECT 'finding', NULL, x.created_at, 'Date extended', concat_ws(' ', f.ref, f.title), 'findings', f.id, x.created_by, true
         FROM finding_extensions x JOIN found f ON f.id = x.finding_id
         UNION ALL SELECT 'finding', t.test_date, NULL, 'Retested:|' || t.test_result, concat_ws(' ', f.ref, f.title), 'controlTests', t.id, t.tested_by,
           t.test_result <> 'effective' FROM control_tests t JOIN found f ON f.id = t.retest_of_id WHERE t.status = 'done' AND t.archived_at IS NULL
         UNION ALL SELECT 'finding', NULL, f.settled_at, 'Settled', concat_ws(' ', f.ref, f.title), 'findings', f.id, NULL, false
         FROM found f WHERE f.settled_at IS NOT NULL
         UNION ALL SELECT 'evidence', NULL, e.uploaded_at, 'Evidence filed', concat_ws(' ', e.ref, e.title), 'auditEvidence', e.id, e.uploaded_by, false FROM shown e
         UNION ALL SELECT 'request', NULL, r.created_at, 'Asked for evidence', concat_ws(' ', r.ref, r.title), 'evidenceRequests', r.id, r.created_by, false FROM asked r
         UNION ALL SELECT 'request', NULL, r.answered_at, 'Request answered', concat_ws(' ', r.ref, r.title), 'evidenceRequests', r.id, r.asked_of, false
         FROM asked r WHERE r.answered_at IS NOT NULL
         UNION ALL SELECT 'request', NULL, r.decided_at, 'Answer ' || CASE r.status WHEN 'accepted' THEN 'accepted' WHEN 'rejected' THEN 'rejected' ELSE 'decided' END,
           concat_ws(' ', r.ref, r.title), 'evidenceRequests', r.id, r.decided_by, r.status = 'rejected' FROM asked r WHERE r.decided_at IS NOT NULL
         UNION ALL SELECT 'signOff', NULL, s.created_at, 'Signed as ' || s.kind, w.what, w.entity, w.id, s.created_by, false
         FROM sign_offs s JOIN (
           SELECT p.id, concat_ws(' ', p.ref, p.audit_name) AS what, 'auditPlans' AS entity FROM audit_plans p WHERE p.id = $1::uuid
           UNION ALL SELECT t.id, concat_ws(' ', t.ref, t.title), 'controlTests' FROM tests t
           UNION ALL SELECT f.id, concat_ws(' ', f.ref, f.title), 'findings' FROM found f) w ON w.id = s.resource_id
         UNION ALL SELECT 'report', NULL, r.created_at, 'Report begun', concat_ws(' ', r.ref, r.title), 'auditReports', r.id, r.created_by, false
         FROM audit_reports r WHERE r.audit_plan_id = $1::uuid AND r.archived_at IS NULL
         UNION ALL SELECT 'report', NULL, r.issued_at, 'Report issued', concat_ws(' ', r.ref, r.title), 'auditReports', r.id, r.issued_by, true
         FROM audit_reports r WHERE r.audit_plan_id = $1::uuid AND r.issued_at IS NOT NULL AND r.archived_at IS NULL)
     SELECT e.kind, coalesce(e.day, (e.at AT TIME ZONE 'UTC')::date)::text AS day, e.at, e.what, e.title, e.entity, e.id,
       o.display_name AS by, e.weighs
     FROM events e LEFT JOIN people o ON o.id = e.person
     ORDER BY 2 DESC, e.at DESC NULLS LAST LIMIT ${MAX_EVENTS + 1}`,
    [planId],
  );
  return rows;
}
