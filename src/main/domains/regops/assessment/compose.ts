/**
 * An audit as OSCAL documents. Control tests are activities and, once they have a result, observations with a finding about the
 * requirement they were held against; our findings are risks with their actions as remediation. Our own words (references, ratings)
 * stand in properties of our namespace beside the standard's, so that what leaves can be read back without loss.
 */
import type { Json } from '@shared/entities/fields';
import type { AuditFacts, FindingFacts, TestFacts } from './facts';
import { controlIdOf, documentId, OUR_NS, oscalId } from './ids';

type Members = { readonly [key: string]: Json };

const OSCAL_VERSION = '1.1.2';
const at = (date: string) => `${date}T00:00:00Z`;
const list = (name: string, items: readonly Json[]): Members => (items.length === 0 ? {} : { [name]: [...items] });
const text = (name: string, value: string | null | undefined): Members => (value?.trim() ? { [name]: value } : {});
const own = (pairs: readonly (readonly [name: string, value: string | null])[]): Members =>
  list(
    'props',
    pairs.flatMap(([name, value]) => (value?.trim() ? [{ name, ns: OUR_NS, value }] : [])),
  );

function metadata({ plan, tests, changed }: AuditFacts, title: string): Members {
  const people = new Map([
    ...(plan.leadId !== null && plan.lead !== null ? [[plan.leadId, plan.lead] as const] : []),
    ...tests.flatMap((test) => (test.testerId !== null && test.tester !== null ? [[test.testerId, test.tester] as const] : [])),
  ]);
  const parties = [...people].map(([id, name]): Json => ({ uuid: oscalId('person', id), type: 'person', name }));
  return {
    title,
    'last-modified': changed,
    version: String(plan.version),
    'oscal-version': OSCAL_VERSION,
    ...own([
      ['ref', plan.ref],
      ['status', plan.status],
    ]),
    ...(parties.length === 0 ? {} : { roles: [{ id: 'assessor', title: 'Assessor' }] }),
    ...list('parties', parties),
    ...(parties.length === 0
      ? {}
      : {
          'responsible-parties': [
            { 'role-id': 'assessor', 'party-uuids': [...people.keys()].map((id) => oscalId('person', id)) },
          ],
        }),
  };
}

const controlIds = (test: TestFacts) => [...new Set(test.requirements.map(controlIdOf))].sort();

function reviewed(ids: readonly string[]): Members {
  const unique = [...new Set(ids)].sort();
  return {
    'control-selections': [
      unique.length === 0 ? { 'include-all': {} } : { 'include-controls': unique.map((id) => ({ 'control-id': id })) },
    ],
  };
}

/** Documents that this one builds on and that we do not hold. */
function elsewhere(
  planId: string,
  what: string,
  title: string,
  description: string,
): { readonly href: string; readonly resource: Json } {
  const uuid = oscalId(what, planId);
  return { href: `#${uuid}`, resource: { uuid, title, description } };
}

function finish(root: string, planId: string, body: Members): Json {
  return { [root]: { uuid: documentId(root, planId, body), ...body } };
}

const SUBJECT: Json = { type: 'component', description: 'What lies in the scope of the audit', 'include-all': {} };

export function composePlan(facts: AuditFacts): Json {
  const { plan, tests } = facts;
  const ssp = elsewhere(
    plan.id,
    'ssp',
    'System security plan',
    'None is held here; the scope of the audit stands in the remarks of its tasks.',
  );
  const activities = tests.map((test): Json => {
    const ids = controlIds(test);
    return {
      uuid: oscalId('activity', test.id),
      title: test.title,
      description: test.procedure?.trim() || test.title,
      ...own([
        ['ref', test.ref],
        ['control', test.controlRef],
      ]),
      ...(ids.length === 0 ? {} : { 'related-controls': reviewed(ids) }),
      ...(test.testerId === null || test.tester === null
        ? {}
        : { 'responsible-roles': [{ 'role-id': 'assessor', 'party-uuids': [oscalId('person', test.testerId)] }] }),
    };
  });
  const task: Json = {
    uuid: oscalId('task', plan.id),
    type: 'action',
    title: plan.name,
    ...text('description', plan.objective),
    ...(plan.start !== null && plan.end !== null
      ? { timing: { 'within-date-range': { start: at(plan.start), end: at(plan.end) } } }
      : {}),
    ...list(
      'associated-activities',
      tests.map((test) => ({
        'activity-uuid': oscalId('activity', test.id),
        subjects: [{ type: 'component', 'include-all': {} }],
      })),
    ),
    ...text('remarks', plan.scope),
  };
  return finish('assessment-plan', plan.id, {
    metadata: metadata(facts, plan.name),
    'import-ssp': { href: ssp.href },
    ...(activities.length === 0 ? {} : { 'local-definitions': { activities } }),
    'reviewed-controls': reviewed(tests.flatMap(controlIds)),
    'assessment-subjects': [SUBJECT],
    tasks: [task],
    'back-matter': { resources: [ssp.resource] },
  });
}

