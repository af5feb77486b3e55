/**
 * The demonstration's findings and how they were followed up: what management answered, dates that moved and why, actions, retests that
 * verified or sent back, and a finding that came back. By the operations of the window; what is there stays.
 */
import { addDays, type EntityContext } from '@main/entities/context';
import type { EntityRow } from '@shared/entities/registry';
import type { DemoFinding } from './content';
import { type Controls, known, testOf } from './known';
import type { Records } from './records';
import type { TenantToFill } from './tenant';

type Test = EntityRow<'controlTests'>;

/** Oldest first, so that their numbers rise with time as they would have. */
export async function makeFindings(fill: TenantToFill, records: Records, controls: Controls): Promise<void> {
  const { content, today, as, person } = fill;
  const ctx = as('auditor');
  const plans = await records.all(ctx, 'auditPlans');
  const tests = await records.all(ctx, 'controlTests');
  const there = await records.all(ctx, 'findings');
  const actions = await records.all(ctx, 'actions');
  const ids = new Map(there.map((row) => [row.title, row.id]));
  for (const finding of [...content.findings].sort((a, b) => b.age - a.age)) {
    const plan = known(
      plans.find((row) => row.auditName === finding.audit),
      `the audit ${finding.audit}`,
    );
    const inPlan = tests.filter((test) => test.auditPlanId === plan.id);
    const ownerId = finding.owner === null ? undefined : person(finding.owner);
    const due = finding.extended?.[0]?.was ?? finding.due;
    const wanted = {
      ...textsOf(finding),
      auditPlanId: plan.id,
      controlId: known(controls.get(finding.control), `the control ${finding.control}`).id,
      controlTestId: testOf(finding.control, inPlan, controls)?.id,
      ownerId,
      dueDate: due === null ? undefined : addDays(today, due),
      responseKind: finding.response?.kind,
      respondedBy: finding.response ? ownerId : undefined,
      respondedOn: finding.response ? addDays(today, -finding.response.ago) : undefined,
      repeatOfId: finding.repeats === undefined ? undefined : known(ids.get(finding.repeats), finding.repeats),
    };
    const row = there.find((one) => one.title === finding.title);
    // a retest moves a finding from here by itself
    const status = finding.retest ? 'resolved' : finding.status;
    const decided = row && tests.some((test) => test.retestOfId === row.id && test.status === 'done');
    if (row && !decided) await records.bring(ctx, 'findings', row, {}, status);
    const findingId = row?.id ?? (await records.create(ctx, 'findings', wanted, status));
    ids.set(finding.title, findingId);
    for (const { title, owner, due: until, status: state } of finding.actions) {
      if (actions.some((one) => one.findingId === findingId && one.title === title)) continue;
      const values = { title, findingId, ownerId: person(owner), dueDate: addDays(today, until) };
      await records.create(ctx, 'actions', values, state);
    }
    await extend(ctx, records, finding, findingId, today);
    if (finding.retest && !decided) await retest(ctx, records, finding, { findingId, tests, today });
  }
}

function textsOf({ title, kind, severity, criteria, condition, cause, effect, recommendation, managementResponse }: DemoFinding) {
  return { title, kind, severity, criteria, condition, cause, effect, recommendation, managementResponse };
}

/** From date to date, as often as it was. */
async function extend(ctx: EntityContext, records: Records, finding: DemoFinding, findingId: string, today: string) {
  const moves = finding.extended ?? [];
  if (moves.length === 0 || finding.due === null) return;
  const dates = [...moves.slice(1).map(({ was }) => was), finding.due];
  for (const [nth, { reason }] of moves.entries()) {
    const row = await records.one(ctx, 'findings', findingId);
    if (row.extensionCount > nth) continue;
    await records.bring(ctx, 'findings', row, { dueDate: addDays(today, dates[nth] ?? finding.due) }, undefined, reason);
  }
}

interface Retested {
  readonly findingId: string;
  readonly tests: readonly Test[];
  readonly today: string;
}

/** Outside of the audits, which have ended or have their programme. */
async function retest(ctx: EntityContext, records: Records, finding: DemoFinding, { findingId, tests, today }: Retested) {
  const { result = 'open', ago = 0 } = finding.retest ?? {};
  const begun = tests.find((test) => test.retestOfId === findingId);
  const testDate = addDays(today, -ago);
  const id =
    begun?.id ??
    (await records.create(ctx, 'controlTests', {
      title: `Retest of ${finding.title}`,
      retestOfId: findingId,
      testDate: today,
      testedBy: ctx.session.personId,
      procedure: finding.recommendation,
    }));
  if (result === 'open') return;
  const row = await records.one(ctx, 'controlTests', id);
  const wanted = { designEffectiveness: 'effective', operatingEffectiveness: result, testDate, testedBy: ctx.session.personId };
  await records.bring(ctx, 'controlTests', row, wanted, 'done');
}
