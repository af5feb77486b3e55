/** Reading a programme: the families that could be in scope, and the tests of a plan with how far they are. */
import { naturalOrder } from '@main/entities/columns';
import type { EntityContext, SqlClient } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import { readLabels, readRow, readScope, recordIdSchema, recordView } from '@main/entities/read';
import { together } from '@main/entities/together';
import { FINDING_SETTLED } from '@shared/entities/auditops/options';
import { type EntityRow, entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { Narrow, Programme, ProgrammeFamily, ProgrammeTest, ScopeFamily } from '@shared/wire/audits';

/**
 * The order of a programme, for tests `t` of controls `c`: by family, by control reference as people count, by test reference.
 * The list, and the steps to the previous and the next test, must agree on it.
 */
export const PROGRAMME_ORDER = `${naturalOrder('t.family')} NULLS LAST, ${naturalOrder('c.ref')} NULLS LAST, ${naturalOrder('t.ref')}, t.id`;

/** The condition on controls `c` that a narrowing stands for; `at` is the number of its parameter, a JSON text. */
export function narrowCondition(at: number): string {
  const value = (key: string) => `($${at}::jsonb ->> '${key}')`;
  const list = (key: string) => `($${at}::jsonb -> '${key}')`;
  return `(NOT ${value('keyOnly')}::boolean OR c.key_control)
    AND (${value('maxPriority')} IS NULL OR c.priority <= ${value('maxPriority')}::integer)
    AND (jsonb_array_length(${list('frequencies')}) = 0 OR ${list('frequencies')} ? c.frequency)
    AND (jsonb_array_length(${list('lastResults')}) = 0 OR ${list('lastResults')} ? coalesce(c.last_result, 'not_tested'))`;
}

export const NO_NARROWING: Narrow = { keyOnly: false, maxPriority: null, frequencies: [], lastResults: [] };

/** Families of the live controls that meet a requirement of the regulation or lie in a set made from it. */
export async function auditScope(
  ctx: EntityContext,
  regulationId: string,
  narrow: Narrow = NO_NARROWING,
): Promise<ScopeFamily[]> {
  const id = parseInput(recordIdSchema, regulationId);
  return ctx.database.withTenant(readScope(ctx, ['regulations', 'controls', 'requirements']), async (tx) => {
    const [{ rows }, titles] = await together(
      tx.query<{ family: string; controls: number }>(
        `SELECT c.family, count(*)::integer AS controls FROM controls c
         WHERE c.archived_at IS NULL AND c.status <> 'deprecated' AND c.family IS NOT NULL AND (
           EXISTS (SELECT 1 FROM control_sets s WHERE s.id = c.control_set_id AND s.regulation_id = $1::uuid)
           OR EXISTS (SELECT 1 FROM control_requirements m JOIN requirements q ON q.id = m.requirement_id
                      WHERE m.control_id = c.id AND m.archived_at IS NULL AND m.relation <> 'not_related'
                        AND q.archived_at IS NULL AND q.regulation_id = $1::uuid))
           AND ${narrowCondition(2)}
         GROUP BY c.family ORDER BY ${naturalOrder('c.family')}`,
        [id, JSON.stringify(narrow)],
      ),
      familyTitles(tx, id),
    );
    return rows.map(({ family, controls }) => ({ family, title: titles.get(family) ?? null, controls }));
  });
}

interface TestRow extends Record<string, unknown> {
  readonly id: string;
  readonly ref: string;
  readonly controlRef: string | null;
  readonly title: string;
  readonly family: string;
  readonly status: string;
  readonly result: string;
  readonly evidenceFiles: number;
  readonly openFindings: number;
}

/** A plan with its tests by family and the counts of their results. NOT_FOUND where there is no such plan. */
export async function programme(ctx: EntityContext, planId: string): Promise<Programme> {
  const id = parseInput(recordIdSchema, planId);
  const scope = readScope(ctx, ['auditPlans', 'controlTests', 'controls', 'requirements', 'evidenceFiles', 'findings']);
  return ctx.database.withTenant(scope, async (tx) => {
    const [found, { rows }] = await together(readRow<EntityRow<'auditPlans'>>(tx, 'auditPlans', id), readTests(tx, id));
    if (!found) throw new CodedError('NOT_FOUND', { entity: 'auditPlans', id });
    const [titles, labels] = await together(
      familyTitles(tx, found.row.regulationId),
      readLabels(tx, ctx.session, entityOf('auditPlans'), [found.row]),
    );
    const count = (result: string) => rows.filter((test) => test.result === result).length;
    return {
      plan: recordView(ctx.session, 'auditPlans', found, labels),
      families: byFamily(rows, titles),
      total: rows.length,
      effective: count('effective'),
      partial: count('partially_effective'),
      ineffective: count('ineffective'),
      notTested: count('not_tested'),
      notApplicable: count('not_applicable'),
    };
  });
}

function readTests(tx: SqlClient, planId: string) {
  return tx.query<TestRow>(
    `SELECT t.id, t.ref, c.ref AS "controlRef", t.title, coalesce(t.family, '') AS family, t.status, t.test_result AS result,
            (SELECT count(*)::integer FROM audit_evidence e JOIN evidence_files v ON v.evidence_id = e.id
             WHERE e.control_test_id = t.id AND e.archived_at IS NULL AND v.archived_at IS NULL) AS "evidenceFiles",
            (SELECT count(*)::integer FROM findings f
             WHERE f.control_test_id = t.id AND f.archived_at IS NULL AND f.status <> ALL($2::text[])) AS "openFindings"
     FROM control_tests t
     LEFT JOIN controls c ON c.id = t.control_id
     WHERE t.audit_plan_id = $1::uuid AND t.archived_at IS NULL
     ORDER BY ${PROGRAMME_ORDER}`,
    [planId, FINDING_SETTLED],
  );
}

function byFamily(rows: readonly TestRow[], titles: ReadonlyMap<string, string>): ProgrammeFamily[] {
  const families = new Map<string, ProgrammeTest[]>();
  for (const { family, ...test } of rows) {
    const tests = families.get(family);
    const shown = { ...test, title: withoutRef(test.title, test.controlRef) };
    if (tests) tests.push(shown);
    else families.set(family, [shown]);
  }
  return [...families].map(([family, tests]) => ({ family, title: titles.get(family) ?? null, tests }));
}

/** The control's reference stands in a column of its own; a title that begins with it would say it twice. */
function withoutRef(title: string, ref: string | null): string {
  return ref !== null && title.startsWith(`${ref} `) ? title.slice(ref.length + 1) : title;
}

/** Titles of families, from the groups of the catalogue; of one regulation where one is named. */
async function familyTitles(tx: SqlClient, regulationId: string | null): Promise<Map<string, string>> {
  const { rows } = await tx.query<{ family: string; title: string }>(
    `SELECT DISTINCT ON (q.family) q.family, q.title FROM requirements q
     WHERE q.kind = 'group' AND q.archived_at IS NULL AND q.family IS NOT NULL AND q.title IS NOT NULL
       AND ($1::uuid IS NULL OR q.regulation_id = $1::uuid)
     ORDER BY q.family, q.depth, q.order_index, q.id`,
    [regulationId],
  );
  return new Map(rows.map(({ family, title }) => [family, title]));
}