/** `satisfied` only where the control works and is designed well. */
const stateOf = (result: string) => (result === 'effective' ? 'satisfied' : 'not-satisfied');

const tested = (test: TestFacts) => test.result !== 'not_tested' && test.result !== 'not_applicable';

function observation(test: TestFacts): Json {
  return {
    uuid: oscalId('observation', test.id),
    title: test.title,
    description: test.procedure?.trim() || test.title,
    ...own([
      ['ref', test.ref],
      ['control', test.controlRef],
      ['result', test.result],
      ['design', test.design],
      ['operating', test.operating],
    ]),
    methods: ['TEST'],
    types: ['control-objective'],
    collected: at(test.date),
    ...list(
      'relevant-evidence',
      test.evidence.flatMap((evidence): Json[] => {
        const description = `${evidence.ref} ${evidence.title}`;
        if (evidence.files.length === 0) return [{ description }];
        return evidence.files.map((file) => ({ description: `${description}: ${file.name}`, ...own([['sha256', file.sha256]]) }));
      }),
    ),
    ...text('remarks', test.notes),
  };
}

function findingsOf(test: TestFacts, risks: readonly FindingFacts[]): Json[] {
  const related = risks.filter((risk) => risk.testId === test.id);
  return test.requirements.map((requirement) => {
    const id = controlIdOf(requirement);
    return {
      uuid: oscalId(`finding:${id}`, test.id),
      title: `${requirement.refId}: ${test.title}`.slice(0, 500),
      description: test.notes?.trim() || `The test ${test.ref} came to the result ${test.result.replaceAll('_', ' ')}.`,
      ...own([
        ['ref', test.ref],
        ['requirement', requirement.refId],
        ['result', test.result],
      ]),
      target: { type: 'objective-id', 'target-id': id, status: { state: stateOf(test.result) } },
      'related-observations': [{ 'observation-uuid': oscalId('observation', test.id) }],
      ...list(
        'related-risks',
        related.map((risk) => ({ 'risk-uuid': oscalId('risk', risk.id) })),
      ),
    };
  });
}

const RISK_STATUS: Readonly<Record<string, string>> = {
  identified: 'open',
  confirmed: 'open',
  assigned: 'open',
  in_progress: 'remediating',
  resolved: 'remediating',
  verified: 'closed',
  closed: 'closed',
  risk_accepted: 'deviation-approved',
};

function risk(finding: FindingFacts, actor: string, observed: boolean): Json {
  const said = [
    ['Criteria', finding.criteria],
    ['Condition', finding.condition],
    ['Cause', finding.cause],
  ].flatMap(([word, words]) => (words?.trim() ? [`${word}: ${words}`] : []));
  const done =
    finding.actions.length > 0 && finding.actions.every((action) => action.status === 'done' || action.status === 'cancelled');
  return {
    uuid: oscalId('risk', finding.id),
    title: `${finding.ref}: ${finding.title}`,
    description: said.join('\n\n') || finding.title,
    statement: finding.effect?.trim() || finding.title,
    status: RISK_STATUS[finding.status] ?? 'open',
    ...own([
      ['ref', finding.ref],
      ['kind', finding.kind],
      ['severity', finding.severity],
      ['status', finding.status],
    ]),
    characterizations: [
      {
        origin: { actors: [{ type: 'party', 'actor-uuid': actor }] },
        facets: [{ name: 'severity', system: OUR_NS, value: finding.severity }],
      },
    ],
    ...(finding.due === null ? {} : { deadline: at(finding.due) }),
    ...(finding.actions.length === 0 && !finding.recommendation?.trim()
      ? {}
      : {
          remediations: [
            {
              uuid: oscalId('remediation', finding.id),
              lifecycle: done ? 'completed' : finding.actions.length > 0 ? 'planned' : 'recommendation',
              title: `What settles ${finding.ref}`,
              description:
                [finding.recommendation, finding.response].filter((words) => words?.trim()).join('\n\n') || finding.title,
              ...list('tasks', finding.actions.map(taskOf)),
            },
          ],
        }),
    ...(observed && finding.testId !== null
      ? { 'related-observations': [{ 'observation-uuid': oscalId('observation', finding.testId) }] }
      : {}),
  };
}

