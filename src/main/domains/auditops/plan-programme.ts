/**
 * Plans a programme: one control test for each control in scope that the plan does not test yet, with the requirement it is
 * tested against and a drafted procedure. One operation: all tests or none, and the same again makes nothing new.
 */
import { functionFor } from '@main/entities/access';
import { naturalOrder } from '@main/entities/columns';
import type { EntityContext, SqlClient } from '@main/entities/context';
import { invalid, parseInput } from '@main/entities/faults';
import { readRow } from '@main/entities/read';
import { parseStored } from '@main/entities/results';
import { updateWithin } from '@main/entities/write';
import { withLedger } from '@main/sync/ledger';
import type { EntityRow } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import { type PlanFromResult, planFromInputSchema } from '@shared/wire/audits';
import { z } from 'zod';
import { partsBelow } from './parts';
import { draftProcedure } from './procedure';
import { narrowCondition } from './programme';

export type PlanProgrammeInput = z.input<typeof planFromInputSchema>;
type Scope = z.output<typeof planFromInputSchema>;

const resultSchema: z.ZodType<PlanFromResult> = z.object({ planId: z.guid(), created: z.int(), present: z.int() });

/** Plans whose programme may still grow. */
const OPEN_STATES = ['planned', 'fieldwork', 'review'];
const MAX_TITLE = 255;

/**
 * Makes the tests. Scope is the plan's regulation (or the one given) narrowed by families, a control set and single controls.
 * Throws NOT_FOUND, STATE_FORBIDS (closed or archived plan), INPUT_INVALID (no scope at all), ROLE_FORBIDS.
 */
export async function planProgramme(ctx: EntityContext, input: PlanProgrammeInput): Promise<PlanFromResult> {
  const scope = parseInput(planFromInputSchema, input);
  const { result, repeated } = await withLedger<PlanFromResult>(
    ctx,
    {
      opId: scope.opId,
      body: { command: 'planProgramme', ...scope },
      entity: 'auditPlans',
      entityId: scope.planId,
      function: functionFor(ctx.session, [
        ['controlTests', 'create'],
        ['auditPlans', 'update'],
      ]),
    },
    (stored) => parseStored(resultSchema, stored),
    (tx) => plan(tx, ctx, scope),
  );
  if (!repeated && result.created > 0) ctx.onChanged?.(['controlTests', 'auditPlans']);
  else if (!repeated && scope.startFieldwork) ctx.onChanged?.(['auditPlans']);
  return result;
}

async function plan(tx: SqlClient, ctx: EntityContext, scope: Scope): Promise<PlanFromResult> {
  // The lock makes two planners of one audit wait for each other, so that no control is tested twice.
  const found = await readRow<EntityRow<'auditPlans'>>(tx, 'auditPlans', scope.planId, true);
  if (!found) throw new CodedError('NOT_FOUND', { entity: 'auditPlans', id: scope.planId });
  const auditPlan = found.row;
  if (found.archived || !OPEN_STATES.includes(auditPlan.status)) {
    throw new CodedError('STATE_FORBIDS', { entity: 'auditPlans', state: found.archived ? 'archived' : auditPlan.status });
  }
  const regulationId = scope.regulationId ?? auditPlan.regulationId;
  const controls = await controlsInScope(tx, scope, regulationId);
  const missing = controls.filter((control) => !control.present);
  if (missing.length > 0) await insertTests(tx, ctx, auditPlan, missing);
  if (scope.startFieldwork && auditPlan.status === 'planned') {
    const change = { baseVersion: auditPlan.rowVersion, base: {}, patch: { status: 'fieldwork' } };
    await updateWithin(tx, ctx, { entity: 'auditPlans', id: auditPlan.id }, change);
  }
  return { planId: auditPlan.id, created: missing.length, present: controls.length - missing.length };
}

interface ControlInScope extends Record<string, unknown> {
  readonly id: string;
  readonly ref: string | null;
  readonly name: string;
  readonly family: string | null;
  /** The requirement that the control meets most closely; null where it meets none. */
  readonly requirementId: string | null;
  readonly requirementRef: string | null;
  readonly requirementText: string | null;
  readonly present: boolean;
}

