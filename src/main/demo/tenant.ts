/** Fills one tenant of the demonstration: framework, controls, audits with their tests, findings and actions. */
import { AuditOps } from '@main/domains/auditops';
import { ENTITY_HOOKS } from '@main/domains/hooks';
import { applyImport, parseCatalog } from '@main/domains/regops/oscal';
import { addDays, type EntityContext } from '@main/entities/context';
import { EntityService } from '@main/entities/service';
import type { PdfPrinter } from '@main/reports/document';
import type { EntityRow } from '@shared/entities/registry';
import type { TenantFunction } from '@shared/roles';
import { v7 as uuidv7 } from 'uuid';
import { makeAssessments } from './assessments';
import { bringDataCare } from './catalogs';
import { type DemoAudit, type DemoTest, demoCatalogue, type TenantContent } from './content';
import { fillFieldwork } from './fieldwork';
import { makeFindings } from './findings';
import { type Controls, known, testOf } from './known';
import { Records } from './records';
import { beginIssue, makeReport } from './reports';
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
  readonly name: string;
  /** Null where nothing can be printed. */
  readonly printer: PdfPrinter | null;
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
  const close = await endAudits(fill, records);
  await makeAssessments(fill, records, regulation.id);
  await makeViews(service, fill.as);
  await close();
}

function byRef(rows: readonly EntityRow<'controls'>[]): Controls {
  return new Map(rows.flatMap((row) => (row.ref === null ? [] : [[row.ref, row] as const])));
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
  // what was reported takes nothing in any more: a making that was cut short there goes on with the report
  if (there?.status === 'reported' || (there?.status === audit.status && audit.status !== 'fieldwork')) return;
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

/**
 * An audit that is reported takes no more findings in, so its state comes last. Gives what closes those whose report is issued first, for a
 * closed audit takes no report any more.
 */
async function endAudits({ content, as, name, printer }: TenantToFill, records: Records): Promise<() => Promise<void>> {
  const ctx = as('auditor');
  const plans = await records.all(ctx, 'auditPlans');
  const left: (() => Promise<void>)[] = [];
  for (const audit of content.audits) {
    const plan = known(
      plans.find((row) => row.auditName === audit.name),
      audit.name,
    );
    const reportId = await makeReport(ctx, records, plan, audit.status);
    const approver = content.fieldwork?.reviewer;
    if (audit.status !== 'closed' || plan.status === 'closed' || reportId === null || approver === undefined) {
      await records.bring(ctx, 'auditPlans', plan, {}, audit.status);
      continue;
    }
    await records.bring(ctx, 'auditPlans', plan, {}, 'reported');
    const issue = await beginIssue(reportId, { tenant: name, printer, lead: ctx, approver: as('auditor', approver) });
    left.push(async () => {
      await issue();
      const { rows } = await records.page(ctx, 'auditPlans', [{ field: 'auditName', op: 'eq', value: audit.name }]);
      await records.bring(ctx, 'auditPlans', known(rows[0], audit.name), {}, audit.status);
    });
  }
  return async () => {
    for (const close of left) await close();
  };
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
