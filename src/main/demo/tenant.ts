/** Fills one tenant of the demonstration: framework, controls, audits with their tests, findings and actions. */
import { AuditOps } from '@main/domains/auditops';
import { ENTITY_HOOKS } from '@main/domains/hooks';
import { applyImport, parseCatalog } from '@main/domains/regops/oscal';
import { addDays, type EntityContext } from '@main/entities/context';
import { EntityService } from '@main/entities/service';
import type { EntityRow } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { TenantFunction } from '@shared/roles';
import { v7 as uuidv7 } from 'uuid';
import { makeAssessments } from './assessments';
import { bringDataCare } from './catalogs';
import { type DemoAudit, type DemoFinding, type DemoTest, demoCatalogue, type TenantContent } from './content';
import { fillFieldwork } from './fieldwork';
import { Records } from './records';
import { makeReport } from './reports';
import { makeViews } from './views';

export interface TenantToFill {
  readonly content: TenantContent;
  readonly today: string;
  /** The context of the tenant's first person with that function, or of the one named. */
  readonly as: (fn: TenantFunction, local?: string) => EntityContext;
  /** The function that a person of the tenant has. */
  readonly functionOf: (local: string) => TenantFunction;
  /** A person's id by the local part of the address. */
  readonly person: (local: string) => string;
}

export async function fillTenant(fill: TenantToFill): Promise<void> {
  const service = new EntityService(ENTITY_HOOKS);
  const records = new Records(service);
  const compliance = fill.as('compliance');
  const { regulation } = await applyImport(compliance, uuidv7(), parseCatalog(demoCatalogue.text, demoCatalogue));
  await bringDataCare(compliance, records, regulation.id);
  await bringControls(fill, records);
  const controls = byRef(await records.all(compliance, 'controls'));
  await makeEarlierTests(fill, records, controls);
  for (const audit of fill.content.audits) await makeAudit(fill, records, audit, regulation.id, controls);
  await makeFindings(fill, records, controls);
  const { fieldwork } = fill.content;
  if (fieldwork) await fillFieldwork({ ...fill, content: fieldwork }, records);
  await endAudits(fill, records);
  await makeAssessments(fill, records, regulation.id);
  await makeViews(service, fill.as);
}

type Controls = ReadonlyMap<string, EntityRow<'controls'>>;

function byRef(rows: readonly EntityRow<'controls'>[]): Controls {
  return new Map(rows.flatMap((row) => (row.ref === null ? [] : [[row.ref, row] as const])));
}

function known<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new CodedError('NOT_FOUND', { what: `The demonstration names ${what}, which is not there` });
  return found;
}

async function bringControls({ content, today, as, person }: TenantToFill, records: Records): Promise<void> {
  const ctx = as('compliance');
  const controls = byRef(await records.all(ctx, 'controls'));
  for (const { ref, status, owner, nextTest, ...values } of content.controls) {
    const row = known(controls.get(ref), `the control ${ref}`);
    const ownerId = owner === undefined ? undefined : person(owner);
    const wanted = { ...values, ownerId, nextTest: nextTest === undefined ? undefined : addDays(today, nextTest) };
    await records.bring(ctx, 'controls', row, wanted, status);
  }
}

/** What makes the history of a control: tests that belong to no audit which is still here. */
async function makeEarlierTests({ content, today, as }: TenantToFill, records: Records, controls: Controls): Promise<void> {
  const ctx = as('auditor');
  const there = (await records.all(ctx, 'controlTests')).filter(({ auditPlanId }) => auditPlanId === null);
  for (const { control, results } of content.earlierTests ?? []) {
    const { id, name } = known(controls.get(control), `the control ${control}`);
    for (const [date, operating] of results) {
      const testDate = addDays(today, date);
      if (there.some((test) => test.controlId === id && test.testDate === testDate)) continue;
      const test = { controlId: id, title: `${control} ${name}`, testDate, testedBy: ctx.session.personId };
      await records.create(
        ctx,
        'controlTests',
        { ...test, designEffectiveness: 'effective', operatingEffectiveness: operating },
        'done',
      );
    }
  }
}

