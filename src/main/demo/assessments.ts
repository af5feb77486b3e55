/** The demonstration's compliance assessments: started, answered family by family, carried over, closed; all by operations. */
import { ENTITY_HOOKS } from '@main/domains/hooks';
import { answerMany, startAssessment } from '@main/domains/regops/assessments';
import { addDays, type EntityContext } from '@main/entities/context';
import type { EntityRow } from '@shared/entities/registry';
import { v7 as uuidv7 } from 'uuid';
import type { DemoAssessment } from './content';
import { known } from './known';
import type { Records } from './records';
import type { TenantToFill } from './tenant';

type Answer = EntityRow<'requirementAssessments'>;

const REASON = 'Part of the demonstration';

/** What stands as wanted already is left alone, so that a making that was cut short goes on. */
export async function makeAssessments(fill: TenantToFill, records: Records, regulationId: string): Promise<void> {
  const ctx = fill.as('compliance');
  const made = new Map((await records.all(ctx, 'complianceAssessments')).map((row) => [row.name, row] as const));
  for (const wanted of fill.content.assessments) {
    const there = made.get(wanted.name);
    if (there?.status === wanted.status && wanted.status !== 'in_progress') continue;
    const id = there?.id ?? (await start(fill, ctx, regulationId, wanted, made.get(wanted.carryFrom ?? '')?.id ?? null));
    await answer(fill, records, ctx, id, wanted);
    const row = await records.one(ctx, 'complianceAssessments', id);
    await records.bring(ctx, 'complianceAssessments', row, { conclusion: wanted.conclusion }, wanted.status);
    made.set(wanted.name, row);
  }
}

async function start(
  { today, person }: TenantToFill,
  ctx: EntityContext,
  regulationId: string,
  wanted: DemoAssessment,
  carryFromId: string | null,
): Promise<string> {
  const assessmentId = uuidv7();
  await startAssessment(ctx, ENTITY_HOOKS, {
    opId: uuidv7(),
    assessmentId,
    fields: {
      name: wanted.name,
      regulationId,
      assessmentDate: addDays(today, wanted.date),
      dueDate: addDays(today, wanted.due),
      leadId: person(wanted.lead),
      targetScore: wanted.target,
      scope: wanted.scope ?? null,
      status: wanted.status === 'planned' ? 'planned' : 'in_progress',
    },
    families: wanted.families ?? [],
    carryFromId,
  });
  return assessmentId;
}

async function answer(
  { person }: TenantToFill,
  records: Records,
  ctx: EntityContext,
  assessmentId: string,
  wanted: DemoAssessment,
): Promise<void> {
  const read = async () => {
    const { rows } = await records.page(ctx, 'requirementAssessments', [
      { field: 'assessmentId', op: 'eq', value: assessmentId },
    ]);
    return new Map(rows.map((row) => [row.ref, row] as const));
  };
  let answers = await read();
  for (const group of wanted.answers) {
    const patch = {
      ...(group.result === undefined ? {} : { result: group.result }),
      ...(group.extended === undefined ? {} : { extendedResult: group.extended }),
      ...(group.score === undefined ? {} : { score: group.score }),
      ...(group.justification === undefined ? {} : { justification: group.justification }),
      ...(group.assignee === undefined ? {} : { assigneeId: person(group.assignee) }),
    };
    await together(ctx, assessmentId, pick(answers, group.refs), patch);
  }
  answers = await read();
  await rest(records, ctx, wanted, answers);
  answers = await read();
  for (const group of wanted.answers) {
    if (group.done) await together(ctx, assessmentId, pick(answers, group.refs), { status: 'done' });
  }
}

/** What was seen, and the control that the answer rests on. */
async function rest(
  records: Records,
  ctx: EntityContext,
  { notes }: DemoAssessment,
  answers: ReadonlyMap<string, Answer>,
): Promise<void> {
  if (notes.length === 0) return;
  const controls = await records.all(ctx, 'controls');
  const links = await records.all(ctx, 'assessmentControls');
  for (const { ref, observation } of notes) {
    const [row] = pick(answers, [ref]);
    if (!row) continue;
    await records.bring(ctx, 'requirementAssessments', row, { observation });
    const control = controls.find((one) => one.ref === ref);
    if (!control || links.some((link) => link.requirementAssessmentId === row.id && link.controlId === control.id)) continue;
    await records.create(ctx, 'assessmentControls', { requirementAssessmentId: row.id, controlId: control.id });
  }
}

function pick(answers: ReadonlyMap<string, Answer>, refs: readonly string[]): Answer[] {
  return refs.map((ref) => known(answers.get(ref), `the requirement ${ref}`));
}

async function together(
  ctx: EntityContext,
  assessmentId: string,
  rows: readonly Answer[],
  patch: Readonly<Record<string, string | number | null>>,
): Promise<void> {
  const keys = Object.keys(patch) as (keyof Answer)[];
  const differing = rows.filter((row) => keys.some((key) => row[key] !== patch[key]));
  if (differing.length === 0) return;
  await answerMany(ctx, {
    opId: uuidv7(),
    assessmentId,
    answers: differing.map((row) => ({ id: row.id, base: Object.fromEntries(keys.map((key) => [key, row[key] ?? null])) })),
    patch,
    reason: REASON,
  });
}
