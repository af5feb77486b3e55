/** OSCAL's assessment layer: what we write is valid, the same every time, and can be read back; the published examples fit the model. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { realCatalogFolder } from '../oscal/testing';
import { composePlan, composePoam, composeResults } from './compose';
import type { AuditFacts } from './facts';
import { controlIdOf, oscalId, tokenOf } from './ids';
import { ASSESSMENT_SCHEMAS, modelOf, readAssessmentDocument } from './model';

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const facts: AuditFacts = {
  plan: {
    id: id(1),
    ref: 'AUD-001',
    name: 'Keys',
    scope: 'All doors',
    objective: null,
    status: 'fieldwork',
    start: '2026-03-01',
    end: '2026-03-20',
    version: 3,
    created: '2026-02-01T00:00:00.000Z',
    leadId: id(2),
    lead: 'Ada Lindt',
    regulationId: id(3),
    regulation: 'House rules',
  },
  tests: [
    {
      id: id(4),
      ref: 'CT-0001',
      title: 'Doors are locked',
      procedure: 'Try them.',
      status: 'done',
      result: 'partially_effective',
      design: 'effective',
      operating: 'partially_effective',
      notes: 'One stood open.',
      date: '2026-03-02',
      testerId: id(2),
      tester: 'Ada Lindt',
      controlRef: 'AC-1',
      requirements: [
        { refId: 'AC-1', sourceId: 'ac-1', oscal: true },
        { refId: 'Art. 6(1)', sourceId: 'Art. 6(1)', oscal: false },
      ],
      evidence: [{ ref: 'EV-0001', title: 'Photo', files: [{ name: 'door.jpg', sha256: 'a'.repeat(64) }] }],
    },
    {
      id: id(5),
      ref: 'CT-0002',
      title: 'Keys are counted',
      procedure: null,
      status: 'to_do',
      result: 'not_tested',
      design: null,
      operating: null,
      notes: null,
      date: '2026-03-03',
      testerId: null,
      tester: null,
      controlRef: null,
      requirements: [],
      evidence: [],
    },
  ],
  findings: [
    {
      id: id(6),
      ref: 'F-001',
      title: 'A door stood open',
      kind: 'minor_nonconformity',
      severity: 'high',
      status: 'in_progress',
      due: '2026-05-01',
      criteria: 'Doors are locked',
      condition: 'One was not',
      cause: null,
      effect: 'Anybody walks in',
      recommendation: 'Lock it',
      response: 'We do',
      testId: id(4),
      created: '2026-03-02T10:00:00.000Z',
      actions: [
        { id: id(7), ref: 'A-001', title: 'Buy a lock', description: null, due: '2026-04-01', status: 'to_do', owner: 'Ola' },
      ],
    },
  ],
  changed: '2026-03-04T08:00:00.000Z',
};

const documents = { plan: composePlan(facts), results: composeResults(facts), poam: composePoam(facts) };

describe('an audit as OSCAL', () => {
  it.each(Object.entries(documents))('the %s fits the model, and passes through it without loss', (_name, document) => {
    const model = readAssessmentDocument(document, 'x.json');
    const text = JSON.stringify(document);
    expect(JSON.stringify(ASSESSMENT_SCHEMAS[model].parse(JSON.parse(text)))).toHaveLength(text.length);
    expect(ASSESSMENT_SCHEMAS[model].parse(JSON.parse(text))).toEqual(document);
    expect(text).not.toMatch(/:\[\]|:null/);
  });

  it('gives the same identifiers at every export, and another document identifier once something changed', () => {
    expect(composeResults(facts)).toEqual(documents.results);
    const later = composeResults({ ...facts, plan: { ...facts.plan, name: 'Other' } });
    expect(later).not.toEqual(documents.results);
    const results = (document: unknown) => ASSESSMENT_SCHEMAS['assessment-results'].parse(document)['assessment-results'];
    expect(results(later).uuid).not.toBe(results(documents.results).uuid);
    expect(results(later).results[0]?.uuid).toBe(results(documents.results).results[0]?.uuid);
  });

  it('says of each tested requirement whether it is satisfied, and ties findings to risks and observations that are there', () => {
    const { results } = ASSESSMENT_SCHEMAS['assessment-results'].parse(documents.results)['assessment-results'];
    const [result] = results;
    expect(result?.findings?.map(({ target }) => [target['target-id'], target.status.state])).toEqual([
      ['ac-1', 'not-satisfied'],
      ['art.-6-1', 'not-satisfied'],
    ]);
    const observations = new Set(result?.observations?.map(({ uuid }) => uuid));
    const risks = new Set(result?.risks?.map(({ uuid }) => uuid));
    for (const finding of result?.findings ?? []) {
      for (const each of finding['related-observations'] ?? []) expect(observations).toContain(each['observation-uuid']);
      for (const each of finding['related-risks'] ?? []) expect(risks).toContain(each['risk-uuid']);
    }
    expect(observations.size).toBe(1);
    const poam = ASSESSMENT_SCHEMAS['plan-of-action-and-milestones'].parse(documents.poam)['plan-of-action-and-milestones'];
    expect(poam.risks?.[0]).toMatchObject({
      status: 'remediating',
      deadline: '2026-05-01T00:00:00Z',
      remediations: [{ lifecycle: 'planned', tasks: [{ title: 'Buy a lock' }] }],
    });
    expect(poam['poam-items'][0]?.['related-risks']?.[0]?.['risk-uuid']).toBe(poam.risks?.[0]?.uuid);
    expect(composePoam({ ...facts, findings: [] })).toBeNull();
  });

  it('names controls as their catalogue does, and makes tokens of other references', () => {
    expect(controlIdOf({ refId: 'AC-2(1)', sourceId: 'ac-2.1', oscal: true })).toBe('ac-2.1');
    expect([tokenOf('Art. 6(1)(a)'), tokenOf('5.1'), tokenOf('§ 3')]).toEqual(['art.-6-1-a', 'r-5.1', 'r-3']);
    expect(oscalId('risk', id(1))).toMatch(/-5[0-9a-f]{3}-[89ab]/);
  });

  it('refuses what is none of it, with the place', () => {
    expect(() => readAssessmentDocument({ catalog: {} }, 'c.json')).toThrow('CATALOG_FOREIGN');
    expect(() => readAssessmentDocument({ 'assessment-plan': { uuid: 'x' } }, 'c.json')).toThrow('CATALOG_INVALID');
  });
});

const folder = realCatalogFolder();
const EXAMPLES = [
  'ifa_assessment-plan-example.json',
  'ifa_assessment-results-example.json',
  'ifa_plan-of-action-and-milestones.json',
];

describe.skipIf(folder === null || !existsSync(join(folder, EXAMPLES[0] ?? '')))('the published examples', () => {
  it.each(EXAMPLES)('%s fits the model, and ours has its shape', (name) => {
    const document: unknown = JSON.parse(readFileSync(join(folder ?? '', name), 'utf8'));
    const model = readAssessmentDocument(document, name);
    expect(modelOf(document)).toBe(model);
    const ours = Object.values(documents).find((each) => modelOf(each) === model);
    const members = (value: unknown) => Object.keys((value as Record<string, object>)[model] ?? {});
    const required = {
      'assessment-plan': ['uuid', 'metadata', 'import-ssp', 'reviewed-controls'],
      'assessment-results': ['uuid', 'metadata', 'import-ap', 'results'],
      'plan-of-action-and-milestones': ['uuid', 'metadata', 'poam-items'],
    }[model];
    for (const member of required) {
      expect(members(document)).toContain(member);
      expect(members(ours)).toContain(member);
    }
    // Every member of ours is one that the example has, or that the model knows beside it.
    const known = new Set([
      ...members(document),
      'local-definitions',
      'assessment-subjects',
      'tasks',
      'back-matter',
      'import-ssp',
      'system-id',
    ]);
    for (const member of members(ours)) expect(known).toContain(member);
  });
});
