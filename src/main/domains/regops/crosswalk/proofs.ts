/** What speaks for requirements: answers of assessments, the controls mapped to them with their last test, and accepted evidence. */
import type { SqlClient } from '@main/entities/context';
import { together } from '@main/entities/together';
import type { MappingRelation } from '@shared/entities/regops/requirement-mapping';
import type { CoverageProof } from '@shared/wire/crosswalk';

/** The newest pieces of evidence a requirement; all of them stand on the control. */
const EVIDENCE_EACH = 5;

interface ControlRow extends Record<string, unknown> {
  readonly requirementId: string;
  readonly id: string;
  readonly ref: string | null;
  readonly name: string;
  readonly result: string | null;
  readonly tested: string | null;
  readonly relation: MappingRelation;
  readonly strength: number;
}

interface EvidenceRow extends Record<string, unknown> {
  readonly requirementId: string;
  readonly id: string;
  readonly title: string;
  readonly at: string | null;
}

const TONES: Readonly<Record<string, CoverageProof['tone']>> = {
  effective: 'good',
  partially_effective: 'attention',
  ineffective: 'bad',
  compliant: 'good',
  partially_compliant: 'attention',
  non_compliant: 'bad',
};

/** Proofs by requirement, controls before evidence; each is one record that can be opened. */
export async function readProofs(tx: SqlClient, requirementIds: readonly string[]): Promise<Map<string, CoverageProof[]>> {
  const proofs = new Map<string, CoverageProof[]>();
  if (requirementIds.length === 0) return proofs;
  const [answers, controls, evidence] = await together(
    readAnswers(tx, requirementIds),
    readControls(tx, requirementIds),
    readEvidence(tx, requirementIds),
  );
  const add = (id: string, proof: CoverageProof) => {
    const known = proofs.get(id);
    if (known === undefined) proofs.set(id, [proof]);
    else known.push(proof);
  };
  for (const row of answers) {
    add(row.requirementId, {
      kind: 'answer',
      entity: 'requirementAssessments',
      id: row.id,
      title: row.title,
      result: row.result,
      tone: TONES[row.result] ?? 'neutral',
      date: row.at,
      relation: null,
      strength: null,
    });
  }
  for (const row of controls) {
    add(row.requirementId, {
      kind: 'control',
      entity: 'controls',
      id: row.id,
      title: [row.ref, row.name].filter(Boolean).join(' '),
      result: row.result,
      tone: TONES[row.result ?? ''] ?? 'neutral',
      date: row.tested,
      relation: row.relation,
      strength: row.strength,
    });
  }
  for (const row of evidence) {
    const { requirementId, id, title, at } = row;
    const rest = { result: 'accepted', tone: 'good', relation: null, strength: null } as const;
    add(requirementId, { kind: 'evidence', entity: 'auditEvidence', id, title, date: at, ...rest });
  }
  return proofs;
}

interface AnswerRow extends Record<string, unknown> {
  readonly requirementId: string;
  readonly id: string;
  readonly title: string;
  readonly result: string;
  readonly at: string;
}

/** The newest answer that says something; an earlier assessment's gives way to a later one's. */
async function readAnswers(tx: SqlClient, ids: readonly string[]): Promise<AnswerRow[]> {
  const { rows } = await tx.query<AnswerRow>(
    `SELECT DISTINCT ON (a.requirement_id) a.requirement_id AS "requirementId", a.id, concat_ws(' ', c.ref, c.name) AS title, a.result,
       c.assessment_date::text AS at
     FROM requirement_assessments a
     JOIN compliance_assessments c ON c.id = a.assessment_id AND c.archived_at IS NULL AND c.status <> 'deprecated'
     WHERE a.requirement_id = ANY ($1::uuid[]) AND a.archived_at IS NULL AND a.result <> 'not_assessed'
     ORDER BY a.requirement_id, c.assessment_date DESC, a.updated_at DESC, a.id`,
    [ids],
  );
  return rows;
}

async function readControls(tx: SqlClient, ids: readonly string[]): Promise<ControlRow[]> {
  const { rows } = await tx.query<ControlRow>(
    `SELECT m.requirement_id AS "requirementId", c.id, c.ref, c.name, c.last_result AS result, c.last_tested::text AS tested,
       m.relation, m.strength
     FROM control_requirements m JOIN controls c ON c.id = m.control_id
     WHERE m.requirement_id = ANY ($1::uuid[]) AND m.archived_at IS NULL AND m.relation <> 'not_related'
       AND c.archived_at IS NULL AND c.status <> 'deprecated'
     ORDER BY m.strength DESC, c.ref, c.id`,
    [ids],
  );
  return rows;
}

/** Of the tests of mapped controls, and of answers that name it. */
async function readEvidence(tx: SqlClient, ids: readonly string[]): Promise<EvidenceRow[]> {
  const { rows } = await tx.query<EvidenceRow>(
    `WITH named AS (
       SELECT m.requirement_id, e.id, e.ref, e.title, e.uploaded_at
       FROM control_requirements m
       JOIN controls c ON c.id = m.control_id AND c.archived_at IS NULL AND c.status <> 'deprecated'
       JOIN control_tests t ON t.control_id = c.id AND t.archived_at IS NULL
       JOIN audit_evidence e ON e.control_test_id = t.id AND e.archived_at IS NULL AND e.status = 'accepted'
       WHERE m.requirement_id = ANY ($1::uuid[]) AND m.archived_at IS NULL AND m.relation <> 'not_related'
       UNION
       SELECT a.requirement_id, e.id, e.ref, e.title, e.uploaded_at
       FROM requirement_assessments a
       JOIN assessment_evidence l ON l.requirement_assessment_id = a.id AND l.archived_at IS NULL
       JOIN audit_evidence e ON e.id = l.evidence_id AND e.archived_at IS NULL AND e.status = 'accepted'
       WHERE a.requirement_id = ANY ($1::uuid[]) AND a.archived_at IS NULL
     )
     SELECT "requirementId", id, title, at FROM (
       SELECT requirement_id AS "requirementId", id, concat_ws(' ', ref, title) AS title,
         to_char(uploaded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS at,
         row_number() OVER (PARTITION BY requirement_id ORDER BY uploaded_at DESC, id) AS nth
       FROM named) n
     WHERE nth <= ${EVIDENCE_EACH} ORDER BY "requirementId", nth`,
    [ids],
  );
  return rows;
}
