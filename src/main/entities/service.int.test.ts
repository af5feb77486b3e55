/** The entity service against real databases: every entity, every refusal, and many writers at once. */
import { testKinds } from '@main/db/testing/databases';
import type { Filter } from '@shared/entities/define';
import { ENTITY_NAMES, type EntityName, entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { ListQuery } from '@shared/listing';
import type { Operation } from '@shared/operations';
import { TENANT_FUNCTIONS, type TenantFunction } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDITOPS_HOOKS } from '../domains/auditops';
import type { EntityAction } from './access';
import { EntityService } from './service';
import { change, creation, type Desk, newId, newOpId, openDesk, TODAY } from './testing/desk';
import { createWithin, updateWithin } from './write';

const service = new EntityService(AUDITOPS_HOOKS);

/** The code of the refusal that a call ends in; fails where it is done. */
async function codeOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
  return 'done';
}

/** Values that make one record of each entity; `ids` holds records made before. */
const SAMPLES: Record<
  EntityName,
  { create: (ids: Record<EntityName, string>) => Operation['patch']; update?: Operation['patch'] }
> = {
  regulations: {
    create: () => ({ name: 'GDPR', version: '2016', type: 'law' }),
    update: { jurisdiction: 'EU', description: 'a\nb' },
  },
  requirements: {
    create: (ids) => ({
      regulationId: ids.regulations,
      refId: 'Art. 32',
      kind: 'control',
      orderIndex: 1,
      depth: 0,
      assessable: true,
    }),
    update: { title: 'Security of processing', text: 'Keep it safe' },
  },
  controlSets: {
    create: (ids) => ({ name: 'Core', regulationId: ids.regulations, status: 'draft' }),
    update: { status: 'active' },
  },
  controls: {
    create: (ids) => ({
      ref: 'AC-1',
      name: 'Access',
      controlSetId: ids.controlSets,
      tags: ['b', 'a', 'a'],
      validationCriteria: { any: [1, null] },
    }),
    update: { tags: ['a', 'c'], priority: 2, nextTest: '2026-02-28', keyControl: true, status: 'active' },
  },
  controlRequirements: {
    create: (ids) => ({ controlId: ids.controls, requirementId: ids.requirements, relation: 'equal', strength: 10 }),
    update: { strength: 7, rationale: 'close enough' },
  },
  auditPlans: {
    create: (ids) => ({ auditName: 'Spring audit', regulationId: ids.regulations, startDate: '2026-03-01' }),
    update: { status: 'fieldwork' },
  },
  controlTests: {
    create: (ids) => ({ auditPlanId: ids.auditPlans, controlId: ids.controls, title: 'Test access', testDate: '2026-03-10' }),
    update: { designEffectiveness: 'effective', designNotes: 'as designed' },
  },
  auditEvidence: {
    create: (ids) => ({ title: 'Screenshot', controlTestId: ids.controlTests, evidenceType: 'photo' }),
    update: { description: 'seen' },
  },
  evidenceFiles: {
    create: (ids) => ({
      evidenceId: ids.auditEvidence,
      fileName: 'a.png',
      mediaType: 'image/png',
      sizeBytes: 5_000_000_000,
      sha256: 'a'.repeat(64),
      versionNumber: 1,
      deviceId: 'laptop',
      capturedAt: '2026-03-01T10:00:00+01:00',
    }),
  },
  findings: {
    create: (ids) => ({ title: 'Weak passwords', kind: 'observation', severity: 'low', controlTestId: ids.controlTests }),
    update: { severity: 'high', dueDate: '2026-02-01', status: 'confirmed' },
  },
  actions: { create: (ids) => ({ title: 'Fix it', findingId: ids.findings }), update: { status: 'done' } },
};

const writerOf = (name: EntityName): TenantFunction => (entityOf(name).domain === 'regops' ? 'compliance' : 'auditor');

