/** A compliance assessment as OSCAL assessment results: an observation and a finding for each requirement that was answered. */
import type { EntityContext } from '@main/entities/context';
import { readScope } from '@main/entities/read';
import type { Json } from '@shared/entities/fields';
import { CodedError } from '@shared/errors';
import { controlIdOf, documentId, OUR_NS, oscalId } from './ids';

interface AssessmentRow extends Record<string, unknown> {
  readonly id: string;
  readonly ref: string;
  readonly name: string;
  readonly scope: string | null;
  readonly conclusion: string | null;
  readonly date: string;
  readonly status: string;
  readonly version: number;
  readonly changed: string;
}

interface AnswerRow extends Record<string, unknown> {
  readonly id: string;
  readonly refId: string;
  readonly sourceId: string | null;
  readonly oscal: boolean;
  readonly title: string | null;
  readonly result: string;
  readonly extended: string | null;
  readonly score: number | null;
  readonly observation: string | null;
  readonly justification: string | null;
  readonly evidence: readonly { readonly ref: string; readonly title: string }[];
}

const props = (pairs: readonly (readonly [string, string | number | null])[]): { readonly [key: string]: Json } => {
  const list = pairs.flatMap(([name, value]) =>
    value === null || String(value).trim() === '' ? [] : [{ name, ns: OUR_NS, value: String(value) }],
  );
  return list.length === 0 ? {} : { props: list };
};

/** Throws NOT_FOUND, and INPUT_INVALID where nothing has been answered. */
export async function composeAnswers(ctx: EntityContext, id: string): Promise<{ readonly ref: string; readonly document: Json }> {
  const { head, answers } = await readAssessment(ctx, id);
  if (answers.length === 0) {
    throw new CodedError(
      'INPUT_INVALID',
      {},
      { faults: [{ path: head.ref, message: 'has no answer yet, and results need one' }] },
    );
  }
  const at = `${head.date}T00:00:00Z`;
  const ids = [...new Set(answers.map(controlIdOf))].sort();
  const plan = oscalId('assessment-plan', id);
  const body = {
    metadata: {
      title: head.name,
      'last-modified': head.changed,
      version: String(head.version),
      'oscal-version': '1.1.2',
      ...props([
        ['ref', head.ref],
        ['status', head.status],
      ]),
    },
    'import-ap': { href: `#${plan}` },
    results: [
      {
        uuid: oscalId('assessment-result', id),
        title: head.name,
        description: head.scope?.trim() || `What the assessment ${head.ref} came to.`,
        start: at,
        'reviewed-controls': {
          'control-selections': [{ 'include-controls': ids.map((control) => ({ 'control-id': control })) }],
        },
        observations: answers.map(observationOf(at)),
        findings: answers.flatMap(findingOf),
        ...(head.conclusion?.trim() ? { remarks: head.conclusion } : {}),
      },
    ],
    'back-matter': {
      resources: [
        {
          uuid: plan,
          title: `${head.ref} ${head.name}`,
          description: 'The assessment itself is its plan; no other is held here.',
        },
      ],
    },
  };
  const findings = body.results[0]?.findings ?? [];
  const results = body.results.map(({ findings: _findings, ...rest }) => (findings.length === 0 ? rest : { ...rest, findings }));
  const whole = { ...body, results };
  return { ref: head.ref, document: { 'assessment-results': { uuid: documentId('assessment-results', id, whole), ...whole } } };
}

function observationOf(collected: string) {
  return (answer: AnswerRow): Json => ({
    uuid: oscalId('answer-observation', answer.id),
    title: `${answer.refId} ${answer.title ?? ''}`.trim(),
    description: answer.observation?.trim() || `Assessed as ${answer.result.replaceAll('_', ' ')}.`,
    ...props([
      ['ref', answer.refId],
      ['result', answer.result],
      ['extended-result', answer.extended],
      ['score', answer.score],
    ]),
    methods: ['EXAMINE'],
    types: ['control-objective'],
    collected,
    ...(answer.evidence.length === 0
      ? {}
      : { 'relevant-evidence': answer.evidence.map((evidence) => ({ description: `${evidence.ref} ${evidence.title}` })) }),
    ...(answer.justification?.trim() ? { remarks: answer.justification } : {}),
  });
}

/** What does not apply is observed and judged no further. */
function findingOf(answer: AnswerRow): Json[] {
  if (answer.result === 'not_applicable') return [];
  return [
    {
      uuid: oscalId('answer-finding', answer.id),
      title: `${answer.refId} ${answer.title ?? ''}`.trim(),
      description: answer.observation?.trim() || `Assessed as ${answer.result.replaceAll('_', ' ')}.`,
      ...props([
        ['ref', answer.refId],
        ['result', answer.result],
      ]),
      target: {
        type: 'objective-id',
        'target-id': controlIdOf(answer),
        status: { state: answer.result === 'compliant' ? 'satisfied' : 'not-satisfied' },
      },
      'related-observations': [{ 'observation-uuid': oscalId('answer-observation', answer.id) }],
    },
  ];
}

async function readAssessment(
  ctx: EntityContext,
  id: string,
): Promise<{ readonly head: AssessmentRow; readonly answers: readonly AnswerRow[] }> {
  const scope = readScope(ctx, ['complianceAssessments', 'requirementAssessments', 'requirements', 'auditEvidence']);
  return ctx.database.withTenant(scope, async (tx) => {
    const { rows } = await tx.query<AssessmentRow>(
      `SELECT c.id, c.ref, c.name, c.scope, c.conclusion, c.assessment_date::text AS date, c.status, c.row_version AS version,
         to_char(greatest(c.updated_at, (SELECT max(a.updated_at) FROM requirement_assessments a WHERE a.assessment_id = c.id))
           AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS changed
       FROM compliance_assessments c WHERE c.id = $1::uuid`,
      [id],
    );
    const [head] = rows;
    if (head === undefined) throw new CodedError('NOT_FOUND', { entity: 'complianceAssessments', id });
    const answers = await tx.query<AnswerRow>(
      `SELECT a.id, q.ref_id AS "refId", q.source_id AS "sourceId", coalesce(g.source_format = 'oscal-json', false) AS oscal, a.title,
         a.result, a.extended_result AS extended, a.score, a.observation, a.justification,
         coalesce((SELECT jsonb_agg(jsonb_build_object('ref', e.ref, 'title', e.title) ORDER BY e.ref)
           FROM assessment_evidence l JOIN audit_evidence e ON e.id = l.evidence_id AND e.archived_at IS NULL
           WHERE l.requirement_assessment_id = a.id AND l.archived_at IS NULL), '[]') AS evidence
       FROM requirement_assessments a JOIN requirements q ON q.id = a.requirement_id JOIN regulations g ON g.id = q.regulation_id
       WHERE a.assessment_id = $1::uuid AND a.archived_at IS NULL AND a.result <> 'not_assessed' ORDER BY a.order_index, a.id`,
      [id],
    );
    return { head, answers: answers.rows };
  });
}
