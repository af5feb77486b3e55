/** The form's rules without a screen: what is dirty, what is at fault, what is sent, and under which operation id. */
import { testException } from '@shared/entities/auditops/sample';
import { ENTITIES, type EntityName, entityOf, isEntityName } from '@shared/entities/registry';
import { operationSchema } from '@shared/operations';
import { v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { createScopeStore } from '../../lib/scope';
import type { GenericRow } from '../rows';
import { offered } from './among';
import { createDraftStore, draftKey } from './drafts';
import { changedFields, formValuesOf, newValues, OperationIds, operationBody, updateBody } from './operation';
import { fieldFault, formFaults, formFields, readInteger, typedFault } from './validate';

const controls = entityOf('controls');
const findings = entityOf('findings');
const today = '2026-11-23';
const ID = '018f4e9a-0000-7000-8000-000000000001';
const OTHER = '018f4e9a-0000-7000-8000-000000000002';

const row: GenericRow = {
  id: ID,
  rowVersion: 18,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-11-12T15:20:00.000Z',
  createdBy: null,
  updatedBy: null,
  ref: 'AC-6(5)',
  name: 'Least privilege: privileged accounts',
  description: 'Privileged accounts are restricted.',
  family: 'AC',
  status: 'active',
  type: 'preventive',
  category: 'technical',
  keyControl: false,
  controlSetId: null,
  ownerId: null,
  frequency: 'quarterly',
  nextTest: '2027-01-18',
  expiresOn: null,
  priority: 2,
  effort: null,
  maturity: null,
  tags: ['identity', 'quarterly'],
  lastResult: 'ineffective',
  lastTested: null,
};

const form = (values: Record<string, unknown>, typed: Record<string, string> = {}, reason = '') => ({
  values: { ...formValuesOf(controls, row), ...values } as ReturnType<typeof formValuesOf>,
  typed,
  reason,
});

describe('what is dirty', () => {
  it('is nothing at first, and nothing after going back', () => {
    const initial = formValuesOf(controls, row);
    expect(changedFields(controls, 'update', initial, initial)).toEqual([]);
    expect(changedFields(controls, 'update', initial, { ...initial, tags: ['quarterly', 'identity'] })).toEqual([]);
    expect(changedFields(controls, 'update', initial, { ...initial, expiresOn: null })).toEqual([]);
  });

  it('comes in reading order and leaves out what nobody may type', () => {
    const initial = formValuesOf(controls, row);
    const values = { ...initial, status: 'degraded', name: 'Other', lastResult: 'effective' };
    expect(changedFields(controls, 'update', initial, values)).toEqual(['name', 'status']);
  });
});

describe('faults', () => {
  const initial = formValuesOf(controls, row);

  it('are named in reading order, the reason last', () => {
    const faults = formFaults(
      controls,
      'update',
      form({ status: 'degraded', name: ' ' }, { nextTest: '31 Nov 2026' }),
      initial,
      today,
    );
    expect(faults).toEqual([
      { path: 'name', message: 'Control needs a value.' },
      { path: 'nextTest', message: 'November has 30 days. Choose 30 Nov or another date.' },
      { path: 'reason', message: 'Say why the control becomes “Degraded”.' },
    ]);
  });

  it('need no reason when the state stays or the reason is there', () => {
    expect(formFaults(controls, 'update', form({}), initial, today)).toEqual([]);
    expect(formFaults(controls, 'update', form({ status: 'degraded' }, {}, 'Failed twice'), initial, today)).toEqual([]);
  });

  it('ask a new record for what it must have', () => {
    const values = newValues(findings, {});
    const faults = formFaults(findings, 'create', { values, typed: {}, reason: '' }, values, today);
    expect(faults.map((fault) => fault.path)).toEqual(['title', 'kind', 'severity']);
  });

  it.each([
    ['name', 'x'.repeat(260), 'Control is 5 characters too long; 255 fit.'],
    ['name', 'two\nlines', 'Control is one line. Take the line break out.'],
    ['name', 'nul\u0000', 'Control holds a character that cannot be kept. Type it again.'],
    ['priority', 9, 'Priority lies between 1 and 4.'],
    ['status', 'gone', 'Choose one of the values of State.'],
    ['ownerId', 'Tomasz', 'Choose Owner from the list.'],
    ['tags', ['x'.repeat(61)], 'A tag has at most 60 characters.'],
  ])('say of %s what is wrong', (key, value, message) => {
    const field = controls.fields[key];
    expect(field && fieldFault(controls, key, field, value as string)).toBe(message);
  });

  it('read whole numbers as people write them', () => {
    expect(readInteger('1,200')).toBe(1200);
    expect(readInteger('1 200')).toBe(1200);
    expect(readInteger('1.5')).toBeNull();
    expect(readInteger('ten')).toBeNull();
    const priority = controls.fields.priority;
    expect(priority && typedFault(priority, '2.5', today)).toBe('Write a whole number.');
  });

  it('never arise from an untouched valid record of any entity', () => {
    for (const definition of Object.values(ENTITIES)) {
      const entity = entityOf(definition.name);
      expect(formFields(entity).every((key) => Object.hasOwn(entity.allFields, key))).toBe(true);
    }
  });
});

describe('the operation', () => {
  const initial = formValuesOf(controls, row);

  it('carries only what changed, with what the person saw', () => {
    const body = operationBody({
      definition: controls,
      purpose: 'update',
      entityId: ID,
      baseVersion: 18,
      initial,
      values: { ...initial, status: 'degraded', description: '  ' },
      reason: ' Failed twice ',
    });
    expect(body).toEqual({
      entity: 'controls',
      entityId: ID,
      kind: 'update',
      baseVersion: 18,
      patch: { description: null, status: 'degraded' },
      base: { description: 'Privileged accounts are restricted.', status: 'active' },
      reason: 'Failed twice',
    });
    expect(operationSchema.safeParse({ opId: v7(), ...body }).success).toBe(true);
  });

  it('creates with what was given and nothing else, and the schema takes it', () => {
    const values = { ...newValues(findings, { controlTestId: OTHER }), title: 'Weak rule', kind: 'observation', severity: 'low' };
    const body = operationBody({
      definition: findings,
      purpose: 'create',
      entityId: ID,
      baseVersion: null,
      initial: newValues(findings, {}),
      values,
      reason: '',
    });
    expect(body.patch).toEqual({
      title: 'Weak rule',
      kind: 'observation',
      severity: 'low',
      controlTestId: OTHER,
      status: 'identified',
      tags: [],
    });
    expect(body.base).toEqual({});
    expect(findings.createSchema.safeParse(body.patch).success).toBe(true);
  });

  it('opens with what its place gives, but with nothing that is no value of the field', () => {
    expect(newValues(findings, { controlTestId: OTHER }).controlTestId).toBe(OTHER);
    expect(newValues(findings, { controlTestId: 'x', severity: 'huge', ref: 'F-1' })).toMatchObject({
      controlTestId: null,
      severity: null,
    });
    expect(newValues(findings, { ref: 'F-1' })).not.toHaveProperty('ref');
  });

  it('keeps its id for the same content until the server has answered', () => {
    const made: string[] = [];
    const ids = new OperationIds(() => {
      made.push(v7());
      return made.at(-1) ?? '';
    });
    const body = updateBody(controls, row, { status: 'degraded' }, 'why');
    const first = ids.seal(body);
    expect(ids.seal({ ...body, patch: { ...body.patch } }).opId).toBe(first.opId);
    const other = ids.seal(updateBody(controls, row, { status: 'on_hold' }));
    expect(other.opId).not.toBe(first.opId);
    ids.settle();
    expect(ids.seal(updateBody(controls, row, { status: 'on_hold' })).opId).not.toBe(other.opId);
    expect(made).toHaveLength(3);
  });
});

describe('drafts', () => {
  const draft = {
    entityId: ID,
    baseVersion: 18,
    baseRow: row,
    initial: {},
    values: {},
    typed: {},
    reason: '',
    changedAt: row.updatedAt,
  };
  const key = draftKey('controls', ID);

  it('are kept for the one who is signed in', () => {
    const scope = createScopeStore();
    const drafts = createDraftStore(scope);
    scope.enter('p/a');
    drafts.keep(key, draft);
    scope.enter('p/a');
    expect(drafts.get(key)).toEqual(draft);
    drafts.drop(key);
    expect(drafts.get(key)).toBeNull();
  });

  it.each([null, 'q/a', 'p/b'])('are forgotten when the session becomes %s', (next) => {
    const scope = createScopeStore();
    const drafts = createDraftStore(scope);
    scope.enter('p/a');
    drafts.keep(key, draft);
    scope.enter(next);
    scope.enter('p/a');
    expect(drafts.get(key)).toBeNull();
  });

  it('are not kept for nobody', () => {
    const drafts = createDraftStore(createScopeStore());
    drafts.keep(key, draft);
    expect(drafts.get(key)).toBeNull();
  });
});

describe('what a reference offers', () => {
  const { sampleItemId, findingId } = testException.fields;

  it('narrows by fixed values and by the fields of the record, as far as they are filled in', () => {
    expect(offered(sampleItemId, { controlTestId: ID })).toEqual([
      { field: 'controlTestId', op: 'eq', value: ID },
      { field: 'result', op: 'eq', value: 'exception' },
    ]);
    for (const controlTestId of [null, '', undefined])
      expect(offered(sampleItemId, { controlTestId })).toEqual([{ field: 'result', op: 'eq', value: 'exception' }]);
    expect(offered(findingId, { controlTestId: ID })).toEqual([]);
  });

  it('is said in fields that both records have', () => {
    for (const entity of Object.values(ENTITIES))
      for (const { target, among = [] } of Object.values(entity.fields))
        for (const one of among) {
          expect(isEntityName(target ?? '') && Object.keys(entityOf(target as EntityName).fields)).toContain(one.field);
          if ('from' in one) expect(Object.keys(entity.fields)).toContain(one.from);
        }
  });
});
