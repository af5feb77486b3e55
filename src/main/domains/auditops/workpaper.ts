/** The sheet of one control test: everything an auditor needs beside it, read in one transaction. */
import type { EntityContext, SqlClient } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import { readLabels, readRow, readScope, recordIdSchema, recordView, selectRows } from '@main/entities/read';
import { together } from '@main/entities/together';
import type { SystemRow } from '@shared/entities/define';
import { type EntityName, type EntityRow, entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { ProgrammeNeighbour, Workpaper, WorkpaperEvidence, WorkpaperRequirement } from '@shared/wire/audits';
import { partsBelow } from './parts';
import { PROGRAMME_ORDER } from './programme';

const MAX_PREVIOUS = 20;

/** The workpaper of a test. NOT_FOUND where there is no such test. */
export async function workpaper(ctx: EntityContext, testId: string): Promise<Workpaper> {
  const id = parseInput(recordIdSchema, testId);
  const names: EntityName[] = [
    'controlTests',
    'auditPlans',
    'controls',
    'controlRequirements',
    'requirements',
    'auditEvidence',
    'evidenceFiles',
    'findings',
    'actions',
  ];
  return ctx.database.withTenant(readScope(ctx, names), async (tx) => {
    const found = await readRow<EntityRow<'controlTests'>>(tx, 'controlTests', id);
    if (!found) throw new CodedError('NOT_FOUND', { entity: 'controlTests', id });
    const test = found.row;
    const [labels, plan, control, requirements, evidence, findings, previousTests, neighbours] = await together(
      readLabels(tx, ctx.session, entityOf('controlTests'), [test]),
      one<EntityRow<'auditPlans'>>(tx, 'auditPlans', test.auditPlanId),
      one<EntityRow<'controls'>>(tx, 'controls', test.controlId),
      readRequirements(tx, test),
      readEvidence(tx, id),
      readFindings(tx, id),
      readPrevious(tx, test),
      readNeighbours(tx, test),
    );
    return {
      test: recordView(ctx.session, 'controlTests', found, labels),
      plan,
      control,
      requirements,
      evidence,
      findings,
      previousTests,
      ...neighbours,
    };
  });
}

async function one<Row extends SystemRow>(tx: SqlClient, name: EntityName, id: string | null): Promise<Row | null> {
  if (id === null) return null;
  const [row] = await selectRows<Row>(tx, name, 'WHERE t.id = $1::uuid', [id]);
  return row ?? null;
}

interface MappingRow extends Record<string, unknown> {
  readonly requirementId: string;
  readonly relation: string | null;
}

/** What the test is held against: its own requirement first, then those its control meets, each with its parts in reading order. */
async function readRequirements(tx: SqlClient, test: EntityRow<'controlTests'>): Promise<WorkpaperRequirement[]> {
  const { rows: mappings } = await tx.query<MappingRow>(
    `SELECT q.id AS "requirementId", m.relation
     FROM (
       SELECT m.requirement_id, m.relation, m.strength FROM control_requirements m
       WHERE m.control_id = $1::uuid AND m.archived_at IS NULL AND m.relation <> 'not_related'
       UNION ALL
       SELECT $2::uuid, NULL, NULL WHERE NOT EXISTS (
         SELECT 1 FROM control_requirements m
         WHERE m.control_id = $1::uuid AND m.requirement_id = $2::uuid AND m.archived_at IS NULL AND m.relation <> 'not_related')
     ) m
     JOIN requirements q ON q.id = m.requirement_id AND (q.id = $2::uuid OR q.archived_at IS NULL)
     ORDER BY q.id IS DISTINCT FROM $2::uuid, m.strength DESC NULLS LAST, q.order_index, q.id`,
    [test.controlId, test.requirementId],
  );
  const ids = mappings.map((mapping) => mapping.requirementId);
  if (ids.length === 0) return [];
  const [requirements, parts] = await together(
    selectRows<EntityRow<'requirements'>>(tx, 'requirements', 'WHERE t.id = ANY($1::uuid[])', [ids]),
    partsBelow(tx, ids),
  );
  const byId = new Map(requirements.map((row) => [row.id, row]));
  return mappings.flatMap(({ requirementId, relation }) => {
    const requirement = byId.get(requirementId);
    return requirement ? [{ requirement, relation, parts: parts.get(requirementId) ?? [] }] : [];
  });
}

/** All evidence of the test, the newest last, with the files of each in the order of their versions. */
async function readEvidence(tx: SqlClient, testId: string): Promise<WorkpaperEvidence[]> {
  const [evidence, files] = await together(
    selectRows<EntityRow<'auditEvidence'>>(
      tx,
      'auditEvidence',
      'WHERE t.control_test_id = $1::uuid AND t.archived_at IS NULL ORDER BY t.uploaded_at, t.id',
      [testId],
    ),
    selectRows<EntityRow<'evidenceFiles'>>(
      tx,
      'evidenceFiles',
      `JOIN audit_evidence e ON e.id = t.evidence_id
       WHERE e.control_test_id = $1::uuid AND e.archived_at IS NULL AND t.archived_at IS NULL
       ORDER BY t.version_number, t.id`,
      [testId],
    ),
  );
  return evidence.map((row) => ({ evidence: row, files: files.filter((file) => file.evidenceId === row.id) }));
}

async function readFindings(tx: SqlClient, testId: string): Promise<Workpaper['findings']> {
  const [findings, actions] = await together(
    selectRows<EntityRow<'findings'>>(
      tx,
      'findings',
      'WHERE t.control_test_id = $1::uuid AND t.archived_at IS NULL ORDER BY t.created_at, t.id',
      [testId],
    ),
    selectRows<EntityRow<'actions'>>(
      tx,
      'actions',
      `JOIN findings f ON f.id = t.finding_id
       WHERE f.control_test_id = $1::uuid AND f.archived_at IS NULL AND t.archived_at IS NULL
       ORDER BY t.due_date NULLS LAST, t.created_at, t.id`,
      [testId],
    ),
  );
  return findings.map((finding) => ({ ...finding, actions: actions.filter((action) => action.findingId === finding.id) }));
}

/** Earlier tests of the same control that came to a result, the newest first. */
async function readPrevious(tx: SqlClient, test: EntityRow<'controlTests'>): Promise<EntityRow<'controlTests'>[]> {
  if (test.controlId === null) return [];
  return selectRows<EntityRow<'controlTests'>>(
    tx,
    'controlTests',
    `WHERE t.control_id = $1::uuid AND t.id <> $2::uuid AND t.archived_at IS NULL AND t.test_result <> 'not_tested'
       AND (t.test_date, t.created_at) <= ($3::date, $4::timestamptz)
     ORDER BY t.test_date DESC, t.created_at DESC, t.id LIMIT ${MAX_PREVIOUS}`,
    [test.controlId, test.id, test.testDate, test.createdAt],
  );
}

/** The tests right before and after this one in its plan's programme. */
async function readNeighbours(
  tx: SqlClient,
  test: EntityRow<'controlTests'>,
): Promise<{ previous: ProgrammeNeighbour | null; next: ProgrammeNeighbour | null }> {
  const none = { previous: null, next: null };
  if (test.auditPlanId === null) return none;
  const { rows: places } = await tx.query<{ previous: string | null; next: string | null }>(
    `SELECT previous, next FROM (
       SELECT t.id, lag(t.id) OVER programme AS previous, lead(t.id) OVER programme AS next
       FROM control_tests t LEFT JOIN controls c ON c.id = t.control_id
       WHERE t.audit_plan_id = $1::uuid AND (t.archived_at IS NULL OR t.id = $2::uuid)
       WINDOW programme AS (ORDER BY ${PROGRAMME_ORDER})
     ) placed WHERE id = $2::uuid`,
    [test.auditPlanId, test.id],
  );
  const place = places[0];
  if (!place) return none;
  const { rows } = await tx.query<ProgrammeNeighbour & Record<string, unknown>>(
    'SELECT t.id, t.ref, t.title FROM control_tests t WHERE t.id = ANY($1::uuid[])',
    [[place.previous, place.next].filter((id) => id !== null)],
  );
  const neighbour = (id: string | null) => rows.find((row) => row.id === id) ?? null;
  return { previous: neighbour(place.previous), next: neighbour(place.next) };
}
