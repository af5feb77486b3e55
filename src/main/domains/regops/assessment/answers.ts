/**
 * A compliance assessment as OSCAL: as assessment results, with an observation and a finding for each requirement that was answered;
 * and as a plan of action and milestones, with a risk and an item for each gap that was found.
 */
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
  readonly due: string | null;
  readonly assignee: string | null;
  readonly controls: readonly { readonly ref: string | null; readonly name: string }[];
  readonly evidence: readonly { readonly ref: string; readonly title: string }[];
}

const props = (pairs: readonly (readonly [string, string | number | null])[]): { readonly [key: string]: Json } => {
  const list = pairs.flatMap(([name, value]) =>
    value === null || String(value).trim() === '' ? [] : [{ name, ns: OUR_NS, value: String(value) }],
  );
  return list.length === 0 ? {} : { props: list };
};

export interface ComposedAnswers {
  readonly ref: string;
  readonly document: Json;
}

const midnight = (date: string) => `${date}T00:00:00Z`;

function refuse(head: AssessmentRow, message: string): never {
  throw new CodedError('INPUT_INVALID', {}, { faults: [{ path: head.ref, message }] });
}

function metadataOf(head: AssessmentRow, title: string) {
  return {
    title,
    'last-modified': head.changed,
    version: String(head.version),
    'oscal-version': '1.1.2',
    ...props([
      ['ref', head.ref],
      ['status', head.status],
    ]),
  };
}

/** Throws NOT_FOUND, and INPUT_INVALID where nothing has been answered. */
export async function composeAnswers(ctx: EntityContext, id: string): Promise<ComposedAnswers> {
  const { head, answers } = await readAssessment(ctx, id);
  if (answers.length === 0) refuse(head, 'has no answer yet, and results need one');
  const at = midnight(head.date);
  const ids = [...new Set(answers.map(controlIdOf))].sort();
  const plan = oscalId('assessment-plan', id);
  const body = {
    metadata: metadataOf(head, head.name),
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

const isGap = ({ result }: AnswerRow) => result === 'non_compliant' || result === 'partially_compliant';

/** Each gap as a risk with an item that settles it. Throws NOT_FOUND, and INPUT_INVALID without a gap: OSCAL knows no plan without items. */
export async function composeAnswerPlan(ctx: EntityContext, id: string): Promise<ComposedAnswers> {
  const { head, answers } = await readAssessment(ctx, id);
  const gaps = answers.filter(isGap);
  if (gaps.length === 0) refuse(head, 'has no gap, and a plan of action needs one');
  const ssp = oscalId('assessment-ssp', id);
  const body = {
    metadata: metadataOf(head, `Plan of action of ${head.name}`),
    'import-ssp': { href: `#${ssp}` },
    'system-id': { 'identifier-type': 'http://ietf.org/rfc/rfc4122', id },
    observations: gaps.map(observationOf(midnight(head.date))),
    risks: gaps.map(riskOf),
    'poam-items': gaps.map((answer) => ({
      uuid: oscalId('answer-item', answer.id),
      title: titleOf(answer),
      description: saidOf(answer),
      ...props([
        ['ref', answer.refId],
        ['result', answer.result],
        ['assignee', answer.assignee],
      ]),
      'related-observations': [{ 'observation-uuid': oscalId('answer-observation', answer.id) }],
      'related-risks': [{ 'risk-uuid': oscalId('answer-risk', answer.id) }],
    })),
    'back-matter': {
      resources: [
        {
          uuid: ssp,
          title: 'System security plan',
          description: 'None is held here; what is in scope stands in the assessment itself.',
        },
      ],
    },
  };
  const root = 'plan-of-action-and-milestones';
  return { ref: head.ref, document: { [root]: { uuid: documentId(root, id, body), ...body } } };
}

const titleOf = ({ refId, title }: AnswerRow) => `${refId} ${title ?? ''}`.trim();
const saidOf = (answer: AnswerRow) => answer.observation?.trim() || `Assessed as ${answer.result.replaceAll('_', ' ')}.`;

/** A gap stays open in its assessment: the next one says what came of it. Who works on it and by when is its milestone. */
function riskOf(answer: AnswerRow): Json {
  const controls = answer.controls.map(({ ref, name }) => [ref, name].filter(Boolean).join(' '));
  return {
    uuid: oscalId('answer-risk', answer.id),
    title: titleOf(answer),
    description: saidOf(answer),
    statement: `${answer.refId} is ${answer.result === 'non_compliant' ? 'not met' : 'met in part'}.`,
    status: 'open',
    ...props([
      ['ref', answer.refId],
      ['result', answer.result],
      ['extended-result', answer.extended],
      ['score', answer.score],
      ['target-id', controlIdOf(answer)],
    ]),
    ...(answer.due === null ? {} : { deadline: midnight(answer.due) }),
    remediations: [
      {
        uuid: oscalId('answer-remediation', answer.id),
        lifecycle: answer.due === null ? 'recommendation' : 'planned',
        title: `What settles ${answer.refId}`,
        description: controls.length === 0 ? `Meet ${titleOf(answer)}.` : `By the controls ${controls.join(', ')}.`,
        ...(answer.due === null
          ? {}
          : {
              tasks: [
                {
                  uuid: oscalId('answer-task', answer.id),
                  type: 'milestone',
                  title: `${answer.refId} is met`,
                  ...props([['owner', answer.assignee]]),
                  timing: { 'on-date': { date: midnight(answer.due) } },
                },
              ],
            }),
      },
    ],
    'related-observations': [{ 'observation-uuid': oscalId('answer-observation', answer.id) }],
  };
}

function observationOf(collected: string) {
  return (answer: AnswerRow): Json => ({
    uuid: oscalId('answer-observation', answer.id),
    title: titleOf(answer),
    description: saidOf(answer),
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
      title: titleOf(answer),
      description: saidOf(answer),
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
  const scope = readScope(ctx, [
    'complianceAssessments',
    'requirementAssessments',
    'assessmentControls',
    'assessmentEvidence',
    'requirements',
    'controls',
    'auditEvidence',
  ]);
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
         a.due_date::text AS due, w.display_name AS assignee,
         coalesce((SELECT jsonb_agg(jsonb_build_object('ref', c.ref, 'name', c.name) ORDER BY c.ref, c.name)
           FROM assessment_controls l JOIN controls c ON c.id = l.control_id AND c.archived_at IS NULL
           WHERE l.requirement_assessment_id = a.id AND l.archived_at IS NULL), '[]') AS controls,
         coalesce((SELECT jsonb_agg(jsonb_build_object('ref', e.ref, 'title', e.title) ORDER BY e.ref)
           FROM assessment_evidence l JOIN audit_evidence e ON e.id = l.evidence_id AND e.archived_at IS NULL
           WHERE l.requirement_assessment_id = a.id AND l.archived_at IS NULL), '[]') AS evidence
       FROM requirement_assessments a JOIN requirements q ON q.id = a.requirement_id JOIN regulations g ON g.id = q.regulation_id
       LEFT JOIN people w ON w.id = a.assignee_id
       WHERE a.assessment_id = $1::uuid AND a.archived_at IS NULL AND a.result <> 'not_assessed' ORDER BY a.order_index, a.id`,
      [id],
    );
    return { head, answers: answers.rows };
  });
}
