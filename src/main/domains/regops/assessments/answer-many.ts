/**
 * Answers many requirements at once: one operation, one statement. Each answer is merged on its own with what others wrote
 * meanwhile, so that a field that somebody else changed stays as it is and is told; the others are written.
 */
import { functionFor } from '@main/entities/access';
import { columnOf, fieldOf, Parameters, parameterType, selectList, sqlValue, tableOf } from '@main/entities/columns';
import type { EntityContext, SqlClient } from '@main/entities/context';
import { checkChange, invalid, parseInput } from '@main/entities/faults';
import { mergeFields, type Values } from '@main/entities/merge';
import type { AnyRow } from '@main/entities/read';
import { parseStored } from '@main/entities/results';
import { isLegalStep } from '@main/entities/states';
import { checkReferences } from '@main/entities/write';
import { withLedger } from '@main/sync/ledger';
import { entityOf } from '@shared/entities/registry';
import { type AnswerManyResult, answerManyInputSchema } from '@shared/wire/assessments';
import { z } from 'zod';
import { begun, missingForDone } from './hooks';

type Input = z.output<typeof answerManyInputSchema>;

/** What makes sense for many at once; a text is written for each. */
const FIELDS = ['result', 'extendedResult', 'score', 'targetScore', 'assigneeId', 'dueDate', 'status', 'justification'];

const resultSchema: z.ZodType<AnswerManyResult> = z.object({
  changed: z.int(),
  unchanged: z.int(),
  conflicts: z.array(z.string()),
  refused: z.array(z.string()),
});

/** Throws INPUT_INVALID, REFERENCE_MISSING, STATE_FORBIDS (the assessment is locked), ROLE_FORBIDS. */
export async function answerMany(ctx: EntityContext, input: z.input<typeof answerManyInputSchema>): Promise<AnswerManyResult> {
  const wanted = parseInput(answerManyInputSchema, input);
  checkInput(wanted);
  const { result, repeated } = await withLedger<AnswerManyResult>(
    ctx,
    {
      opId: wanted.opId,
      body: { command: 'answerMany', ...wanted },
      entity: 'complianceAssessments',
      entityId: wanted.assessmentId,
      reason: wanted.reason,
      function: functionFor(ctx.session, [['requirementAssessments', 'update']]),
    },
    (stored) => parseStored(resultSchema, stored),
    (tx) => write(tx, wanted),
  );
  if (!repeated && result.changed > 0) ctx.onChanged?.(['requirementAssessments', 'complianceAssessments']);
  return result;
}

function checkInput({ patch, answers }: Input): void {
  const keys = Object.keys(patch);
  if (keys.length === 0) throw invalid([{ path: 'patch', message: 'needs a value' }]);
  const strange = keys.find((key) => !FIELDS.includes(key));
  if (strange !== undefined) throw invalid([{ path: `patch.${strange}`, message: 'is not answered for many at once' }]);
  for (const [nth, { base }] of answers.entries()) {
    const missing = keys.find((key) => !Object.hasOwn(base, key));
    if (missing !== undefined) {
      throw invalid([{ path: `answers.${nth}.base.${missing}`, message: 'needs the value that the person saw' }]);
    }
  }
}

async function write(tx: SqlClient, wanted: Input): Promise<AnswerManyResult> {
  const entity = entityOf('requirementAssessments');
  const patch = checkChange(entity, wanted.patch);
  await checkReferences(tx, entity, patch);
  const bases = new Map(wanted.answers.map(({ id, base }) => [id, base]));
  const { rows } = await tx.query<AnyRow>(
    `SELECT ${selectList(entity, 't', false)} FROM ${tableOf(entity)} t
     WHERE t.id = ANY($1::uuid[]) AND t.assessment_id = $2::uuid AND t.archived_at IS NULL ORDER BY t.id FOR UPDATE OF t`,
    [[...bases.keys()], wanted.assessmentId],
  );
  const conflicts: string[] = [];
  // An answer that is not there any more is refused like one that its state forbids.
  const refused = [...bases.keys()].filter((id) => !rows.some((row) => row.id === id));
  const writes = new Map<string, { readonly values: Values; readonly ids: string[] }>();
  let unchanged = 0;
  for (const row of rows) {
    const merged = mergeFields(entity, bases.get(row.id) ?? {}, patch, row);
    const values = { ...merged.write, ...begun(row, merged.write) };
    if (merged.conflicts.length > 0) conflicts.push(row.id);
    else if (Object.keys(values).length === 0) unchanged++;
    else if (!isAllowed(row, values)) refused.push(row.id);
    else {
      const key = JSON.stringify(values);
      const group = writes.get(key) ?? { values, ids: [] };
      group.ids.push(row.id);
      writes.set(key, group);
    }
  }
  let changed = 0;
  // A handful at most: which of the fields really change, and whether the answer begins by it.
  for (const { values, ids } of writes.values()) changed += await update(tx, values, ids);
  return { changed, unchanged, conflicts, refused };
}

function isAllowed(row: AnyRow, values: Values): boolean {
  const machine = entityOf('requirementAssessments').states;
  const next: Values = { ...row, ...values };
  if (machine && Object.hasOwn(values, 'status') && !isLegalStep(machine, String(row.status), String(values.status)))
    return false;
  return next.status !== 'done' || missingForDone(next) === null;
}

async function update(tx: SqlClient, values: Values, ids: readonly string[]): Promise<number> {
  const entity = entityOf('requirementAssessments');
  const parameters = new Parameters();
  const settings = Object.entries(values).flatMap(([key, value]) => {
    const field = fieldOf(entity, key);
    return field ? [`${columnOf(key)} = ${parameters.add(sqlValue(field, value), parameterType(key, field))}`] : [];
  });
  const { rowCount } = await tx.query(
    `UPDATE ${tableOf(entity)} AS t SET ${settings.join(', ')} WHERE t.id = ANY(${parameters.add(ids, 'uuid[]')})`,
    parameters.values,
  );
  return rowCount ?? 0;
}