function taskOf(action: FindingFacts['actions'][number]): Json {
  return {
    uuid: oscalId('task', action.id),
    type: 'milestone',
    title: action.title,
    ...text('description', action.description),
    ...own([
      ['ref', action.ref],
      ['status', action.status],
      ['owner', action.owner],
    ]),
    ...(action.due === null ? {} : { timing: { 'on-date': { date: at(action.due) } } }),
  };
}

export function composeResults(facts: AuditFacts): Json {
  const { plan, tests, findings, changed } = facts;
  const done = tests.filter(tested);
  const observed = new Set(done.map((test) => test.id));
  const ap = elsewhere(
    plan.id,
    'plan',
    `${plan.ref} ${plan.name}`,
    'The assessment plan of this audit; it is exported from the same audit plan.',
  );
  const actor = oscalId('person', plan.leadId ?? plan.id);
  const dates = done.map((test) => test.date).sort();
  const result: Json = {
    uuid: oscalId('result', plan.id),
    title: `Results of ${plan.name}`,
    description: plan.objective?.trim() || `What the tests of ${plan.ref} came to.`,
    start: at(dates[0] ?? plan.start ?? changed.slice(0, 10)),
    ...(dates.length === 0 ? {} : { end: at(dates.at(-1) ?? '') }),
    'reviewed-controls': reviewed(done.flatMap(controlIds)),
    ...list('observations', done.map(observation)),
    ...list(
      'risks',
      findings.map((finding) => risk(finding, actor, observed.has(finding.testId ?? ''))),
    ),
    ...list(
      'findings',
      done.flatMap((test) => findingsOf(test, findings)),
    ),
  };
  return finish('assessment-results', plan.id, {
    metadata: metadata(facts, `Results of ${plan.name}`),
    'import-ap': { href: ap.href },
    results: [result],
    'back-matter': { resources: [ap.resource] },
  });
}

/** Null where there is nothing to act on: OSCAL knows no plan without items. */
export function composePoam(facts: AuditFacts): Json | null {
  const { plan, tests, findings } = facts;
  if (findings.length === 0) return null;
  const named = new Set(findings.map((finding) => finding.testId));
  const observations = tests.filter((test) => tested(test) && named.has(test.id));
  const observed = new Set(observations.map((test) => test.id));
  const ssp = elsewhere(
    plan.id,
    'ssp',
    'System security plan',
    'None is held here; the scope of the audit stands in the assessment plan.',
  );
  const actor = oscalId('person', plan.leadId ?? plan.id);
  return finish('plan-of-action-and-milestones', plan.id, {
    metadata: metadata(facts, `Plan of action of ${plan.name}`),
    'import-ssp': { href: ssp.href },
    'system-id': { 'identifier-type': 'http://ietf.org/rfc/rfc4122', id: plan.id },
    ...list('observations', observations.map(observation)),
    risks: findings.map((finding) => risk(finding, actor, observed.has(finding.testId ?? ''))),
    'poam-items': findings.map((finding) => ({
      uuid: oscalId('poam-item', finding.id),
      title: finding.title,
      description: finding.recommendation?.trim() || finding.condition?.trim() || finding.title,
      ...own([
        ['ref', finding.ref],
        ['status', finding.status],
      ]),
      ...(observed.has(finding.testId ?? '')
        ? { 'related-observations': [{ 'observation-uuid': oscalId('observation', finding.testId ?? '') }] }
        : {}),
      'related-risks': [{ 'risk-uuid': oscalId('risk', finding.id) }],
    })),
    'back-matter': { resources: [ssp.resource] },
  });
}