/** Live controls in scope, in the order in which they are worked through, with the requirement each is tested against. */
async function controlsInScope(tx: SqlClient, scope: Scope, regulationId: string | null): Promise<ControlInScope[]> {
  if (!regulationId && !scope.controlSetId && scope.controlIds.length === 0 && scope.families.length === 0) {
    throw invalid([{ path: 'regulationId', message: 'needs a regulation, a control set, families or controls' }]);
  }
  const { rows } = await tx.query<ControlInScope>(
    `SELECT c.id, c.ref, c.name, c.family, q.id AS "requirementId", q.ref_id AS "requirementRef", q.text AS "requirementText",
            EXISTS (SELECT 1 FROM control_tests t
                    WHERE t.control_id = c.id AND t.audit_plan_id = $1::uuid AND t.archived_at IS NULL) AS present
     FROM controls c
     LEFT JOIN control_sets s ON s.id = c.control_set_id
     LEFT JOIN LATERAL (
       SELECT r.id, r.ref_id, r.text FROM control_requirements m JOIN requirements r ON r.id = m.requirement_id
       WHERE m.control_id = c.id AND m.archived_at IS NULL AND m.relation <> 'not_related' AND r.archived_at IS NULL
         AND ($2::uuid IS NULL OR r.regulation_id = $2::uuid)
       ORDER BY m.strength DESC, r.order_index, r.id LIMIT 1
     ) q ON true
     WHERE c.archived_at IS NULL AND c.status <> 'deprecated'
       AND ($2::uuid IS NULL OR q.id IS NOT NULL OR s.regulation_id = $2::uuid OR c.id = ANY($5::uuid[]))
       AND ($3::uuid IS NULL OR c.control_set_id = $3::uuid)
       AND (cardinality($4::text[]) = 0 OR c.family = ANY($4::text[]))
       AND (cardinality($5::uuid[]) = 0 OR c.id = ANY($5::uuid[]))
       AND (c.id = ANY($5::uuid[]) OR (${narrowCondition(6)}))
     ORDER BY ${naturalOrder('c.family')} NULLS LAST, ${naturalOrder('c.ref')} NULLS LAST, c.name, c.id`,
    [scope.planId, regulationId, scope.controlSetId, scope.families, scope.controlIds, JSON.stringify(scope.narrow)],
  );
  return rows;
}

/** One statement for all tests, so that they are numbered in the order of the programme. */
async function insertTests(
  tx: SqlClient,
  ctx: EntityContext,
  auditPlan: EntityRow<'auditPlans'>,
  controls: readonly ControlInScope[],
): Promise<void> {
  const requirements = controls.flatMap((control) => (control.requirementId === null ? [] : [control.requirementId]));
  const parts = await partsBelow(tx, [...new Set(requirements)]);
  const rows = controls.map((control, at) => ({
    at,
    control_id: control.id,
    requirement_id: control.requirementId,
    family: control.family,
    title: testTitle(control),
    procedure:
      control.requirementId === null
        ? null
        : draftProcedure(
            { id: control.requirementId, refId: control.requirementRef ?? '', text: control.requirementText },
            parts.get(control.requirementId) ?? [],
          ),
  }));
  // The day by which a test is to be made, until it is made; whoever leads the audit has it until somebody else makes it.
  const due = auditPlan.endDate ?? auditPlan.startDate ?? ctx.clock.today();
  await tx.query(
    `INSERT INTO control_tests (audit_plan_id, control_id, requirement_id, family, title, procedure, status, test_date, tested_by)
     SELECT $1::uuid, n.control_id, n.requirement_id, n.family, n.title, n.procedure, 'to_do', $2::date,
            (SELECT p.id FROM people p WHERE p.id = $3::uuid AND p.active)
     FROM jsonb_to_recordset($4::jsonb)
       AS n (at integer, control_id uuid, requirement_id uuid, family text, title text, procedure text)
     ORDER BY n.at`,
    [auditPlan.id, due, auditPlan.leadId, JSON.stringify(rows)],
  );
}

function testTitle(control: ControlInScope): string {
  const title = [control.ref, control.name].filter((part) => part !== null && part !== '').join(' ');
  return title.length <= MAX_TITLE ? title : `${title.slice(0, MAX_TITLE - 1)}…`;
}
