/**
 * Brings one audit of the demonstration to life: its team and days, samples drawn and tested, requests in every state, sign-offs of
 * which one was overtaken by a change, and notes of the reviewer. By the same commands as the window's; what is there stays.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AUDITOPS_HOOKS } from '@main/domains/auditops';
import { answerRequest, askForEvidence, decideRequest } from '@main/domains/auditops/requests';
import { samplesOfTest } from '@main/domains/auditops/sampling';
import { drawSample } from '@main/domains/auditops/sampling/draw-sample';
import { readSignOffs, signRecord } from '@main/domains/auditops/sign-offs';
import { addDays, type EntityContext } from '@main/entities/context';
import type { EntityRow } from '@shared/entities/registry';
import type { TenantFunction } from '@shared/roles';
import { amountOf, amountText } from '@shared/sampling/amounts';
import { v7 as uuidv7 } from 'uuid';
import { type FieldworkContent, POPULATIONS } from './fieldwork-content';
import { known } from './known';
import type { Records } from './records';

export interface FieldworkToFill {
  readonly content: FieldworkContent;
  readonly today: string;
  readonly as: (fn: TenantFunction, local?: string) => EntityContext;
  readonly person: (local: string) => string;
  /** Which function a person has, to answer as. */
  readonly functionOf: (local: string) => TenantFunction;
}

type Test = EntityRow<'controlTests'>;

export async function fillFieldwork(fill: FieldworkToFill, records: Records): Promise<void> {
  const { content, today, as } = fill;
  const auditor = as('auditor');
  const plans = await records.all(auditor, 'auditPlans');
  const plan = known(
    plans.find((row) => row.auditName === content.audit),
    content.audit,
  );
  const controls = new Map((await records.all(auditor, 'controls')).map((row) => [row.ref, row.id]));
  const tests = (await records.all(auditor, 'controlTests')).filter((row) => row.auditPlanId === plan.id);
  const testOf = (ref: string): Test =>
    known(
      tests.find((row) => row.controlId === controls.get(ref)),
      ref,
    );

  const { scopeUnits, budgetHours, ...days } = content.plan;
  const dates = Object.fromEntries(Object.entries(days).map(([key, day]) => [key, addDays(today, day)]));
  const units = plan.scopeUnits.length === 0 ? { scopeUnits } : {};
  await records.bring(auditor, 'auditPlans', plan, { ...dates, budgetHours, ...units });
  await makeTeam(fill, records, plan.id);
  await makeDays(fill, records, plan.id, plans, testOf);
  for (const sample of content.samples) await makeSample(fill, records, sample, testOf(sample.control));
  await makeExceptions(fill, records, testOf);
  await makeMarks(fill, records, testOf);
  await makeRequests(fill, records, plan.id, testOf);
  await makeNotes(fill, records, testOf);
  await signTests(fill, records, testOf);
}

async function makeTeam({ content, as, person }: FieldworkToFill, records: Records, planId: string): Promise<void> {
  const auditor = as('auditor');
  const there = await records.all(auditor, 'auditTeam');
  const lead = { person: 'tomasz.wilk', role: 'lead', hours: content.leadHours, note: 'Lead auditor' } as const;
  for (const member of [lead, ...content.team]) {
    const personId = person(member.person);
    if (there.some((row) => row.auditPlanId === planId && row.personId === personId)) continue;
    await records.create(auditor, 'auditTeam', {
      auditPlanId: planId,
      personId,
      teamRole: member.role,
      budgetHours: member.hours ?? undefined,
      note: member.note,
    });
  }
}