describe.each(testKinds())('EntityService on %s', (kind) => {
  let desk: Desk;
  /** Filled as the entities are made, in the order of the registry; a uuid of nothing until then. */
  const ids = Object.fromEntries(ENTITY_NAMES.map((name) => [name, newId()])) as Record<EntityName, string>;

  beforeAll(async () => {
    desk = await openDesk(kind);
  });
  afterAll(async () => {
    await desk?.close();
  });

  const createdFinding = async (patch: Operation['patch'] = {}) => {
    const ctx = await desk.ctx('auditor');
    const operation = creation('findings', { title: 'F', kind: 'observation', severity: 'low', ...patch });
    await service.apply(ctx, operation);
    return (await service.get(ctx, 'findings', operation.entityId)).row;
  };

  describe.each(ENTITY_NAMES)('%s', (name) => {
    it('is made, listed, changed and remembered', async () => {
      const ctx = await desk.ctx(writerOf(name));
      const { create, update } = SAMPLES[name];
      const operation = creation(name, create(ids));
      ids[name] = operation.entityId;
      expect(await service.apply(ctx, operation)).toEqual({ status: 'applied', entityId: operation.entityId, rowVersion: 1 });
      expect(ctx.changed).toEqual([[name]]);

      const made = await service.get(ctx, name, operation.entityId);
      expect(entityOf(name).rowSchema.safeParse(made.row).error?.issues).toBeUndefined();
      expect(made.row).toMatchObject({ rowVersion: 1, createdBy: ctx.session.personId, updatedBy: ctx.session.personId });
      const writable = entityOf(name).access.update.length > 0;
      expect(made.may.update).toBe(writable);
      if (update) {
        const changed = await service.apply(ctx, change(name, made.row, update));
        expect(changed).toMatchObject({ status: 'applied', rowVersion: 2 });
        const after = await service.get(ctx, name, operation.entityId);
        expect(after.row).toMatchObject({ ...update, rowVersion: 2 });
        const history = await service.history(ctx, name, operation.entityId);
        expect(history.map((entry) => entry.action)).toEqual(['update', 'insert']);
        expect(history[0]).toMatchObject({ actorId: ctx.session.personId, onBehalfBy: null, source: ctx.source });
        expect(history[0]?.changes.map((entry) => entry.field)).toEqual(expect.arrayContaining(Object.keys(update)));
        expect(history[0]?.changes.some((entry) => ['rowVersion', 'updatedAt', 'tenantId'].includes(entry.field))).toBe(false);
      }

      const page = await service.list(ctx, name, {});
      expect(page.rows.map((row) => row.id)).toContain(operation.entityId);
      expect(page.total).toBe(page.rows.length);
      expect((await service.counts(ctx, name)).all).toBe(page.total);
      for (const [key, field] of Object.entries(entityOf(name).allFields)) {
        if (field.heavy) expect(page.rows[0]).not.toHaveProperty(key);
      }
      expect(await desk.look(`SELECT count(*)::integer AS n FROM ${desk.b.schema}.${entityOf(name).table}`)).toEqual([{ n: 0 }]);
    });
  });

  it('sorts and shows what it lists as people expect, with the titles of what rows refer to', async () => {
    const ctx = await desk.ctx('compliance');
    for (const ref of ['AC-10', 'AC-2', 'AC-2(1)']) {
      await service.apply(ctx, creation('controls', { ref, name: ref, controlSetId: ids.controlSets }));
    }
    const page = await service.list(ctx, 'controls', {});
    expect(page.rows.map((row) => row.ref)).toEqual(['AC-1', 'AC-2', 'AC-2(1)', 'AC-10']);
    expect(page.labels?.[ids.controlSets]).toBe('Core');
    const down = await service.list(ctx, 'controls', { sort: [{ field: 'ref', dir: 'desc' }], limit: 2, offset: 1 });
    expect(down.rows.map((row) => row.ref)).toEqual(['AC-2(1)', 'AC-2']);
    expect(down.total).toBe(4);
    for (const field of ['status', 'ownerId', 'controlSetId', 'keyControl', 'createdAt', 'priority', 'tags', 'nextTest']) {
      expect((await service.list(ctx, 'controls', { sort: [{ field, dir: 'asc' }] })).rows).toHaveLength(4);
    }
  });

  it('filters by every operator, knows me and today, and counts views the same way', async () => {
    const ctx = await desk.ctx('auditor');
    const me = ctx.session.personId;
    const mine = await createdFinding({ title: 'Due 100%_sure', ownerId: me, dueDate: '2026-02-28' });
    const found = async (filter: readonly Filter[], search = '') =>
      (await service.list(ctx, 'findings', { filter: filter.map(sent), search, sort: [{ field: 'ref', dir: 'asc' }] })).rows.map(
        (row) => row.id,
      );
    expect(await found([{ field: 'ownerId', op: 'eq', value: '@me' }])).toEqual([mine.id]);
    expect(await found([{ field: 'dueDate', op: 'lt', value: '@today' }])).toContain(mine.id);
    expect(await found([{ field: 'dueDate', op: 'lt', value: '@today-1' }])).not.toContain(mine.id);
    expect(await found([{ field: 'ownerId', op: 'empty' }])).not.toContain(mine.id);
    expect(await found([{ field: 'ownerId', op: 'notEmpty' }])).toEqual([mine.id]);
    expect(await found([{ field: 'title', op: 'contains', value: '100%_' }])).toEqual([mine.id]);
    expect(await found([{ field: 'severity', op: 'notIn', value: ['high'] }])).toEqual([mine.id]);
    expect(await found([], '100% due')).toEqual([mine.id]);
    expect(await found([], '100% nothing')).toEqual([]);
    expect(await found([{ field: 'createdAt', op: 'gte', value: '2020-01-01' }])).toHaveLength(2);
    const counts = await service.counts(ctx, 'findings');
    for (const view of entityOf('findings').list.views) expect(await found(view.filter)).toHaveLength(counts[view.key] ?? -1);
    const controls = await service.list(await desk.ctx('viewer'), 'controls', {
      filter: [{ field: 'tags', op: 'in', value: ['c', 'z'] }],
    });
    expect(controls.rows.map((row) => row.ref)).toEqual(['AC-1']);
  });

  it.each([`x' OR '1'='1`, `'; DROP TABLE findings; --`, `$1`, `\\'; SELECT pg_sleep(10) --`, `%_\\`])(
    'takes %j as a value and nothing else',
    async (text) => {
      const ctx = await desk.ctx('auditor');
      for (const op of ['eq', 'ne', 'contains', 'lt'] as const) {
        await service.list(ctx, 'findings', { filter: [{ field: 'title', op, value: text }], search: text });
      }
      expect(await codeOf(service.list(ctx, 'findings', { filter: [{ field: text, op: 'eq', value: 1 }] }))).toBe(
        'INPUT_INVALID',
      );
      expect(await codeOf(service.list(ctx, 'findings', { sort: [{ field: text, dir: 'asc' }] }))).toBe('INPUT_INVALID');
      expect(await codeOf(service.get(ctx, 'findings', text))).toBe('INPUT_INVALID');
      expect((await createdFinding({ title: text })).title).toBe(text);
    },
  );

  it('applies an operation once, however often it is sent, and answers alike', async () => {
    const ctx = await desk.ctx('auditor');
    const operation = creation('findings', { title: 'Once', kind: 'observation', severity: 'low' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => service.apply(ctx, operation)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(ctx.changed).toHaveLength(1);
    const row = (await service.get(ctx, 'findings', operation.entityId)).row;
    const update = change('findings', row, { title: 'Twice' });
    const first = await service.apply(ctx, update);
    expect(first).toMatchObject({ status: 'applied', rowVersion: 2 });
    expect(await service.apply(ctx, update)).toEqual(first);
    expect(await service.history(ctx, 'findings', operation.entityId)).toHaveLength(2);
    expect(await codeOf(service.apply(ctx, { ...update, patch: { title: 'Other' } }))).toBe('OPERATION_REUSED');
    const other = await desk.ctx('compliance', { claims: ['compliance'] });
    const foreign = { ...creation('actions', { title: 'A' }), opId: update.opId };
    expect(await codeOf(service.apply(other, foreign))).toBe('OPERATION_REUSED');
  });

  it('goes on where a restored laptop counts from an old number', async () => {
    const ctx = await desk.ctx('auditor');
    await service.apply(ctx, creation('findings', { title: '1', kind: 'observation', severity: 'low' }));
    await service.apply(ctx, creation('findings', { title: '2', kind: 'observation', severity: 'low' }));
    let sequence = 0;
    const restored = { ...ctx, device: { id: ctx.device.id, nextSeq: () => ++sequence } };
    const operation = creation('findings', { title: '3', kind: 'observation', severity: 'low' });
    expect(await service.apply(restored, operation)).toMatchObject({ status: 'applied' });
    expect(sequence).toBe(3);
  });

  it('merges changes of different fields and of different lines, and asks about the same one', async () => {
    const one = await desk.ctx('auditor');
    const seen = await createdFinding({ condition: 'first\nsecond\nthird', title: 'Both', cause: 'c' });
    await service.apply(one, change('findings', seen, { title: 'Theirs', condition: 'FIRST\nsecond\nthird' }));
    const mine = change('findings', seen, { cause: 'mine', condition: 'first\nsecond\nTHIRD' });
    expect(await service.apply(one, mine)).toMatchObject({ status: 'merged', rowVersion: 3 });
    const merged = (await service.get(one, 'findings', seen.id)).row;
    expect(merged).toMatchObject({ title: 'Theirs', cause: 'mine', condition: 'FIRST\nsecond\nTHIRD' });

    const late = change('findings', seen, { title: 'Mine', effect: 'not written either' });
    const conflict = await service.apply(one, late);
    expect(conflict).toMatchObject({
      status: 'conflict',
      rowVersion: 3,
      conflicts: [{ field: 'title', base: 'Both', mine: 'Mine', theirs: 'Theirs' }],
      changedBy: one.session.personId,
    });
    expect((await service.get(one, 'findings', seen.id)).row).toEqual(merged);
    // Solved meanwhile or not: the same operation has the same answer.
    await service.apply(one, change('findings', merged, { title: 'Mine' }));
    expect(await service.apply(one, late)).toEqual(conflict);
    expect(await service.apply(one, change('findings', seen, { title: 'Both' }))).toMatchObject({ status: 'unchanged' });
  });

  it('lets two writers at the same moment lose nothing', async () => {
    const ctx = await desk.ctx('auditor');
    const seen = await createdFinding({ title: 'Start' });
    const fields = ['criteria', 'condition', 'cause', 'effect', 'recommendation', 'managementResponse'];
    const answers = await Promise.all(
      [
        ...fields.map((field) => change('findings', seen, { [field]: field })),
        change('findings', seen, { title: 'A' }),
        change('findings', seen, { title: 'B' }),
      ].map((operation) => service.apply(ctx, operation)),
    );
    const now = (await service.get(ctx, 'findings', seen.id)).row;
    expect(now).toMatchObject(Object.fromEntries(fields.map((field) => [field, field])));
    expect(answers.filter((answer) => answer.status === 'conflict')).toHaveLength(1);
    expect(['A', 'B']).toContain(now.title);
  });

  it('keeps to the state machine and asks for reasons', async () => {
    const ctx = await desk.ctx('auditor');
    const seen = await createdFinding();
    const refused = await service.apply(ctx, change('findings', seen, { status: 'closed' })).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'TRANSITION_REFUSED',
      details: { from: 'identified', to: 'closed', allowed: ['confirmed', 'dismissed'] },
    });
    expect(await codeOf(service.apply(ctx, change('findings', seen, { status: 'dismissed' })))).toBe('REASON_REQUIRED');
    const done = change('findings', seen, { status: 'dismissed' }, 'a false alarm');
    expect(await service.apply(ctx, done)).toMatchObject({ status: 'applied' });
    expect((await service.history(ctx, 'findings', seen.id))[0]).toMatchObject({ reason: 'a false alarm' });
    expect((await service.get(ctx, 'findings', seen.id)).steps).toEqual(['identified']);
    expect(
      await codeOf(
        service.apply(ctx, creation('findings', { title: 'x', kind: 'observation', severity: 'low', status: 'closed' })),
      ),
    ).toBe('TRANSITION_REFUSED');
  });

  it('refuses what is not there, not ours, or not a person’s to write', async () => {
    const ctx = await desk.ctx('auditor');
    const seen = await createdFinding();
    expect(await codeOf(service.apply(ctx, change('findings', { ...seen, id: newId() }, { title: 'x' })))).toBe('NOT_FOUND');
    expect(await codeOf(service.get(ctx, 'findings', newId()))).toBe('NOT_FOUND');
    expect(await codeOf(service.history(ctx, 'findings', newId()))).toBe('NOT_FOUND');
    const missing = await service.apply(ctx, change('findings', seen, { controlId: newId() })).catch((error: unknown) => error);
    expect(missing).toMatchObject({ code: 'REFERENCE_MISSING', details: { field: 'controlId' } });
    // A person of the other tenant is nobody here.
    const stranger = desk.b.people.auditor.id;
    expect(await codeOf(service.apply(ctx, change('findings', seen, { ownerId: stranger })))).toBe('REFERENCE_MISSING');
    for (const field of ['createdBy', 'rowVersion', 'id', 'ref', 'updatedAt']) {
      expect(await codeOf(service.apply(ctx, change('findings', seen, { [field]: null })))).toBe('FIELD_FORBIDDEN');
    }
    expect(await codeOf(service.apply(ctx, { ...change('findings', seen, { title: 'x' }), base: {} }))).toBe('INPUT_INVALID');
    expect(await codeOf(service.apply(ctx, { ...change('findings', seen, { title: 'x' }), baseVersion: null }))).toBe(
      'INPUT_INVALID',
    );
    const polluting = JSON.parse(
      JSON.stringify(change('findings', seen, {})).replace('"patch":{}', '"patch":{"__proto__":{"x":1}}'),
    );
    expect(await codeOf(service.apply(ctx, polluting))).toBe('INPUT_INVALID');
    const twice = creation('findings', { title: 'x', kind: 'observation', severity: 'low' }, seen.id);
    expect(await codeOf(service.apply(ctx, twice))).toBe('DUPLICATE');
    const regulation = creation('regulations', { name: 'GDPR', version: '2016' });
    expect(await codeOf(service.apply(await desk.ctx('compliance'), regulation))).toBe('DUPLICATE');
    // A refusal frees its id: corrected, the same operation goes through.
    expect(
      await service.apply(await desk.ctx('compliance'), { ...regulation, patch: { name: 'GDPR', version: '2018' } }),
    ).toMatchObject({ status: 'applied' });
  });

  it('archives and restores, and leaves archived records alone', async () => {
    const ctx = await desk.ctx('auditor');
    const seen = await createdFinding({ title: 'Old' });
    const archive: Operation = {
      opId: newOpId(),
      entity: 'findings',
      entityId: seen.id,
      kind: 'archive',
      baseVersion: 1,
      base: {},
      patch: {},
    };
    expect(await service.apply(ctx, archive)).toMatchObject({ status: 'applied', rowVersion: 2 });
    expect((await service.list(ctx, 'findings', {})).rows.map((row) => row.id)).not.toContain(seen.id);
    expect((await service.list(ctx, 'findings', { archived: true })).rows.map((row) => row.id)).toEqual([seen.id]);
    const view = await service.get(ctx, 'findings', seen.id);
    expect(view).toMatchObject({ archived: true, may: { update: false, archive: true, why: 'STATE_FORBIDS' }, steps: [] });
    expect(await codeOf(service.apply(ctx, change('findings', view.row, { title: 'x' })))).toBe('STATE_FORBIDS');
    expect((await service.history(ctx, 'findings', seen.id))[0]?.changes.map((entry) => entry.field)).toEqual(['archivedAt']);
    expect(await service.apply(ctx, { ...archive, opId: newOpId(), kind: 'restore', baseVersion: 2 })).toMatchObject({
      status: 'applied',
    });
    expect((await service.get(ctx, 'findings', seen.id)).archived).toBe(false);
  });

  it('starts a test with its first result, says so, and lets it be done only with one', async () => {
    const ctx = await desk.ctx('auditor');
    const operation = creation('controlTests', { title: 'Hooked', testDate: '2026-09-09', controlId: ids.controls });
    await service.apply(ctx, operation);
    const seen = (await service.get(ctx, 'controlTests', operation.entityId)).row;
    const result = await service.apply(ctx, change('controlTests', seen, { operatingEffectiveness: 'effective' }));
    const automatic = { status: 'in_progress', testDate: TODAY, testedBy: ctx.session.personId };
    expect(result).toMatchObject({ status: 'applied', automatic });
    const started = (await service.get(ctx, 'controlTests', operation.entityId)).row;
    expect(started).toMatchObject({ ...automatic, testResult: 'not_tested' });
    const early = await service.apply(ctx, change('controlTests', started, { status: 'done' })).catch((error: unknown) => error);
    expect(early).toMatchObject({ code: 'INPUT_INVALID', faults: [{ path: 'designEffectiveness' }] });
    const both = change('controlTests', started, { status: 'done', designEffectiveness: 'partially_effective' });
    expect(await service.apply(ctx, both)).not.toHaveProperty('automatic');
    expect((await service.get(ctx, 'controlTests', operation.entityId)).row).toMatchObject({
      testResult: 'partially_effective',
      status: 'done',
    });
    expect((await service.get(ctx, 'controls', ids.controls)).row).toMatchObject({
      lastResult: 'partially_effective',
      lastTested: TODAY,
    });
  });

  it('lists the people of the tenant and nobody else', async () => {
    const people = await service.people(await desk.ctx('viewer'));
    expect(people.map((person) => person.id).sort()).toEqual(
      Object.values(desk.a.people)
        .map((person) => person.id)
        .sort(),
    );
    expect(people.find((person) => person.functions.includes('auditor'))).toMatchObject({
      displayName: 'Test auditor',
      active: true,
    });
  });

  describe.each(['create', 'update', 'archive'] as const)('%s by the wrong function', (action) => {
    it('is refused by the app, and by the database where the app is mistaken', async () => {
      for (const name of ENTITY_NAMES) {
        for (const fn of TENANT_FUNCTIONS.filter((candidate) => !entityOf(name).access[action].includes(candidate))) {
          const ctx = await desk.ctx(fn);
          const id = action === 'create' ? newId() : ids[name];
          expect(await codeOf(service.apply(ctx, operationFor(name, action, id)))).toBe('ROLE_FORBIDS');
          // The same again past the app's own check, straight into the transaction.
          expect(await codeOf(bypassed(ctx, name, action, id))).toBe('ROLE_FORBIDS');
          if (kind !== 'embedded') {
            // An app that was told a function the person does not have: the login may not take that role on.
            const claims = [entityOf(name).access[action][0] ?? 'admin'];
            const liar = await desk.ctx(fn, { claims });
            if (entityOf(name).access[action].length > 0) {
              expect(await codeOf(service.apply(liar, operationFor(name, action, id)))).toBe('ROLE_FORBIDS');
            }
          }
        }
      }
    });
  });

  it('lets nobody into the other tenant', async () => {
    const seen = await createdFinding({ title: 'Secret of a' });
    const other = await desk.ctx('auditor', { tenant: desk.b });
    expect((await service.list(other, 'findings', {})).rows).toEqual([]);
    expect(await codeOf(service.get(other, 'findings', seen.id))).toBe('NOT_FOUND');
    expect(await codeOf(service.history(other, 'findings', seen.id))).toBe('NOT_FOUND');
    expect(await codeOf(service.apply(other, change('findings', seen, { title: 'x' })))).toBe('NOT_FOUND');
    const reference = creation('actions', { title: 'x', findingId: seen.id });
    expect(await codeOf(service.apply(other, reference))).toBe('REFERENCE_MISSING');
    if (kind === 'embedded') return;
    // A session that claims a tenant the login does not belong to.
    const intruder = { ...other, session: { ...other.session, tenantId: desk.a.id } };
    expect(await codeOf(service.list(intruder, 'findings', {}))).toBe('ROLE_FORBIDS');
    expect(await codeOf(service.apply(intruder, change('findings', seen, { title: 'x' })))).toBe('ROLE_FORBIDS');
  });

  it('lists 200 of 10,000 in order, pages without overlap, and searches them', async () => {
    await desk.look(
      `INSERT INTO ${desk.a.schema}.controls (ref, name, family, status)
       SELECT 'ZZ-' || n, 'Bulk control ' || n, 'ZZ', 'active' FROM generate_series(1, 10000) n RETURNING 1 AS n`,
    );
    const ctx = await desk.ctx('viewer');
    const filter = [{ field: 'family', op: 'eq' as const, value: 'ZZ' }];
    const first = await service.list(ctx, 'controls', { filter, limit: 200 });
    expect(first.total).toBe(10_000);
    expect(first.rows.map((row) => row.ref)).toEqual(Array.from({ length: 200 }, (_, at) => `ZZ-${at + 1}`));
    const next = await service.list(ctx, 'controls', { filter, limit: 200, offset: 200 });
    expect(next.rows[0]?.ref).toBe('ZZ-201');
    expect((await service.list(ctx, 'controls', { search: 'bulk 9999' })).rows.map((row) => row.ref)).toEqual(['ZZ-9999']);
    const byName = await service.list(ctx, 'controls', {
      filter,
      sort: [{ field: 'ownerId', dir: 'desc' }],
      limit: 500,
      offset: 9_900,
    });
    expect(byName.rows).toHaveLength(100);
  });

  const operationFor = (name: EntityName, action: EntityAction, id: string): Operation => {
    if (action === 'create') return creation(name, SAMPLES[name].create(ids), id);
    const base = { opId: newOpId(), entity: name, entityId: id, baseVersion: 1 };
    if (action === 'archive') return { ...base, kind: 'archive', base: {}, patch: {} };
    const field = anyField(name);
    return { ...base, kind: 'update', base: { [field]: null }, patch: { [field]: 'x' } };
  };

  /** Writes as the person's own role without asking the app whether that role may. */
  const bypassed = (ctx: Awaited<ReturnType<Desk['ctx']>>, name: EntityName, action: EntityAction, id: string) => {
    const [fn] = ctx.session.functions;
    if (!fn) throw new Error('no function');
    const { tenantId, personId } = ctx.session;
    return ctx.database.withTenant({ tenantId, personId, function: fn, source: ctx.source }, async (tx) => {
      if (action === 'create') return createWithin(tx, ctx, { entity: name, id }, SAMPLES[name].create(ids));
      const { table } = entityOf(name);
      if (action === 'archive') return tx.query(`UPDATE ${table} SET archived_at = now() WHERE id = $1::uuid`, [id]);
      if (Object.keys(SAMPLES[name].update ?? {}).length === 0)
        return tx.query(`UPDATE ${table} SET id = id WHERE id = $1::uuid`, [id]);
      return updateWithin(tx, ctx, { entity: name, id }, { baseVersion: 0, base: {}, patch: SAMPLES[name].update ?? {} });
    });
  };
});

/** A filter of a definition as a request carries it. */
function sent({ field, op, value }: Filter): NonNullable<ListQuery['filter']>[number] {
  if (value === undefined) return { field, op };
  return { field, op, value: typeof value === 'object' && value !== null ? [...value] : value };
}

function anyField(name: EntityName): string {
  return Object.keys(SAMPLES[name].update ?? {}).find((key) => entityOf(name).allFields[key]?.kind !== 'integer') ?? 'fileName';
}