async function makeAudit(
  { today, as, person }: TenantToFill,
  records: Records,
  audit: DemoAudit,
  regulationId: string,
  controls: Controls,
): Promise<void> {
  const ctx = as('auditor');
  const there = (await records.all(ctx, 'auditPlans')).find((plan) => plan.auditName === audit.name);
  if (there?.status === audit.status && audit.status !== 'fieldwork') return;
  const start = audit.tests.length > 0 ? 'fieldwork' : audit.status;
  const planId =
    there?.id ??
    (await records.create(
      ctx,
      'auditPlans',
      {
        auditName: audit.name,
        auditType: audit.type,
        regulationId,
        scope: audit.scope,
        objective: audit.objective,
        startDate: addDays(today, audit.start),
        endDate: addDays(today, audit.end),
        leadId: person(audit.lead),
      },
      start,
    ));
  if (audit.tests.length > 0) {
    const controlIds = audit.tests.map((test) => known(controls.get(test.control), `the control ${test.control}`).id);
    await new AuditOps().planProgramme(ctx, { opId: uuidv7(), planId, regulationId, controlIds });
    const tests = (await records.all(ctx, 'controlTests')).filter((test) => test.auditPlanId === planId);
    for (const test of audit.tests) await bringTest(records, ctx, test, today, tests, controls);
  }
}

/** An audit that is reported takes no more findings in, so its state comes last. */
async function endAudits({ content, as }: TenantToFill, records: Records): Promise<void> {
  const ctx = as('auditor');
  const plans = await records.all(ctx, 'auditPlans');
  for (const audit of content.audits) {
    const plan = known(
      plans.find((row) => row.auditName === audit.name),
      audit.name,
    );
    await makeReport(ctx, records, plan, audit.status);
    await records.bring(ctx, 'auditPlans', plan, {}, audit.status);
  }
}

async function bringTest(
  records: Records,
  ctx: EntityContext,
  test: DemoTest,
  today: string,
  tests: readonly EntityRow<'controlTests'>[],
  controls: Controls,
): Promise<void> {
  const row = known(testOf(test.control, tests, controls), `a test of ${test.control}`);
  const wanted = {
    designEffectiveness: test.design,
    designNotes: test.designNotes,
    operatingEffectiveness: test.operating,
    operatingNotes: test.operatingNotes,
    testDate: test.date === undefined ? undefined : addDays(today, test.date),
    testedBy: ctx.session.personId,
  };
  await records.bring(ctx, 'controlTests', row, wanted, test.status);
}

function testOf(
  ref: string,
  tests: readonly EntityRow<'controlTests'>[],
  controls: Controls,
): EntityRow<'controlTests'> | undefined {
  const control = controls.get(ref);
  return control && tests.find((test) => test.controlId === control.id);
}

/** Oldest first, so that their numbers rise with time as they would have. */
async function makeFindings({ content, today, as, person }: TenantToFill, records: Records, controls: Controls): Promise<void> {
  const ctx = as('auditor');
  const plans = await records.all(ctx, 'auditPlans');
  const tests = await records.all(ctx, 'controlTests');
  const there = await records.all(ctx, 'findings');
  const actions = await records.all(ctx, 'actions');
  for (const finding of [...content.findings].sort((a, b) => b.age - a.age)) {
    const plan = known(
      plans.find((row) => row.auditName === finding.audit),
      `the audit ${finding.audit}`,
    );
    const inPlan = tests.filter((test) => test.auditPlanId === plan.id);
    const wanted = {
      ...textsOf(finding),
      auditPlanId: plan.id,
      controlId: known(controls.get(finding.control), `the control ${finding.control}`).id,
      controlTestId: testOf(finding.control, inPlan, controls)?.id,
      ownerId: finding.owner === null ? undefined : person(finding.owner),
      dueDate: finding.due === null ? undefined : addDays(today, finding.due),
    };
    const row = there.find((one) => one.title === finding.title);
    if (row) await records.bring(ctx, 'findings', row, {}, finding.status);
    const findingId = row?.id ?? (await records.create(ctx, 'findings', wanted, finding.status));
    for (const { title, owner, due, status } of finding.actions) {
      if (actions.some((one) => one.findingId === findingId && one.title === title)) continue;
      const values = { title, findingId, ownerId: person(owner), dueDate: addDays(today, due) };
      await records.create(ctx, 'actions', values, status);
    }
  }
}

function textsOf({ title, kind, severity, criteria, condition, cause, effect, recommendation, managementResponse }: DemoFinding) {
  return { title, kind, severity, criteria, condition, cause, effect, recommendation, managementResponse };
}