async function makeDays(
  { content, today, as }: FieldworkToFill,
  records: Records,
  planId: string,
  plans: readonly EntityRow<'auditPlans'>[],
  testOf: (ref: string) => Test,
): Promise<void> {
  const auditor = as('auditor');
  const milestones = await records.all(auditor, 'auditMilestones');
  for (const { audit, title, due, done } of content.milestones) {
    if (milestones.some((row) => row.title === title && plans.find((plan) => plan.id === row.auditPlanId)?.auditName === audit))
      continue;
    const auditPlanId = known(
      plans.find((row) => row.auditName === audit),
      audit,
    ).id;
    const doneOn = done === undefined ? undefined : addDays(today, done);
    await records.create(auditor, 'auditMilestones', { auditPlanId, title, dueDate: addDays(today, due), doneOn });
  }
  for (const [ref, budgetMinutes] of Object.entries(content.budgets))
    await records.bring(auditor, 'controlTests', testOf(ref), { budgetMinutes });
  const entries = await records.all(auditor, 'timeEntries');
  for (const { control, day, minutes, note, by } of content.time) {
    if (entries.some((row) => row.note === note && row.spentOn === addDays(today, day))) continue;
    const controlTestId = control === null ? undefined : testOf(control).id;
    const ctx = by === undefined ? auditor : as('auditor', by);
    await records.create(ctx, 'timeEntries', {
      auditPlanId: planId,
      controlTestId,
      personId: ctx.session.personId,
      spentOn: addDays(today, day),
      minutes,
      note,
    });
  }
}

async function makeSample(
  { as }: FieldworkToFill,
  records: Records,
  sample: FieldworkContent['samples'][number],
  test: Test,
): Promise<void> {
  const auditor = as('auditor');
  if ((await samplesOfTest(auditor, test.id)).length === 0) {
    const folder = await mkdtemp(join(tmpdir(), 'kompl-demo-'));
    try {
      const name = `${sample.population}.json`;
      await writeFile(join(folder, name), POPULATIONS[sample.population]);
      const drawing = {
        method: sample.method,
        // the same in every demonstration, so that pictures of it do not differ
        seed: createHash('sha256').update(sample.title).digest('hex'),
        keyColumn: sample.key,
        amountColumn: sample.amount,
        decimalMark: '.' as const,
        size: sample.size,
        tolerableAmount: sample.tolerable ?? null,
      };
      const input = { opId: uuidv7(), sampleId: uuidv7(), controlTestId: test.id, title: sample.title, drawing };
      await drawSample(auditor, input, { path: join(folder, name), name });
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  const drawn = known((await samplesOfTest(auditor, test.id))[0], sample.title);
  for (const item of drawn.items.slice(0, sample.tested)) {
    const exception = sample.exceptions.find(({ position }) => position === item.position);
    const audited = exception?.audited;
    await records.bring(auditor, 'sampleItems', item, {
      result: exception ? 'exception' : 'pass',
      note: exception?.note,
      auditedAmount: audited === undefined || item.amount === null ? undefined : partOf(item.amount, audited),
    });
  }
  if (sample.conclusion !== null) await records.bring(auditor, 'samples', drawn.sample, { conclusion: sample.conclusion });
}

function partOf(amount: string, part: number): string {
  return amountText((amountOf(amount) * BigInt(Math.round(part * 100))) / 100n);
}

async function makeExceptions({ content, as }: FieldworkToFill, records: Records, testOf: (ref: string) => Test): Promise<void> {
  const auditor = as('auditor');
  const [there, findings] = [await records.all(auditor, 'testExceptions'), await records.all(auditor, 'findings')];
  for (const { control, position, finding, ...said } of content.exceptions) {
    if (there.some((row) => row.title === said.title)) continue;
    const controlTestId = testOf(control).id;
    const item =
      position === null
        ? undefined
        : known(
            (await samplesOfTest(auditor, controlTestId))[0]?.items.find((one) => one.position === position),
            `item ${position} of ${control}`,
          );
    const findingId =
      finding === null
        ? undefined
        : known(
            findings.find((row) => row.title === finding),
            finding,
          ).id;
    await records.create(auditor, 'testExceptions', { ...said, controlTestId, sampleItemId: item?.id, findingId });
  }
}

async function makeMarks({ content, as }: FieldworkToFill, records: Records, testOf: (ref: string) => Test): Promise<void> {
  const auditor = as('auditor');
  const legend = new Map((await records.all(auditor, 'tickMarks')).map((row) => [row.symbol, row.id]));
  for (const [symbol, meaning] of content.ticks)
    if (!legend.has(symbol)) legend.set(symbol, await records.create(auditor, 'tickMarks', { symbol, meaning }));
  const ticks = await records.all(auditor, 'ticks');
  for (const { control, tick, place, note } of content.marks) {
    if (ticks.some((row) => row.note === note)) continue;
    const tickMarkId = known(legend.get(tick), tick);
    await records.create(auditor, 'ticks', { controlTestId: testOf(control).id, tickMarkId, place, note });
  }
  const references = await records.all(auditor, 'crossReferences');
  for (const { control, to, place, note } of content.references) {
    if (references.some((row) => row.note === note)) continue;
    await records.create(auditor, 'crossReferences', { controlTestId: testOf(control).id, toTestId: testOf(to).id, place, note });
  }
}

async function makeRequests(
  fill: FieldworkToFill,
  records: Records,
  planId: string,
  testOf: (ref: string) => Test,
): Promise<void> {
  const { content, today, as, person, functionOf } = fill;
  const auditor = as('auditor');
  const there = await records.all(auditor, 'evidenceRequests');
  const missing = content.requests.filter(({ title }) => !there.some((row) => row.title === title));
  if (missing.length > 0) {
    const requests = missing.map(({ control, title, of, due }) => ({
      id: uuidv7(),
      title,
      auditPlanId: planId,
      controlTestId: testOf(control).id,
      askedOf: person(of),
      dueDate: addDays(today, due),
    }));
    await askForEvidence(auditor, AUDITOPS_HOOKS, { opId: uuidv7(), requests });
  }
  const rows = await records.all(auditor, 'evidenceRequests');
  for (const { title, of, state, answer, reason } of content.requests) {
    const row = known(
      rows.find((one) => one.title === title),
      title,
    );
    if (state === 'requested' || row.status === state) continue;
    if (row.status === 'requested')
      await answerRequest(as(functionOf(of), of), {
        opId: uuidv7(),
        requestId: row.id,
        answer: answer ?? title,
        evidenceId: uuidv7(),
        submit: true,
      });
    if (state === 'in_review') continue;
    await decideRequest(auditor, { opId: uuidv7(), requestId: row.id, decision: state, reason: reason ?? null });
  }
}

async function makeNotes({ content, as }: FieldworkToFill, records: Records, testOf: (ref: string) => Test): Promise<void> {
  const [auditor, reviewer] = [as('auditor'), as('auditor', content.reviewer)];
  for (const { control, note, answer, cleared } of content.notes) {
    const find = async () => (await records.all(auditor, 'reviewNotes')).find((row) => row.note === note);
    if (!(await find())) await records.create(reviewer, 'reviewNotes', { note, controlTestId: testOf(control).id });
    if (answer !== null) await records.bring(auditor, 'reviewNotes', known(await find(), note), { answer });
    if (cleared) await records.bring(reviewer, 'reviewNotes', known(await find(), note), { cleared });
  }
}

async function signTests({ content, as }: FieldworkToFill, records: Records, testOf: (ref: string) => Test): Promise<void> {
  const [auditor, reviewer] = [as('auditor'), as('auditor', content.reviewer)];
  for (const { control, prepared, reviewed, approved, changedTo } of content.signs) {
    const { id } = testOf(control);
    const before = (await readSignOffs(auditor, 'controlTests', id)).signOffs;
    for (const [kind, wanted, ctx] of [
      ['prepared', prepared, auditor],
      ['reviewed', reviewed, reviewer],
      ['approved', approved, reviewer],
    ] as const) {
      if (!wanted || before.some((one) => one.kind === kind)) continue;
      const { contentSha256 } = await readSignOffs(ctx, 'controlTests', id);
      await signRecord(ctx, { opId: uuidv7(), entity: 'controlTests', id, kind, contentSha256 });
    }
    if (changedTo === undefined) continue;
    await records.bring(auditor, 'controlTests', await records.one(auditor, 'controlTests', id), { operatingNotes: changedTo });
  }
}
